// Programs that are recorded from their first line: run to their end, with what they said and the tape of them.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { replayCheck } from '../../src/features/timetravel/index.ts';
import { nodeBinary, type NodeMajor } from './nodes.ts';
import { eventually } from './target-process.ts';

export const registerUrl = new URL('../../src/register.ts', import.meta.url).href;

export interface RunOptions {
  readonly major?: NodeMajor;
  /** Options of node; instead of those that record. */
  readonly nodeOptions?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** What to do with it while it runs. */
  readonly during?: (child: ChildProcess, output: () => string) => Promise<unknown> | void;
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of files to run, and to record. */
export class TestProgram implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'devsandbox-preload-'));
  readonly tape = join(this.folder, 'recorded.tape');
  readonly #report = join(this.folder, 'report.json');

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  async run(args: readonly string[], { major = 24, nodeOptions = [], env, during }: RunOptions = {}): Promise<Ran> {
    const child = spawn(nodeBinary(major), [...nodeOptions, ...args], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
    child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
    const closed = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('close', (...end) => resolve(end)),
    );
    await during?.(child, () => stdout);
    const [code, signal] = await closed;
    return { code, signal, stdout, stderr };
  }

  /** The same under the recorder; returns when the tape is closed. */
  async record(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const ran = await this.run(args, {
      ...options,
      nodeOptions: options.nodeOptions ?? ['--import', registerUrl],
      env: { DEVSANDBOX_TAPE: this.tape, DEVSANDBOX_REPORT: this.#report, ...options.env },
    });
    await this.closed();
    return ran;
  }

  closed(): Promise<void> {
    return eventually(() => {
      const { complete, error } = JSON.parse(readFileSync(this.#report, 'utf8')) as Record<string, unknown>;
      if (complete !== true) throw new Error(`the tape is not closed: ${String(error)}`);
    });
  }

  check() {
    return replayCheck(this.tape);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
