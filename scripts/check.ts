// All static checks at once: `npm run check`. Prints what each found and how long it took; `runChecks` gives the
// results to scripts/test.ts, which counts each as one test.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './architecture/repo.ts';

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'oxfmt', '--check', '--no-error-on-unmatched-pattern'],
  ['lint', 'oxlint'],
  ['types', 'tsc', '-p', '.'],
  ['types (build)', 'tsc', '-p', 'tsconfig.build.json', '--noEmit'],
  ['architecture', 'node', 'scripts/architecture/report.ts'],
  ['unused files and packages', 'knip', '--include', 'files,dependencies,unlisted,unresolved'],
];

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const run = (name: string, command: string, args: readonly string[]): Promise<CheckResult> =>
  new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    const finish = (ok: boolean): void =>
      resolve({ name, ok, output: output.join(''), seconds: (performance.now() - start) / 1000 });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.on('error', (error) => {
      output.push(error.message);
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });

/** Runs every check, tells of each when it is done. */
export async function runChecks(): Promise<readonly CheckResult[]> {
  return Promise.all(
    checks.map(async ([name, command, ...args]) => {
      const result = await run(name, command, args);
      console.log(`${result.ok ? 'ok  ' : 'FAIL'}  ${name}  ${result.seconds.toFixed(1)} s`);
      if (!result.ok) console.log(result.output.trimEnd());
      return result;
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const results = await runChecks();
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}
