import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { describeProcess, scriptOf } from '../../../../src/core/targets/node/candidates.ts';

describe('scriptOf', () => {
  it.each([
    [['node', 'app.js', '--port', '1'], 'app.js'],
    [['node', '--import', 'tsx', '--inspect=0', 'src/app.ts'], 'src/app.ts'],
    [['node', '-r', './hook.js', '--', 'app.js'], 'app.js'],
    [['node', '-e', '1'], undefined],
    [['node'], undefined],
  ])('%j', (args, script) => expect(scriptOf(args)).toBe(script));
});

describe('describeProcess', () => {
  it('finds the version without being told', async () => {
    expect(await describeProcess(process.pid)).toMatchObject({
      runtimeVersion: process.versions.node,
      cwd: process.cwd(),
    });
  });

  it('names a process by the title that it gave itself', async () => {
    // The title is written over the command line, of which nothing is left.
    const code = 'process.title = "my-server"; console.log(1); setInterval(() => 0, 1000)';
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(child.stdout, 'data');
      expect(await describeProcess(child.pid!)).toMatchObject({ name: 'my-server', script: '' });
    } finally {
      child.kill();
    }
  });
});
