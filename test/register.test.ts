import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a program is not run unrecorded: one coded line and exit code 1', () => {
  const register = new URL('../src/register.ts', import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', register, fileURLToPath(new URL('../examples/witness.mjs', import.meta.url))],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^DS4031 .*; .*attach.*\n$/);
});
