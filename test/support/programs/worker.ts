// A process that checks generated programs, for long runs: isolates need flags of their own, and a program that hangs or
// kills its process must not end the run.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { corruption } from './corrupt.ts';
import type { Planted } from './corrupt.ts';
import { checkPrograms, exactness, neutrality } from './run.ts';

export type Kind = 'shuffled' | 'wild' | 'neutral' | 'corruption';

export interface Job {
  readonly kind: Kind;
  readonly from: number;
  readonly count: number;
}

export interface Done {
  readonly problems: readonly string[];
  readonly planted: Planted['counts'];
}

/** Checks programs in a process of its own. */
export function inProcess(job: Job): Promise<Done> {
  const child = fork(fileURLToPath(import.meta.url), [], {
    execArgv: ['--no-node-snapshot', '--no-warnings', '--stack-size=4000'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    const planted = { given: 0, taken: 0, unused: 0, unchecked: 0 };
    child.on('message', resolve as (message: unknown) => void);
    child.on('exit', (code, signal) =>
      resolve({ problems: [`${JSON.stringify(job)} ended with ${signal ?? code}`], planted }),
    );
    child.send(job);
  });
}

async function run({ kind, from, count }: Job): Promise<Done> {
  const planted = { given: 0, taken: 0, unused: 0, unchecked: 0 };
  const check =
    kind === 'corruption' ? await corruption(planted) : kind === 'neutral' ? await neutrality() : await exactness(kind);
  return { problems: await checkPrograms(from, count, check), planted };
}

async function answer(job: Job): Promise<void> {
  process.send?.(await run(job));
  process.disconnect();
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (job: Job) => void answer(job));
  process.once('disconnect', () => process.exit(0));
}
