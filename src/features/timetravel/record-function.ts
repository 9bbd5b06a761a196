// Records what a function does in this very process. A process cannot hold its own debugger: while it is looked at, it
// could not answer itself. So the recorder's front runs in a child process, which attaches to us like to any other target
// and talks with us over its channel; here the function is put where the recorder finds it, and called.
import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, threadId } from 'node:worker_threads';
import { fail } from '../../core/common/errors.ts';
import type { ErrorCode } from '../../core/common/errors.ts';
import type { TapeReport } from './types.ts';

export interface FunctionOptions {
  readonly out: string;
  readonly scope?: readonly string[];
}

/** What the child is told, and what it answers (record-host.ts). */
export type ToHost =
  | { readonly type: 'start'; readonly selector: string; readonly out: string; readonly scope?: readonly string[] }
  | { readonly type: 'stop' };
export type FromHost =
  | { readonly type: 'on' }
  | { readonly type: 'done'; readonly report: TapeReport }
  | {
      readonly type: 'failed';
      readonly message: string;
      readonly code?: ErrorCode;
      readonly details?: Readonly<Record<string, unknown>>;
    };

let recording = false;

export async function recordFunction(
  fn: () => unknown,
  { out, scope = defaultScope() }: FunctionOptions,
): Promise<TapeReport> {
  if (recording) throw fail('DS4033');
  // The recorder takes turns with the app by them. What fakes timers leaves its clock on them.
  if ([setTimeout, setImmediate].some((timer) => 'clock' in timer)) throw fail('DS4036');
  recording = true;
  // Listeners of the process are among the first places where the recorder looks for own code that foreign code calls.
  const place = Symbol('devsandbox.record');
  process.on(place as unknown as NodeJS.Signals, fn);
  const host = new Host();
  try {
    const selector = isMainThread ? String(process.pid) : `${process.pid}/worker:${threadId}`;
    await host.ask({ type: 'start', selector, out, ...(scope ? { scope } : {}) }, 'on');
    const recorded = process.rawListeners(place as unknown as NodeJS.Signals)[0] as () => unknown;
    if (recorded === fn) {
      await host.ask({ type: 'stop' }, 'done');
      await rm(out, { force: true });
      throw fail('DS4032', { name: fn.name || 'the function', scope: scope?.join(', ') ?? 'the files of the app' });
    }
    try {
      await recorded();
    } catch {
      // It is a failed call on the tape.
    }
    return (await host.ask({ type: 'stop' }, 'done')).report;
  } finally {
    process.removeAllListeners(place);
    recording = false;
    await host.end();
  }
}

class Host {
  readonly #child: ChildProcess;
  #said = '';

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./record-host.ts', import.meta.url)), [], {
      // Options of a test runner (loaders, reporters) are not meant for it.
      execArgv: ['--no-warnings'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-2_000)));
  }

  /** Resolves with the answer of that type. */
  ask<Type extends FromHost['type']>(request: ToHost, answer: Type): Promise<Extract<FromHost, { type: Type }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const read = (message: FromHost): void => {
        settle();
        if (message.type === 'failed')
          reject(
            message.code ? fail(message.code, { ...message.details }) : fail('DS4034', { problem: message.message }),
          );
        else if (message.type === answer) resolve(message as Extract<FromHost, { type: Type }>);
      };
      const lost = (): void => {
        settle();
        reject(fail('DS4034', { problem: this.#said.trim().split('\n').at(-1) || 'its process ended' }));
      };
      const settle = (): void => void child.off('message', read).off('exit', lost).off('error', lost);
      child.on('message', read).once('exit', lost).once('error', lost);
      if (child.connected) child.send(request);
      else lost();
    });
  }

  /** It leaves by itself once the channel is closed, after it has detached from us. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
  }
}

/**
 * Undefined where the recorder's own rule is right: files of the app outside node_modules. Test runners start from
 * node_modules, and in a clone of devsandbox its sources are files of the app: then what lies in the working directory.
 */
function defaultScope(): readonly string[] | undefined {
  const cwd = process.cwd();
  const ourRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  const inClone = !ourRoot.includes('/node_modules/') && (ourRoot === cwd || ourRoot.startsWith(`${cwd}/`));
  if (!inClone && !(process.argv[1] ?? '').includes('/node_modules/')) return undefined;
  const ours = new Set(ourRoot === cwd ? ['src', 'dist', 'bin'] : []);
  const entries = readdirSync(cwd, { withFileTypes: true }).filter(
    ({ name }) => name !== 'node_modules' && !name.startsWith('.') && !ours.has(name),
  );
  return entries.flatMap((entry) =>
    entry.isDirectory() ? [`${entry.name}/**`] : /\.[cm]?[jt]s$/.test(entry.name) ? [entry.name] : [],
  );
}
