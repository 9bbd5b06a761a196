// Runs in the target: which live functions are own code, found by a walk that asks V8 on the way for places and scopes,
// and what else the recording needs to know of the objects met.
import { listIntrinsics } from '../../../../instrument/runtime/intrinsics.ts';
import { closuresOf } from '../closures.ts';
import type { Agent } from '../index.ts';
import { ownKeys } from '../shape.ts';
import type { Slices } from '../slices.ts';
import { makeOwnWalk, type Holder, type OwnWalk } from './own-walk.ts';
import { isLoaded } from './requests.ts';

export interface DiscoveryModule {
  /** By which the loader knows it. */
  readonly name: string;
  readonly source: string;
  /** Where the text of each function begins and ends. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

export interface DiscoveryOptions {
  readonly modules: readonly DiscoveryModule[];
  readonly foreignModules: readonly string[];
}

/** What only the front knows: which scripts are whose. */
export interface ScriptIds {
  readonly own: readonly string[];
  /** Of Node and of ours: what their closures hold is not the app's. */
  readonly internal: readonly string[];
}

/** A function of an own script as a walk met it. */
export interface MetFunction {
  readonly id: number;
  readonly scriptId: string;
  /** From 0; of a class its constructor's. */
  readonly line: number;
  readonly column: number;
  readonly isClass: boolean;
  /** Also met by the walk before. */
  readonly lasting: boolean;
}

/** What never changes of a function. */
interface Known {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
  /** It closes over nothing but its module and the global scope. */
  readonly isPlain: boolean;
  readonly isBound: boolean;
}

const membersMarked = 2_000;
/** Scopes at the end of each function's chain that are no function's: the global one and the module's. */
const outermost = 2;
/** Asking V8 takes about a tenth of a millisecond for each. */
const batch = 16;
const timerLists = new Set(['timerListMap', 'immediateQueue']);

export function makeDiscovery(agent: Agent, options: DiscoveryOptions, slices: Slices) {
  const { types, builtin, loader } = agent;
  const { post } = agent.capture;
  const texts = new Set<string>();
  for (const { source, ranges } of options.modules)
    for (const [start, end] of ranges) texts.add(source.slice(start, end));
  const prototypeOf = (name: string): object | undefined => {
    if (!isLoaded(name)) return undefined;
    const exported = builtin(name);
    return typeof exported === 'function'
      ? (Reflect.getOwnPropertyDescriptor(exported, 'prototype')?.value as object)
      : undefined;
  };
  const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
  // Members of it are loaded when they are looked at.
  const lazy = [builtin('util') as object];
  let timers: readonly unknown[] = [];
  const plainWalk = (): OwnWalk => {
    const walk = makeOwnWalk(
      types,
      texts,
      prototypeOf('module'),
      prototypeOf('events'),
      lazy,
      (value) => intrinsics.nameOf(value) !== undefined,
    );
    const { _getActiveHandles } = process as unknown as { readonly _getActiveHandles?: () => object[] };
    if (_getActiveHandles) walk.add(false, ...Reflect.apply(_getActiveHandles, process, []));
    walk.add(false, Reflect.getOwnPropertyDescriptor(process, '_events')?.value, ...timers);
    for (const { name } of options.modules) {
      const exported = loader.exportsOf(name);
      // An app that is itself the export (`module.exports = express()`) is foreign; a namespace is the module's own.
      walk.add(
        types.isModuleNamespaceObject(exported) ||
          (typeof exported === 'function' && walk.looksOwn(exported)) ||
          (typeof exported === 'object' && exported !== null && Reflect.getPrototypeOf(exported) === Object.prototype),
        exported,
      );
    }
    return walk;
  };

  let walk: OwnWalk | undefined;
  let found = new Map<object, Known>();
  const known = new WeakMap<object, Known>();
  const ids = new Map<object, number>();
  const byId = new Map<number, object>();
  let lastId = 0;

  /** Active timers are held by lists in the scope of `setTimeout`. */
  const timersNow = (): readonly unknown[] => {
    const { setTimeout: set } = builtin('timers') as { readonly setTimeout: object };
    const [closure] = closuresOf(post, [set]);
    return (closure?.scopes ?? []).flatMap(({ variables }) =>
      ownKeys(variables)
        .filter((name) => typeof name === 'string' && timerLists.has(name))
        .map((name) => Reflect.getOwnPropertyDescriptor(variables, name)?.value as unknown),
    );
  };

  /** Walks once, a few milliseconds at a time, and gives the own functions. */
  async function find({ own, internal }: ScriptIds): Promise<readonly MetFunction[]> {
    const before = found.size > 0 ? found : undefined;
    const [isOwn, isInternal] = [new Set(own), new Set(internal)];
    const entered = new Set<string>();
    found = new Map();
    // The first question to V8 makes it ready, which takes some milliseconds.
    await slices.turn(() => (timers = timersNow()));
    const current = await slices.turn(() => (walk = plainWalk()));
    const look = (functions: readonly object[]): void =>
      closuresOf(post, functions).forEach(({ scriptId, line, column, scopes, bound }, at) => {
        const fn = functions[at]!;
        const what = { scriptId, line, column, isPlain: scopes.length <= outermost, isBound: bound.length > 0 };
        known.set(fn, what);
        for (const part of bound) current.addBound(part);
        if (isOwn.has(scriptId) && current.looksOwn(fn)) found.set(fn, what);
        if (scriptId === '' || isInternal.has(scriptId)) return;
        // All functions of a script end in the same scope: it is looked at once.
        current.addScopes(isOwn.has(scriptId), entered.has(scriptId) ? scopes.slice(0, -outermost) : scopes);
        entered.add(scriptId);
      });
    /** Whether V8 has to be asked about it in this walk. */
    const isOpen = (fn: object): boolean => {
      const what = known.get(fn);
      if (!what || what.isBound) return true;
      if (!isInternal.has(what.scriptId) && (!what.isPlain || !entered.has(what.scriptId))) return true;
      if (isOwn.has(what.scriptId) && current.looksOwn(fn)) found.set(fn, what);
      return false;
    };
    await slices.run(() => {
      if (!current.run(1)) return true;
      const functions = current.take(batch);
      look(functions.filter(isOpen));
      return functions.length > 0;
    });
    return [...found].map(([fn, { scriptId, line, column }]) => {
      let id = ids.get(fn);
      if (id === undefined) {
        ids.set(fn, (id = ++lastId));
        byId.set(id, fn);
      }
      const isClass = Function.prototype.toString.call(fn).startsWith('class');
      return { id, scriptId, line, column, isClass, lasting: before?.has(fn) ?? true };
    });
  }

  return {
    plainWalk,
    find,
    cut: (): boolean => walk?.cut ?? false,
    get: (id: number): object | undefined => byId.get(id),
    holders: (fn: object): readonly Holder[] => walk?.holders.get(fn) ?? [],
    /**
     * What own code holds and did not make: foreign objects, exports of packages and builtins with their members; some
     * at a time, in steps.
     */
    *foreignObjects(): Generator<readonly object[]> {
      const isForeign = (value: unknown): value is object =>
        ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
        value !== globalThis &&
        // What language and own code made is not foreign, whoever exports it.
        !(typeof value === 'function' && walk?.looksOwn(value)) &&
        intrinsics.nameOf(value) === undefined;
      let some: object[] = [];
      for (const each of walk?.foreign ?? []) {
        if (isForeign(each)) some.push(each);
        if (some.length < 200) continue;
        yield some;
        some = [];
      }
      yield some;
      for (const name of options.foreignModules) {
        const exported = loader.exportsOf(name);
        const values: unknown[] = [exported];
        if (
          ((typeof exported === 'object' && exported !== null) || typeof exported === 'function') &&
          !types.isProxy(exported)
        )
          for (const key of ownKeys(exported).slice(0, membersMarked)) {
            try {
              values.push(Reflect.getOwnPropertyDescriptor(exported, key)?.value);
            } catch {
              // An export that is not initialised yet.
            }
          }
        yield values.filter(isForeign);
      }
      for (const { name } of options.modules) {
        const exported = loader.exportsOf(name);
        if (types.isModuleNamespaceObject(exported) && isForeign(exported)) yield [exported];
      }
      yield [process.env];
    },
    /** Lets go of what was found. */
    release(): void {
      walk = undefined;
      found = new Map();
      ids.clear();
      byId.clear();
    },
  };
}
