// The isolate of a conversation: its life, its entries and how they are stopped.
//
// An entry runs on the isolate's own thread. It is stopped through the inspector, which keeps all state; while it waits
// for the host or the front, those waits are ended instead. `#busy` says whether an entry is running: terminating an
// idle isolate would hit the next entry.
import { createRequire } from 'node:module';
import type IsolatedVm from 'isolated-vm';
import { fail } from '../../common/errors.ts';
import type { CellGrants } from '../ports.ts';
import type { HostSettings } from '../protocol.ts';
import type { RawError, RawResult, WireReply } from '../wire.ts';
import { Asked } from './asked.ts';
import type { Front } from './front.ts';
import { hostError } from './host-error.ts';
import { Modules } from './modules.ts';

const ivm = createRequire(import.meta.url)('isolated-vm') as typeof IsolatedVm;

export interface IsolateOptions extends HostSettings {
  readonly bundle: string;
  readonly front: Front;
}

type Ref = IsolatedVm.Reference<(...args: never[]) => unknown>;

const tick = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));

export class CellIsolate {
  readonly front: Front;
  readonly isolate: IsolatedVm.Isolate;
  readonly context: IsolatedVm.Context;
  readonly modules: Modules;
  readonly #asked: Asked;
  readonly #inspector: IsolatedVm.InspectorSession;
  #api!: { readonly enter: Ref; readonly run: Ref; readonly json: Ref; readonly owner: Ref };
  #busy = 0;
  #running: number | undefined;
  #stopped = new Set<number>();
  #message = 0;
  #lost = false;

  private constructor(options: IsolateOptions, isolate: IsolatedVm.Isolate, context: IsolatedVm.Context) {
    this.front = options.front;
    this.isolate = isolate;
    this.context = context;
    this.#inspector = isolate.createInspectorSession();
    this.#inspector.onResponse = () => undefined;
    this.#inspector.onNotification = () => undefined;
    this.modules = new Modules(this, options.cwd);
    this.#asked = new Asked(this);
  }

  static async create(options: IsolateOptions): Promise<CellIsolate> {
    const isolate = new ivm.Isolate({
      memoryLimit: options.memoryLimit,
      inspector: true,
      onCatastrophicError: () => process.kill(process.pid, 'SIGKILL'),
    });
    const context = await isolate.createContext({ inspector: true });
    const made = new CellIsolate(options, isolate, context);
    await made.#start(options);
    return made;
  }

  async #start({ bundle, cwd }: IsolateOptions): Promise<void> {
    const call = new ivm.Reference(async (method: string, json: string) =>
      JSON.stringify(await this.#asked.answer(method, json)),
    );
    const world = JSON.stringify({
      cwd,
      platform: process.platform,
      version: process.version,
      versions: { node: process.versions.node, v8: process.versions.v8 },
      env: {},
    });
    const script = await this.isolate.compileScript(
      `const inside = ${bundle};\nglobalThis.__start = (call, world) => inside.start((method, json) => call.applySyncPromise(undefined, [method, json]), world)`,
      { filename: 'devsandbox:inside' },
    );
    await script.run(this.context);
    const api = await this.context.evalClosure(
      'const start = globalThis.__start; delete globalThis.__start; return start($0, $1)',
      [call, world],
      { result: { reference: true }, filename: 'devsandbox:start' },
    );
    const pick = async (name: string): Promise<Ref> =>
      (await (api as IsolatedVm.Reference<Record<string, unknown>>).get(name, { reference: true })) as unknown as Ref;
    this.#api = {
      enter: await pick('enter'),
      run: await pick('run'),
      json: await pick('json'),
      owner: await pick('owner'),
    };
    setInterval(() => this.#watch(), 100).unref();
  }

  get running(): number | undefined {
    return this.#running;
  }

  isStopped(cell: number): boolean {
    return this.#stopped.has(cell);
  }

  /** Runs a compiled cell; the result is sent when the cell says it is done. */
  async run(kind: 'run' | 'json', cell: number, name: string, script: string): Promise<void> {
    this.#running = cell;
    try {
      const compiled = await this.isolate.compileScript(script, { filename: name });
      const body = (await compiled.run(this.context, { reference: true })) as IsolatedVm.Reference<unknown>;
      await this.#entry(cell, () => this.#api[kind].apply(undefined, [cell, body.derefInto()] as never));
      body.release();
      compiled.release();
    } catch (error) {
      this.#failed(cell, error);
    }
  }

  /** One entry; keeps count, so that a stop knows whether there is something to stop. */
  async #entry<T>(cell: number, work: () => Promise<T>): Promise<T | undefined> {
    this.#busy += 1;
    try {
      return await work();
    } catch (error) {
      if (this.isolate.isDisposed) this.#lose();
      // `null` is how a terminated entry ends.
      else if (error !== null && !this.isStopped(cell)) this.rejected(cell, error);
      return undefined;
    } finally {
      this.#busy -= 1;
      this.#asked.machine.release();
    }
  }

  /** Enters the isolate by name; a failure of the machinery gives undefined, one of the work throws. */
  async enter(cell: number, method: string, parameters: unknown): Promise<unknown> {
    const json = await this.#entry(
      cell,
      () => this.#api.enter.apply(undefined, [cell, method, JSON.stringify(parameters)] as never) as Promise<string>,
    );
    if (json === undefined) return undefined;
    const reply = JSON.parse(json) as WireReply;
    if ('error' in reply)
      throw Object.assign(new Error(reply.error.message), { name: reply.error.name, ...reply.error.extra });
    return reply.value;
  }

  /** Runs the top of a module; what it throws is thrown here. */
  async evaluate(work: () => Promise<unknown>): Promise<void> {
    this.#busy += 1;
    try {
      await work();
    } catch (error) {
      // The same failure comes once more, as a rejection that nobody handled, at the end of the next entry.
      const next = this.#api.enter.apply(undefined, [this.#running ?? 0, 'ping', '{}'] as never);
      await Promise.resolve(next).catch(() => undefined);
      throw error;
    } finally {
      this.#busy -= 1;
      this.#asked.machine.release();
    }
  }

  /** Entries that nobody waits for: timers, settlements, callbacks. Those of a stopped cell do not happen. */
  later(cell: number, method: string, parameters: unknown): void {
    if (this.#lost || this.isStopped(cell)) return;
    void this.enter(cell, method, parameters).catch(() => undefined);
  }

  finished(result: RawResult): void {
    if (this.isStopped(result.cell) || result.cell !== this.#running) return;
    this.#running = undefined;
    const { error, ...rest } = result;
    void this.front.send({
      type: 'result',
      result: { ...rest, ...(error ? { error: hostError(error, this.modules) } : {}) },
    });
  }

  #failed(cell: number, error: unknown): void {
    if (this.isolate.isDisposed) return this.#lose();
    const thrown = error as Error | null;
    this.finished({
      cell,
      status: 'error',
      error: {
        name: thrown?.name ?? 'Error',
        message: thrown?.message ?? 'the cell did not start',
        stack: thrown?.stack ?? '',
      },
    });
  }

  /** A rejection that nobody handled: the running cell's error, otherwise text. */
  rejected(cell: number, thrown: unknown): void {
    // A module that is being loaded and awaited something in vain.
    if (this.modules.failLoading(thrown)) return;
    const error = thrown as Error | undefined;
    const raw: RawError =
      typeof error === 'object' && error !== null
        ? { name: error.name, message: error.message, stack: error.stack ?? '' }
        : {
            name: 'Uncaught',
            message: `a promise was rejected with ${String(thrown)} and nobody handled it`,
            stack: '',
          };
    this.failedBeside(cell, raw);
  }

  failedBeside(cell: number, raw: RawError): void {
    if (cell === this.#running) {
      this.finished({ cell, status: 'error', error: raw });
      void this.#forget(cell);
    } else {
      void this.front.send({ type: 'uncaught', cell, error: hostError(raw, this.modules) });
    }
  }

  /** Something failed in the host itself: a granted package, most likely. */
  uncaught(error: unknown): void {
    const thrown = error as Error | undefined;
    this.failedBeside(this.#running ?? 0, {
      name: thrown?.name ?? 'Error',
      message: thrown?.message ?? String(error),
      stack: '',
    });
  }

  /** Ends a cell, whatever it does; resolves when its code no longer runs. */
  async stop(cell: number): Promise<void> {
    this.#stopped.add(cell);
    if (this.#running === cell) this.#running = undefined;
    this.front.cancel(cell);
    this.#asked.cancel(cell);
    this.modules.failLoading(fail('DS2001'));
    while (this.#busy > 0 && !this.#lost) {
      this.#message += 1;
      this.#inspector.dispatchProtocolMessage(
        JSON.stringify({ id: this.#message, method: 'Runtime.terminateExecution' }),
      );
      this.front.cancel(cell);
      await tick(this.#message % 2 === 0 ? 10 : 1);
    }
    // A termination that came too late hits the next entry: let that be one of ours.
    for (let left = 20; left > 0 && !this.#lost; left -= 1) if ((await this.#forget(cell)) !== undefined) return;
  }

  async #forget(cell: number): Promise<unknown> {
    this.#asked.cancel(cell);
    return this.enter(0, 'forget', { cell }).catch(() => undefined);
  }

  async look(method: string, parameters: unknown): Promise<unknown> {
    if (method === 'inspect')
      return this.#asked.later((ticket) => this.enter(0, 'inspect', { ...(parameters as object), ticket }));
    return this.enter(this.#running ?? 0, method, parameters);
  }

  async setGrants(grants: CellGrants): Promise<void> {
    this.#asked.setGrants(grants);
    if (grants.env) await this.enter(0, 'environment', { env: { ...process.env } });
  }

  get grants(): CellGrants {
    return this.#asked.grants;
  }

  /** Loads a granted module beside us and gives the reference to it. */
  loadGranted(url: string, grant: string | undefined): Promise<unknown> {
    return this.#asked.machine.load(url, grant);
  }

  /** Over its memory an isolate may park its thread for good; the front replaces us. */
  #watch(): void {
    if (this.isolate.isDisposed) this.#lose();
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    void this.front.send({ type: 'lost', reason: 'memory' });
  }
}
