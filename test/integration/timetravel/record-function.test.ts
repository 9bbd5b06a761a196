// `record(fn)` in a test of a user: node:test in a process of its own, as a person would run it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { record } from '../../../src/api/testing.ts';

const fixture = fileURLToPath(new URL('../../fixtures/recorded/', import.meta.url));

test('under node:test', () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--inspect-port=0', '--test-reporter=spec', 'record.test.mjs'],
    { cwd: fixture, encoding: 'utf8', env, timeout: 100_000 },
  );
  expect(stdout).toContain('pass 4');
  expect(status).toBe(0);
});

test('a function that a test runner has transformed is refused, and says what to do', async () => {
  await expect(record(() => 1, { scope: ['test/integration/timetravel/**'] })).rejects.toMatchObject({
    code: expect.stringMatching(/^DS40(11|32)$/),
  });
});
