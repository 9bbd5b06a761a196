// `devsandbox record app.js`: starts a program under the recorder, from its first line on, and says where the tape is. The
// program's output, exit code and signals are its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fail } from '../core/common/errors.ts';

const candidates = ['../register.ts', '../register.js'].map((name) => new URL(name, import.meta.url));
/** A writer that is alive is waited for as long as it takes; one that says nothing and is gone is not. */
const look = 25;

/** As the process that writes the tape leaves it (core/targets/preload/writer-main.ts). */
interface WriterReport {
  readonly pid: number;
  readonly tape?: string;
  readonly error?: string;
  readonly complete?: boolean;
  readonly calls?: number;
  readonly failed?: number;
  readonly gaps?: number;
}

export async function recordProgram(
  command: readonly string[],
  flags: { readonly out?: string; readonly scope?: string; readonly compression?: string },
): Promise<void> {
  const register = candidates.find((url) => existsSync(fileURLToPath(url)));
  if (!register) throw fail('DS6025');
  const folder = await mkdtemp(join(tmpdir(), 'devsandbox-record-'));
  const report = join(folder, 'report.json');
  let ended: NodeJS.Signals | null = null;
  try {
    const environment = {
      ...process.env,
      DEVSANDBOX_REPORT: report,
      ...(flags.out === undefined ? {} : { DEVSANDBOX_TAPE: resolve(flags.out) }),
      ...(flags.scope === undefined ? {} : { DEVSANDBOX_SCOPE: flags.scope }),
      ...(flags.compression === undefined ? {} : { DEVSANDBOX_COMPRESSION: flags.compression }),
    };
    const child = spawn(process.execPath, ['--import', register.href, ...command], {
      stdio: 'inherit',
      env: environment,
    });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, forward);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, failed) => {
      child.once('exit', (...end) => done(end));
      child.once('error', failed);
    });
    const written = await writtenTape(report);
    if (written) process.stderr.write(`${described(written)}\n`);
    for (const each of signals) process.off(each, forward);
    process.exitCode = code ?? undefined;
    ended = signal;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Whoever waits for us sees the end that the program had.
  if (ended) process.kill(process.pid, ended);
}

/** What became of the tape; undefined when none was begun. */
async function writtenTape(path: string): Promise<WriterReport | undefined> {
  const read = async (): Promise<WriterReport | undefined> =>
    readFile(path, 'utf8').then(
      (text) => JSON.parse(text) as WriterReport,
      () => undefined,
    );
  for (;;) {
    const report = await read();
    if (!report || report.complete || report.error !== undefined) return report;
    if (!isAlive(report.pid)) return read();
    await sleep(look);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function described({ tape, error, complete, calls = 0, failed = 0, gaps = 0 }: WriterReport): string {
  if (error !== undefined) return error;
  if (!complete) return `tape ${tape} was not closed`;
  const missing = gaps > 0 ? ` · ${gaps} ${gaps === 1 ? 'thing' : 'things'} not captured (devsandbox tape gaps)` : '';
  return `tape ${tape}  ${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'} · ${failed.toLocaleString('en')} failed${missing}`;
}
