// `npm test`: every static check, then every test; arguments go to vitest, and then only the tests run that they choose
// (`npm test -- --project unit`, `npm test -- test/core/tape`). Ends with a line `N passed, N failed`, in which each
// check counts as one.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './architecture/repo.ts';
import { runChecks } from './check.ts';
import { countTests, type Counts, type VitestReport } from './test-report.ts';

const limitMinutes = 26;

/** Runs vitest; a run that ends badly without naming a failed test counts as one. */
async function runVitest(args: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'devsandbox-test-'));
  const reportFile = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  // A group of its own, so that a run that hangs ends with everything it started.
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const stop = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const interrupted = (): void => {
    stop();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const timer = setTimeout(() => {
    console.log(`tests stopped after ${limitMinutes} minutes`);
    stop();
  }, limitMinutes * 60_000);
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  clearTimeout(timer);
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
  const report = await readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => undefined,
  );
  await rm(folder, { recursive: true, force: true });
  return countTests(report, exitCode);
}

const args = process.argv.slice(2);
const checks = args.length === 0 ? await runChecks() : [];
const tests = await runVitest(args);
const passed = tests.passed + checks.filter(({ ok }) => ok).length;
const failed = tests.failed + checks.filter(({ ok }) => !ok).length;
for (const { name } of checks.filter(({ ok }) => !ok)) console.log(`failed check: ${name}`);
if (tests.skipped > 0) console.log(`${tests.skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
