// A target without a process, for tests of the rooms above: modules are plain objects. Values are described by the same
// code that is injected into real targets.
import { types } from 'node:util';
import { fail } from '../common/errors.ts';
import { EventSource } from '../common/events.ts';
import { ms, type Milliseconds } from '../common/units.ts';
import { makeRedaction } from '../instrument/runtime/redaction.ts';
import type { Handle, LiveMember, LiveValue } from './live-value.ts';
import { makeDescriber } from './node/agent/describe.ts';
import { makeHandles } from './node/agent/handles.ts';
import { makeMembers } from './node/agent/members.ts';
import type {
  PauseReport,
  Place,
  RecordingOptions,
  Replacement,
  Restored,
  Target,
  TargetInfo,
  TargetModule,
  TargetRecording,
  WriteResult,
} from './target.ts';

export interface FakeModule {
  readonly variables: Record<string, unknown>;
  /** Names of `variables` that are exported. */
  readonly exported?: readonly string[];
  readonly source?: string;
  readonly own?: boolean;
}

export class FakeTarget implements Target {
  readonly info: TargetInfo;
  readonly #modules: Readonly<Record<string, FakeModule>>;
  readonly #exited = new EventSource<{ readonly code: number | null; readonly signal: string | null }>();
  readonly #handles = makeHandles(1000);
  readonly #describer = makeDescriber(types, this.#handles, makeRedaction());
  readonly #members = makeMembers(types, this.#describer);
  readonly #replaced = new Map<string, { readonly place: Place; readonly value: unknown }>();
  #state: 'attached' | 'detached' | 'exited' = 'attached';

  constructor(modules: Readonly<Record<string, FakeModule>>, info: Partial<TargetInfo> = {}) {
    this.#modules = modules;
    this.info = {
      kind: 'fake',
      name: 'fake',
      pid: 1,
      runtimeVersion: process.versions.node,
      cwd: '/fake',
      mainScript: '/fake/main.js',
      ports: [],
      ...info,
    };
  }

  readonly exited: Target['exited'] = (listener) => this.#exited.on(listener);

  get alive(): boolean {
    return this.#state === 'attached';
  }

  /** Plays the end of the process. */
  exit(code: number | null = 0, signal: string | null = null): void {
    if (this.#state !== 'attached') return;
    this.#state = 'exited';
    this.#exited.emit({ code, signal });
  }

  pauses(): PauseReport {
    return { count: 0, longest: ms(0), total: ms(0) };
  }

  async modules(): Promise<readonly TargetModule[]> {
    this.#check();
    return Object.entries(this.#modules).map(([id, { own }]) => ({
      id,
      url: `file:///fake/${id}`,
      format: 'module',
      own: own ?? true,
    }));
  }

  async source(id: string): Promise<{ readonly running: string }> {
    return { running: this.#module(id).source ?? '' };
  }

  async moduleMembers(id: string): Promise<readonly LiveMember[]> {
    return this.#members.list(this.#module(id).variables, 0, 1000).map((member) => ({ ...member, origin: 'variable' }));
  }

  async read(place: Place): Promise<LiveValue> {
    const { holder, step } = this.#holder(place);
    const found = this.#members.find(holder, step);
    if (found.ok) return this.#describer.describe(found.value, found.name);
    if (found.problem === 'accessor') throw fail('DS1022', { place: step });
    if (found.problem === 'proxy') throw fail('DS1023', { place: step });
    throw fail('DS1021', { place: step });
  }

  async members(
    handle: Handle,
    range: { readonly start: number; readonly count: number } = { start: 0, count: 1000 },
  ): Promise<readonly LiveMember[]> {
    return this.#members.list(this.#held(handle), range.start, range.count);
  }

  async release(handles: readonly Handle[]): Promise<void> {
    this.#check();
    this.#handles.release(handles);
  }

  async write(place: Place, expression: string, expected?: string, held?: Handle): Promise<WriteResult> {
    const before = await this.read(place);
    const line = 'preview' in before ? before.preview : JSON.stringify('value' in before ? before.value : undefined);
    const { holder, step } = this.#holder(place);
    if (expected !== undefined && line !== expected) throw fail('DS5003', { name: step, expected, actual: line });
    const found = this.#members.find(holder, step);
    const given = held === undefined ? undefined : this.#held(held);
    let next: unknown;
    try {
      next = this.#evaluate(expression, found.ok ? found.value : undefined, given);
    } catch (error) {
      throw fail('DS1027', { reason: String(error) }, error);
    }
    const refused = this.#members.assign(holder, step, next);
    if (refused !== undefined) throw fail('DS1026', { place: step, reason: refused });
    return { before, after: await this.read(place), mechanism: 'assignment', pause: ms(0) };
  }

  async evaluate(code: string, timeout: Milliseconds): Promise<LiveValue> {
    void timeout;
    this.#check();
    try {
      return this.#describer.describe(await (this.#evaluate(code, undefined, undefined) as Promise<unknown>));
    } catch (error) {
      throw fail('DS1029', { reason: String(error) }, error);
    }
  }

  async call(fn: Handle, receiver: Handle | undefined, args: readonly string[]): Promise<LiveValue> {
    const values = args.map((arg) => this.#evaluate(arg, undefined, undefined));
    const self = receiver === undefined ? undefined : this.#held(receiver);
    try {
      return this.#describer.describe(Reflect.apply(this.#held(fn) as (...all: unknown[]) => unknown, self, values));
    } catch (error) {
      throw fail('DS1029', { reason: String(error) }, error);
    }
  }

  async replaceFunction(place: Place, source: string): Promise<Replacement> {
    const { holder, step } = this.#holder(place);
    const found = this.#members.find(holder, step);
    if (!found.ok || typeof found.value !== 'function')
      throw fail('DS1026', { place: step, reason: 'it is no function' });
    const id = `fake-${this.#replaced.size + 1}`;
    this.#replaced.set(id, { place, value: found.value });
    this.#members.assign(holder, step, this.#evaluate(source, undefined, undefined));
    return {
      id,
      handle: this.#handleAt(place),
      source,
      originalSource: String(found.value),
      references: [step],
      missed: [],
      pause: ms(0),
    };
  }

  async restoreFunction(id: string): Promise<Restored> {
    const replaced = this.#replaced.get(id);
    if (!replaced) throw fail('DS5031', { which: `is known here as ${id}` });
    const { holder, step } = this.#holder(replaced.place);
    this.#members.assign(holder, step, replaced.value);
    this.#replaced.delete(id);
    return { restored: 1, handle: this.#handleAt(replaced.place), missed: [], pause: ms(0) };
  }

  async record(_options: RecordingOptions): Promise<TargetRecording> {
    throw fail('DS1031');
  }

  async detach(): Promise<void> {
    if (this.#state === 'attached') this.#state = 'detached';
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.detach();
  }

  #check(): void {
    if (this.#state === 'detached') throw fail('DS1003');
    if (this.#state === 'exited') throw fail('DS1002', { target: this.info.name });
  }

  #module(id: string): FakeModule {
    this.#check();
    const module = this.#modules[id];
    if (!module) throw fail('DS1020', { module: id });
    return module;
  }

  #held(handle: Handle): object {
    this.#check();
    const value = this.#handles.get(handle);
    if (value === undefined || typeof value === 'symbol') throw fail('DS1024', { handle });
    return value;
  }

  #holder(place: Place): { readonly holder: object; readonly step: string } {
    if ('handle' in place) return { holder: this.#held(place.handle), step: place.step };
    return {
      holder: this.#module(place.module).variables,
      step: 'variable' in place ? place.variable : place.exported,
    };
  }

  #handleAt(place: Place): Handle {
    const { holder, step } = this.#holder(place);
    const found = this.#members.find(holder, step);
    return this.#handles.add(found.ok ? (found.value as object) : {}) as Handle;
  }

  #evaluate(expression: string, old: unknown, held: unknown): unknown {
    this.#check();
    return (new Function('old', 'held', `return (${expression}\n);`) as (old: unknown, held: unknown) => unknown)(
      old,
      held,
    );
  }
}
