// A Node process, or one of its worker threads, behind the port: says who does what, and does the leaving.
import { fail } from '../../common/errors.ts';
import { EventSource, type Listener } from '../../common/events.ts';
import type { Milliseconds } from '../../common/units.ts';
import type { Handle, LiveMember, LiveValue } from '../live-value.ts';
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
} from '../target.ts';
import type { Answer, Written } from './agent/state.ts';
import { Bindings } from './bindings.ts';
import type { Fate } from './attach.ts';
import { evaluateInside } from './evaluate.ts';
import { leaveTarget } from './leaving.ts';
import { Modules } from './modules.ts';
import { Scopes } from './scopes.ts';
import { Remote, type NodeSession } from './session.ts';
import { sourceOf, type ModuleSource } from './sources.ts';
import type { Swapper } from './swap/swapper.ts';
import { problemOf, Values } from './values.ts';

export interface NodeTargetOptions {
  readonly session: NodeSession;
  /** Session of the main thread, when `session` is a worker's. */
  readonly main?: NodeSession;
  readonly fate: Fate;
  readonly openedInspector: boolean;
}

export class NodeTarget implements Target {
  readonly info: TargetInfo;
  /** For recording and swapping; nothing above this room uses it. */
  readonly session: NodeSession;
  readonly modulesOf: Modules;
  readonly scopes: Scopes;
  readonly values: Values;
  readonly bindings: Bindings;
  readonly #main: NodeSession | undefined;
  readonly #fate: Fate;
  readonly #openedInspector: boolean;
  readonly #exited = new EventSource<{ readonly code: number | null; readonly signal: string | null }>();
  #swapper: Promise<Swapper> | undefined;
  #detaching: Promise<void> | undefined;
  #isGone = false;
  #pauses: PauseReport = { count: 0, longest: 0 as Milliseconds, total: 0 as Milliseconds };

  constructor({ session, main, fate, openedInspector }: NodeTargetOptions) {
    this.session = session;
    this.info = session.info;
    this.#main = main;
    this.#fate = fate;
    this.#openedInspector = openedInspector;
    this.modulesOf = new Modules(session);
    this.scopes = new Scopes(session, this.modulesOf);
    this.values = new Values(session, this.modulesOf, this.scopes);
    this.bindings = new Bindings(session, this.modulesOf, this.scopes, this.values);
    session.cdp.onClosed(() => this.#lineDown());
  }

  readonly exited = (
    listener: Listener<{ readonly code: number | null; readonly signal: string | null }>,
  ): Disposable => this.#exited.on(listener);

  get alive(): boolean {
    return this.session.cdp.isOpen && !this.#fate.detached;
  }

  pauses(): PauseReport {
    return this.#pauses;
  }

  async modules(): Promise<readonly TargetModule[]> {
    const modules = await this.#run(() => this.modulesOf.list());
    return modules.map(({ id, url, format, own }) => ({ id, url, format, own }));
  }

  source(moduleId: string): Promise<ModuleSource> {
    return this.#run(async () => sourceOf(this.session, this.modulesOf, await this.modulesOf.get(moduleId)));
  }

  moduleMembers(moduleId: string): Promise<readonly LiveMember[]> {
    return this.#run(() => this.bindings.members(moduleId));
  }

  read(place: Place): Promise<LiveValue> {
    return this.#run(() => {
      if ('handle' in place) return this.values.read(place.handle, place.step);
      return 'variable' in place
        ? this.bindings.readVariable(place.module, place.variable)
        : this.bindings.readExport(place.module, place.exported);
    });
  }

  members(
    handle: Handle,
    range: { readonly start: number; readonly count: number } = { start: 0, count: 1000 },
  ): Promise<readonly LiveMember[]> {
    return this.#run(() => this.values.members(handle, range));
  }

  release(handles: readonly Handle[]): Promise<void> {
    return this.#run(() => this.values.release(handles));
  }

  write(place: Place, expression: string, expected?: string, held?: Handle): Promise<WriteResult> {
    return this.#run(async () => {
      if ('variable' in place)
        return this.bindings.writeVariable(place.module, place.variable, expression, expected, held);
      if ('exported' in place)
        return this.bindings.writeExport(place.module, place.exported, expression, expected, held);
      if (place.step.startsWith('#')) return this.#writePrivate(place.handle, place.step, expression, expected, held);
      const written = await this.session.invoke<Answer<Written>>(
        'state.write',
        place.handle,
        place.step,
        expression,
        expected ?? null,
        held ?? null,
      );
      if ('problem' in written) throw problemOf(written.problem, place.step, place.handle, written.reason);
      return {
        before: written.before,
        after: written.after,
        mechanism: place.step.startsWith('.get(') ? 'entry of a Map' : 'assignment to a property',
        pause: written.ms as Milliseconds,
      };
    });
  }

  evaluate(code: string, timeout: Milliseconds): Promise<LiveValue> {
    return this.#run(() => evaluateInside(this.session, this.values, code, timeout));
  }

  call(fn: Handle, receiver: Handle | undefined, args: readonly string[]): Promise<LiveValue> {
    return this.#run(async () =>
      this.values.withPlace(await this.session.invoke<LiveValue>('state.call', fn, receiver ?? null, args)),
    );
  }

  replaceFunction(place: Place, source: string): Promise<Replacement> {
    return this.#run(async () => {
      const { value, name, home } = await this.#functionAt(place);
      return (await this.#swap()).replace(value.handle, source, name, home);
    });
  }

  restoreFunction(id: string): Promise<Restored> {
    return this.#run(async () => (await this.#swap()).restore(id));
  }

  async record(options: RecordingOptions): Promise<TargetRecording> {
    const { recordNode } = await import('./recording/index.ts');
    return this.#run(() => recordNode(this, options));
  }

  detach(): Promise<void> {
    return (this.#detaching ??= this.#leave());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.detach();
  }

  /** Does it and brings the count of pauses up to date. */
  async #run<T>(action: () => Promise<T>): Promise<T> {
    if (!this.alive) throw this.#fate.why();
    try {
      return await action();
    } finally {
      if (this.alive) this.#pauses = await this.session.pauses().catch(() => this.#pauses);
    }
  }

  async #functionAt(place: Place): Promise<{
    readonly value: LiveValue & { readonly kind: 'function' };
    readonly name: string;
    readonly home: Handle | undefined;
  }> {
    const value = await ('handle' in place
      ? this.values.read(place.handle, place.step)
      : 'variable' in place
        ? this.bindings.readVariable(place.module, place.variable)
        : this.bindings.readExport(place.module, place.exported));
    const name =
      'handle' in place ? place.step : `${place.module}#${'variable' in place ? place.variable : place.exported}`;
    if (value.kind !== 'function') throw fail('DS1026', { place: name, reason: `it is ${value.kind}, no function` });
    return { value, name, home: 'handle' in place ? place.handle : undefined };
  }

  #swap(): Promise<Swapper> {
    return (this.#swapper ??= import('./swap/swapper.ts').then(
      ({ Swapper: Class }) => new Class({ session: this.session, modules: this.modulesOf }),
    ));
  }

  /** A #private field is written from a closure made within its class: in one of its methods. */
  async #writePrivate(
    handle: Handle,
    step: string,
    expression: string,
    expected: string | undefined,
    held: Handle | undefined,
  ): Promise<WriteResult> {
    await this.values.read(handle, step);
    using group = this.session.group();
    const methods = await this.session.remoteIn(group, 'state.methodsOf', handle);
    const { result } = await this.session.cdp.send('Runtime.getProperties', {
      objectId: methods.objectId!,
      ownProperties: true,
    });
    const functions = result.flatMap(({ name, value }) =>
      /^\d+$/.test(name) && value?.objectId !== undefined ? [new Remote(value.objectId)] : [],
    );
    for (const fn of functions) {
      const [captured] = await this.scopes.capture([fn]);
      if (!captured || 'problem' in captured) continue;
      try {
        const written = await this.session.invoke<Answer<Written>>(
          'state.writePrivate',
          captured.token,
          handle,
          step,
          expression,
          expected ?? null,
          held ?? null,
        );
        if ('problem' in written && written.problem === 'foreign') continue;
        if ('problem' in written) throw problemOf(written.problem, step, handle, written.reason);
        return {
          before: written.before,
          after: written.after,
          mechanism: 'assignment in the scope of the class',
          pause: written.ms as Milliseconds,
        };
      } finally {
        await this.scopes.release([captured.token]);
      }
    }
    throw fail('DS1026', { place: step, reason: 'its class has no method from which it could be reached' });
  }

  #lineDown(): void {
    if (this.#isGone || this.#fate.detached) return;
    this.#isGone = true;
    this.session.link[Symbol.dispose]();
    this.#main?.link[Symbol.dispose]();
    // The kernel tells the way a process ended only to its parent.
    this.#exited.emit({ code: null, signal: null });
  }

  async #leave(): Promise<void> {
    if (this.#isGone) return;
    const { pid } = this.info;
    const sessions = this.#main ? [this.session, this.#main] : [this.session];
    await (await this.#swapper?.catch(() => undefined))?.dispose().catch(() => undefined);
    await leaveTarget({
      attachments: sessions.map((session) => ({
        cdp: session.cdp,
        link: session.link,
        leave: () => session.invoke('leave'),
      })),
      opened: this.#openedInspector ? pid : undefined,
      left: () => {
        this.#fate.detached = true;
      },
    });
  }
}
