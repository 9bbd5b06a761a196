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
});
