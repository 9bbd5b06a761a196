// Isolates for a conversation, whatever happens to the process they live in: compiled cells go in, results come out.
// A host that has ended, lost its isolate or does not stop when asked is replaced, and the running cell is told why.
import { fail } from '../common/errors.ts';
import type { DevsandboxError } from '../common/errors.ts';
import { ms } from '../common/units.ts';
import type { Milliseconds } from '../common/units.ts';
import { HostProcess } from './host-process.ts';
import type { CellGrants, FrontPort, RunListeners } from './ports.ts';
import type { FromHost, HostError, HostResult } from './protocol.ts';

export interface SandboxOptions {
  readonly front: FrontPort;
  readonly cwd: string;
  /** Megabytes. */
  readonly memoryLimit: number;
  /** A cell that does not stop within this time after it was asked loses its process. */
  readonly patience: Milliseconds;
  readonly log: (text: string) => void;
  /** What fails after its cell's end, as text for the cell's stderr. */
  readonly describe: (error: HostError) => string;
}

export interface ScriptRun {
  readonly kind: 'run' | 'json';
  readonly name: string;
  readonly script: string;
  readonly listeners: RunListeners;
  readonly timeout: Milliseconds;
}

/** How a script ended: by itself, or because of us. */
export type ScriptEnd = { readonly result: HostResult } | { readonly stopped: DevsandboxError };

interface Running {
  readonly cell: number;
  readonly end: (end: ScriptEnd) => void;
}

const keptListeners = 200;

export class Sandbox implements AsyncDisposable {
  readonly #options: SandboxOptions;
  readonly #listeners = new Map<number, RunListeners>();
  #host: Promise<HostProcess> | undefined;
  #grants: CellGrants | undefined;
  #running: Running | undefined;
  #cells = 0;
  #disposed = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /** Number of hosts started so far; changes when values were lost. */
  generation = 0;

  /** @internal for tests that kill it */
  async hostPid(): Promise<number | undefined> {
    return (await this.#present()).pid;
  }

  async start(): Promise<void> {
    await this.#present();
  }

  async run(run: ScriptRun): Promise<ScriptEnd> {
    const host = await this.#present();
    const cell = (this.#cells += 1);
    this.#keep(cell, run.listeners);
    return new Promise((resolve) => {
      const limit = setTimeout(
        () => void this.#stop(cell, fail('DS2002', { limit: `${run.timeout / 1000} s` })),
        run.timeout,
      );
      const end = (how: ScriptEnd): void => {
        clearTimeout(limit);
        if (this.#running?.cell === cell) this.#running = undefined;
        resolve(how);
      };
      this.#running = { cell, end };
      host.send({ type: run.kind, cell, name: run.name, script: run.script });
    });
  }

  /** Ends the running script; its values so far are kept unless it does not listen. */
  async interrupt(): Promise<void> {
    if (this.#running) await this.#stop(this.#running.cell, fail('DS2001'));
  }

  async look(method: 'members' | 'inspect' | 'assign' | 'target', parameters: unknown): Promise<unknown> {
    return (await this.#present()).ask({ type: 'enter', method, parameters });
  }

  /** Whether a script is running: looking must wait for it, so most do not look. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  async setGrants(grants: CellGrants): Promise<void> {
    this.#grants = grants;
    if (this.#host) await (await this.#present()).ask({ type: 'grants', grants });
  }

  async reset(): Promise<void> {
    this.#replace(fail('DS2001'));
    await this.#present();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#replace(fail('DS2007'));
    return Promise.resolve();
  }

  async #stop(cell: number, reason: DevsandboxError): Promise<void> {
    const running = this.#running;
    if (running?.cell !== cell) return;
    const host = await this.#present();
    const stopped = await Promise.race([
      host.ask({ type: 'stop', cell }).then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(resolve, this.#options.patience, false).unref()),
    ]);
    // It may have ended meanwhile, by itself or with its host.
    if (this.#running !== running) return;
    if (stopped) running.end({ stopped: reason });
    else this.#replace(fail('DS2005'));
  }

  #present(): Promise<HostProcess> {
    if (this.#disposed) throw fail('DS2007');
    if (!this.#host) {
      this.generation += 1;
      const starting = this.#begin();
      this.#host = starting;
      starting.catch(() => {
        if (this.#host === starting) this.#host = undefined;
      });
    }
    return this.#host;
  }

  async #begin(): Promise<HostProcess> {
    const { front, cwd, memoryLimit } = this.#options;
    let host: HostProcess | undefined;
    host = await HostProcess.start({
      settings: { cwd, memoryLimit },
      front,
      onMessage: (message) => this.#receive(message),
      onEnd: (reason) => {
        if (host) this.#replace(fail('DS2004', { reason }));
      },
    });
    if (this.#disposed) host.kill();
    if (this.#grants) await host.ask({ type: 'grants', grants: this.#grants });
    return host;
  }

  /** Ends the host; what runs is told the reason, the next use starts another. */
  #replace(reason: DevsandboxError): void {
    const host = this.#host;
    this.#host = undefined;
    void host?.then(
      (present) => present.kill(),
      () => undefined,
    );
    if (host && !this.#disposed) this.#options.log(`sandbox host replaced: ${reason.message}`);
    this.#running?.end({ stopped: reason });
  }

  #receive(message: FromHost): void {
    switch (message.type) {
      case 'result':
        if (this.#running?.cell === message.result.cell) this.#running.end({ result: message.result });
        return;
      case 'output':
        return this.#listenersOf(message.cell)?.output(message.chunk);
      case 'display':
        return this.#listenersOf(message.cell)?.display(message.output);
      case 'uncaught':
        return this.#listenersOf(message.cell)?.output({
          stream: 'stderr',
          text: `${this.#options.describe(message.error)}\n`,
        });
      case 'lost':
        return this.#replace(fail('DS2003', { limit: this.#options.memoryLimit }));
      default:
    }
  }

  /** Late output goes to the cell that caused it; what belongs to none, or to a long past one, to the last. */
  #listenersOf(cell: number): RunListeners | undefined {
    return this.#listeners.get(cell) ?? this.#listeners.get(this.#cells);
  }

  #keep(cell: number, listeners: RunListeners): void {
    this.#listeners.set(cell, listeners);
    this.#listeners.delete(cell - keptListeners);
  }
}

export const defaultPatience = ms(3000);
