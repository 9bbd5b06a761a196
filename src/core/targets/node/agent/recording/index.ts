// Runs in the target: what a recording does there, step by step, driven by recording/index.ts of the front. Everything
// is taken back by the agent's undo registry when we leave in whatever way.
import { createRecorder } from '../../../../instrument/runtime/recorder.ts';
import type { Agent } from '../index.ts';
import { isClass } from '../shape.ts';
import { makeSlices } from '../slices.ts';
import { captureWithin, prepareClass, stateOf, tellParent, type ClassWanted, type UnitFunction } from './classes.ts';
import { makeDiscovery, type DiscoveryModule } from './discovery.ts';
import { facts } from './facts.ts';
import { listenToRequests } from './requests.ts';
import { searchScopes, type Candidate, type Scope } from './scopes.ts';
import { memberSwaps, requestsInFlight, write, type Swap } from './switch.ts';
import { compileUnit, makeVariables, shareCells, type Problem, type Variables, type VariableWanted } from './units.ts';

export const recordingFrames = { chunk: 2, end: 3 } as const;

export interface RecordingStart {
  readonly modules: readonly DiscoveryModule[];
  readonly foreignModules: readonly string[];
  readonly redact: readonly string[];
  readonly maxBytesPerSecond: number;
}

/** What a module's copies need to see. */
export interface ModuleWanted {
  readonly module: number;
  /** Without tokens. */
  readonly variables: readonly VariableWanted[];
  readonly candidates: readonly Candidate[];
  readonly importMeta: unknown;
  /** Number of a function in whose scope `this` is what the module's own arrows mean by it. */
  readonly thisOf: number | null;
}

export interface ModuleMade {
  readonly problems: readonly Problem[];
  readonly thisToken: number | null;
}

export interface UnitWanted {
  readonly module: number;
  readonly code: string;
  /** Functions of the unit, in its order: number on the tape, and number of the live function or 0. */
  readonly functions: readonly UnitFunction[];
  readonly activationVariables: readonly VariableWanted[];
  readonly isActivation: boolean;
  /** Scope in which `this` is that of the copies. */
  readonly thisToken: number | null;
}

/** Number of the instance, or why there is none. */
export type UnitMade = { readonly instance: number } | { readonly problems: readonly Problem[] };

export interface SwitchReport {
  readonly waited: number;
  readonly inFlight: number;
  readonly swapped: number;
}

export interface InsideStatus {
  readonly calls: number;
  readonly events: number;
  readonly bytes: number;
  readonly dropped: number;
  readonly pauses: { readonly count: number; readonly longest: number; readonly total: number };
}

const quiescentLimit = 1500;
/** On a busy machine that time holds few turns of the event loop: so many are waited for, up to a longer limit. */
const quiescentLooks = 400;
const quiescentEnd = 6000;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function createRecording(agent: Agent, options: RecordingStart) {
  const { types, builtin } = agent;
  const clock = performance.now.bind(performance);
  const { nextTick } = process;
  const later = setImmediate;
  const soon = setTimeout;
  const start = clock();
  const pauses = { count: 0, longest: 0, total: 0 };
  let dropped = 0;
  const recorder = createRecorder({
    now: () => Math.round((clock() - start) * 1000),
    // The recorder uses its buffer again; the socket may not have written it yet.
    // What follows a lost chunk cannot be read, so the first one that is not taken ends the recording.
    send: (chunk) => {
      if (dropped === 0 && agent.link.send(recordingFrames.chunk, Buffer.from(chunk))) return;
      dropped++;
      later(() => {
        try {
          paused(end);
        } catch {
          // The app must not notice.
        }
      });
    },
    defer: (callback) => {
      Reflect.apply(nextTick, process, [callback]);
    },
    redact: options.redact,
    maxBytesPerSecond: options.maxBytesPerSecond,
    isProxy: types.isProxy,
    sources: options.modules.map(({ source }) => source),
  });
  const moduleVariables: Variables[] = [];
  const instances: {
    readonly instance: number;
    readonly variables: Variables;
    readonly cells: Record<string, number>;
  }[] = [];
  const classes: Swap[] = [];
  /** Originals by copy, and copies by original. */
  const originals = new Map<object, object>();
  const copies = new Map<object, object>();
  let done: Swap[] = [];
  let stopListening = (): void => undefined;
  let ended = false;
  let sweepRoots: WeakRef<object>[] = [];

  function paused<T>(run: () => T): T {
    const stopped = agent.stopwatch();
    try {
      return agent.paused(run);
    } finally {
      const ms = stopped();
      pauses.count++;
      pauses.total += ms;
      if (ms > pauses.longest) pauses.longest = ms;
    }
  }

  const slices = makeSlices(paused);
  const discovery = makeDiscovery(agent, options, slices);
  const capture = (id: number): Scope => {
    try {
      const fn = discovery.get(id);
      if (fn && isClass(fn)) return captureWithin(fn, agent.capture);
      return agent.capture.take(fn);
    } catch (error) {
      return { problem: messageOf(error) };
    }
  };

  /** Puts originals where copies are, wherever a walk without scopes finds them. */
  async function sweep(): Promise<number> {
    const walk = discovery.plainWalk();
    for (const root of sweepRoots) walk.add(false, root.deref());
    await slices.run(() => !walk.run(1));
    let found = 0;
    // What belongs to the copies themselves stays theirs: `prototype.constructor`, members of classes.
    const isOfCopy = new Set<unknown>(
      [...originals.keys()].flatMap((copy) => [
        copy,
        Reflect.getOwnPropertyDescriptor(copy, 'prototype')?.value as unknown,
      ]),
    );
    const pairs = [...originals].values();
    await slices.run(() => {
      const { done: over, value: pair } = pairs.next();
      if (over === true) return false;
      const [copy, original] = pair;
      for (const holder of walk.holders.get(copy) ?? []) {
        if (isOfCopy.has(holder.object)) continue;
        if (write(holder, copy, original)) found++;
      }
      return true;
    });
    return found;
  }

  function end(): void {
    if (ended) return;
    ended = true;
    for (const { holder, from, to } of done.toReversed()) write(holder, to, from);
    done = [];
    try {
      stopListening();
    } finally {
      recorder.stop();
    }
  }

  const forget = agent.onDetach(() => {
    paused(end);
    sweep().catch(() => undefined);
  });

  /** Makes the copies of a unit and pairs them with the live functions. */
  function makeUnit(unit: UnitWanted): UnitMade {
    const ofModule = moduleVariables[unit.module]!;
    const variables = unit.isActivation
      ? makeVariables(unit.activationVariables, agent.capture.closure, discovery.get)
      : ofModule;
    if (unit.isActivation && variables.problems.length > 0) return { problems: variables.problems };
    const $A: Record<string, unknown> = unit.isActivation
      ? variables.object
      : (Object.create(null) as Record<string, unknown>);
    if (unit.thisToken !== null) $A['this'] = agent.capture.closure(unit.thisToken)?.('this');
    unit.functions.forEach((fn) => tellParent(fn, discovery.get(fn.id), recorder));
    let made: unknown[];
    try {
      made = compileUnit(unit.code, recorder.helpers, ofModule.object, $A);
    } catch (error) {
      return { problems: [{ name: '', reason: messageOf(error) }] };
    }
    const instance = instances.length;
    instances.push({ instance, variables, cells: {} });
    // The functions come first, so that a replay knows which copy each recorded identity is.
    const live = unit.functions.map(({ id }) => discovery.get(id));
    recorder.addState(instance, () => [
      // A list of its own each time: it is numbered as one.
      ['$functions', [...live]] as const,
      ...stateOf(unit.functions, live, recorder),
      ...variables.names.map((name) => [name, variables.object[name]] as const),
      ...(unit.thisToken === null ? [] : [['this', $A['this']] as const]),
    ]);
    unit.functions.forEach(({ number, isClass, isPrivate }, at) => {
      const original = live[at];
      const copy = made[at];
      if (!original || typeof copy !== 'function') return;
      if (isClass) {
        recorder.adoptClass(original, copy, number);
        const members = memberSwaps(original, copy);
        classes.push(...members);
        for (const { from, to } of members) originals.set(to, from);
      } else recorder.adopt(original, copy, number);
      // Only the original gives instances their private names.
      if (isPrivate) return;
      originals.set(copy, original);
      copies.set(original, copy);
    });
    return { instance };
  }

  return {
    find: discovery.find,
    cut: discovery.cut,
    /** Captures scopes and makes the variables of modules. */
    async makeModules(modules: readonly ModuleWanted[]): Promise<readonly ModuleMade[]> {
      const results: ModuleMade[] = [];
      for (const { module, variables, candidates, importMeta, thisOf } of modules) {
        const search = searchScopes(variables, candidates, capture);
        await slices.run(search.step);
        const scope = thisOf === null ? undefined : await slices.turn(() => capture(thisOf));
        const made = await slices.turn(() => makeVariables(search.wanted(), agent.capture.closure, discovery.get));
        if (importMeta !== null)
          Object.defineProperty(made.object, 'import.meta', { value: importMeta, enumerable: false });
        moduleVariables[module] = made;
        agent.capture.release(search.tokens());
        results.push({ problems: made.problems, thisToken: scope && 'token' in scope ? scope.token : null });
      }
      return results;
    },
    async captureAll(ids: readonly number[]): Promise<readonly Scope[]> {
      const results: Scope[] = [];
      if (ids.length > 0)
        await slices.run(() => {
          results.push(capture(ids[results.length]!));
          return results.length < ids.length;
        });
      return results;
    },
    /** Private names and computed keys of classes; gives why each failed, or null. */
    async makeClasses(classes: readonly ClassWanted[]): Promise<readonly (string | null)[]> {
      const results: (string | null)[] = [];
      if (classes.length > 0)
        await slices.run(() => {
          const wanted = classes[results.length]!;
          results.push(prepareClass(discovery.get(wanted.id), wanted, agent.capture, recorder) ?? null);
          return results.length < classes.length;
        });
      return results;
    },
    /** Makes the copies of units, one after the other. */
    async makeUnits(units: readonly UnitWanted[]): Promise<readonly UnitMade[]> {
      const results: UnitMade[] = [];
      if (units.length > 0)
        await slices.run(() => {
          results.push(makeUnit(units[results.length]!));
          return results.length < units.length;
        });
      return results;
    },
    releaseScopes: (tokens: readonly number[]): void => agent.capture.release(tokens),
    shareCells(): readonly { readonly instance: number; readonly cells: Readonly<Record<string, number>> }[] {
      return paused(() => {
        shareCells(
          instances.filter((each) => !moduleVariables.includes(each.variables)),
          0,
        );
        return instances.map(({ instance, cells }) => ({ instance, cells }));
      });
    },
    /** Waits for an instant without requests, writes the first state, and puts the copies in. */
    async go(): Promise<SwitchReport> {
      const foreign = discovery.foreignObjects();
      await slices.run(() => {
        const { done: over, value } = foreign.next();
        if (over === true) return false;
        for (const each of value) {
          sweepRoots.push(new WeakRef(each));
          recorder.markForeign(each);
        }
        return true;
      });
      await slices.run(await slices.turn(recorder.rehearse));
      const swaps: Swap[] = [...classes];
      for (const [original, copy] of copies) {
        for (const holder of discovery.holders(original)) {
          // The wrapper of a `once` listener tells of it only; what calls it is the state that the wrapper is bound to.
          if (!holder.own && !(typeof holder.object === 'function' && holder.key === 'listener'))
            swaps.push({ holder, from: original, to: copy });
        }
      }
      const before = clock();
      let looks = 0;
      const swapped = await new Promise<{ readonly inFlight: number; readonly count: number }>((resolve, reject) => {
        const look = (): void => {
          try {
            if (ended) throw new Error('the recording was ended');
            const inFlight = requestsInFlight(types);
            const waited = clock() - before;
            looks++;
            if (inFlight > 0 && waited < (looks < quiescentLooks ? quiescentEnd : quiescentLimit)) {
              soon(look, 1);
              return;
            }
            paused(() => {
              stopListening = listenToRequests(recorder, builtin);
              recorder.start();
              if (inFlight > 0) recorder.gap('in-flight-at-start', '', `${inFlight} requests were being answered`);
              for (const swap of swaps) if (write(swap.holder, swap.from, swap.to)) done.push(swap);
            });
            resolve({ inFlight, count: done.length });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        later(look);
      });
      for (const { holder } of done) sweepRoots.push(new WeakRef(holder.object));
      discovery.release();
      return { waited: clock() - before, inFlight: swapped.inFlight, swapped: swapped.count };
    },
    gap: (reason: string, place: string, detail: string): void => void later(() => recorder.gap(reason, place, detail)),
    mark: (name: string): void => void later(() => recorder.mark(name)),
    snapshot: async (): Promise<void> => {
      const before = clock();
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (ended) return resolve();
          if (requestsInFlight(types) > 0 && clock() - before < quiescentLimit) return void soon(look, 1);
          try {
            paused(() => recorder.snapshot());
          } catch {
            // The app must not notice; what is missing shows on the tape.
          }
          resolve();
        };
        later(look);
      });
    },
    status: (): InsideStatus => {
      const stats = recorder.stats();
      return {
        calls: stats.calls,
        events: stats.events,
        bytes: stats.bytes,
        dropped: stats.dropped + dropped,
        pauses: { ...pauses },
      };
    },
    /** Puts the originals back and says so on the lifeline after the last chunk. */
    async stop(): Promise<number> {
      // Requests of the inspector interrupt the app anywhere, in the middle of an event too: not so a turn of its own.
      await new Promise<void>((resolve) => void later(resolve));
      forget();
      paused(end);
      const swept = await sweep();
      agent.link.send(recordingFrames.end, new Uint8Array(0));
      originals.clear();
      copies.clear();
      sweepRoots = [];
      return swept;
    },
    /** Takes back what there is of one that could not begin; it may have begun to write. */
    async cancel(): Promise<void> {
      await new Promise<void>((resolve) => void later(resolve));
      forget();
      end();
      discovery.release();
    },
    facts: () => facts(clock() - start),
  };
}

export type InsideRecording = ReturnType<typeof createRecording>;
