// `record(fn)` in a test of a user: node:test and vitest in a process of their own, as a person would run them.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { record } from '../../../src/api/testing.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}/`, import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

function run(cwd: string, args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:NODE_|VITEST|TEST$|FORCE_TTY$)/.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1' },
    timeout: 110_000,
  });
  return { status, said: stdout + stderr };
}

test('under node:test', () => {
  const { status, said } = run(fixture('recorded'), ['--inspect-port=0', '--test-reporter=spec', 'record.test.mjs']);
  expect(said).toContain('pass 4');
  expect(status).toBe(0);
});

describe('under vitest', () => {
  const cwd = fixture('recorded-vitest');

  test.each(['forks', 'threads'])('in the pool %s', (pool) => {
    const { status, said } = run(cwd, [vitest, 'run', '--pool', pool, '--dir', 'test']);
    expect(said).toMatch(/Tests\s+4 passed \(4\)/);
    expect(said).toContain('inspector of the runner: closed');
    expect(status).toBe(0);
  });

  test.each(['vmForks', 'vmThreads'])('refused by name in the pool %s', (pool) => {
    const { status, said } = run(cwd, [vitest, 'run', '--pool', pool, '--dir', 'realm']);
    expect(said).toMatch(/Tests\s+1 passed \(1\)/);
    expect(status).toBe(0);
  });

  test('in this very process, whose library is transformed too', async () => {
    using tape = await record(() => [1, 2].map((each) => each + 1), { scope: ['test/integration/timetravel/**'] });
    expect(tape.report).toMatchObject({ roots: 1, failed: 0, complete: true });
    expect(await tape.check()).toMatchObject({ exact: 1, diverged: 0 });
  });
});
