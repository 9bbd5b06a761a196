// `devsandbox record`: the program's output and end are its own, and the last line says where the tape is.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TestProgram } from '../../support/preload.ts';
import { eventually } from '../../support/target-process.ts';

const bin = fileURLToPath(new URL('../../../bin/devsandbox.js', import.meta.url));

test('output and exit code; the tape is closed when it returns', async () => {
  using program = new TestProgram({ 'main.js': `console.log('said', process.argv[2]); process.exitCode = 5;` });
  const { code, stdout, stderr } = await program.run([bin, 'record', '--out', program.tape, 'main.js', '--word']);
  expect({ code, stdout }).toEqual({ code: 5, stdout: 'said --word\n' });
  expect(stderr).toBe(`tape ${program.tape}  1 call · 0 failed\n`);
  expect(await program.check()).toMatchObject({ calls: 1, exact: 1 });
});

test('a signal reaches the program, and is the end that whoever waits for us sees', async () => {
  using program = new TestProgram({ 'main.js': `setInterval(() => {}, 1000); console.log('ready');` });
  const { signal } = await program.run([bin, 'record', '--out', program.tape, 'main.js'], {
    during: async (child, output) => {
      await eventually(() => expect(output()).toContain('ready'));
      child.kill('SIGTERM');
    },
  });
  expect(signal).toBe('SIGTERM');
  expect(existsSync(program.tape)).toBe(true);
  expect(await program.check()).toMatchObject({ diverged: 0, gapped: 0 });
});
