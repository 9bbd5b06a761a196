// Runs in the target: which live functions are own code, found by a walk that the front helps along with scopes and
// places, and what else the recording needs to know of the objects met on the way.
import { listIntrinsics } from '../../../../instrument/runtime/intrinsics.ts';
import type { Agent } from '../index.ts';
import { ownKeys } from '../shape.ts';
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

const membersMarked = 2_000;

export function makeDiscovery(agent: Agent, options: DiscoveryOptions) {
  const { types, builtin, loader } = agent;
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
  const timers: unknown[] = [];
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

  let walk = plainWalk();
  let taken: object[] = [];
  let found = new Map<object, { readonly module: number; readonly index: number }>();
  let before: typeof found | undefined;
  const ids = new Map<object, number>();
  const byId = new Map<number, object>();
  let lastId = 0;

  return {
    plainWalk,
    /** Begins anew; what an earlier walk found is remembered for {@link list}. */
    begin(): void {
      before = found.size > 0 ? found : undefined;
      found = new Map();
      timers.length = 0;
      walk = plainWalk();
    },
    addTimers(...lists: unknown[]): void {
      timers.push(...lists);
      walk.add(false, ...lists);
    },
    run: (ms: number): boolean => agent.paused(() => walk.run(ms)),
    /** Takes some functions; the front then asks V8 for their places and scopes. */
    take(count: number): object[] {
      return (taken = walk.take(count));
    },
    /** Of those taken last: 0 foreign, 1 with the text of an own function, 2 of an own class. */
    kinds: (): number[] =>
      taken.map((fn) => (walk.looksOwn(fn) ? (Function.prototype.toString.call(fn).startsWith('class') ? 2 : 1) : 0)),
    learn(known: readonly (readonly [at: number, module: number, index: number])[]): void {
      for (const [at, module, index] of known) found.set(taken[at]!, { module, index });
    },
    addScopes: (how: readonly (readonly [own: boolean, last: number])[], ...scopes: unknown[]): void =>
      agent.paused(() => scopes.forEach((each, at) => walk.addScopes(how[at]![0], how[at]![1], each))),
    addBound: (...parts: unknown[]): void => parts.forEach((each) => walk.addBound(each)),
    /** Own functions of this walk; `lasting`: also of the one before. */
    list(): { readonly id: number; readonly module: number; readonly index: number; readonly lasting: boolean }[] {
      return [...found].map(([fn, { module, index }]) => {
        let id = ids.get(fn);
        if (id === undefined) {
          ids.set(fn, (id = ++lastId));
          byId.set(id, fn);
        }
        return { id, module, index, lasting: before?.has(fn) ?? true };
      });
    },
    cut: (): boolean => walk.cut,
    get: (id: number): object | undefined => byId.get(id),
    idOf: (fn: object): number => ids.get(fn) ?? 0,
    holders: (fn: object): readonly Holder[] => walk.holders.get(fn) ?? [],
    /** What own code holds and did not make: foreign objects, exports of packages and builtins with their members. */
    foreignObjects(): Set<object> {
      const all = new Set<object>(walk.foreign);
      const add = (value: unknown): void => {
        if ((typeof value === 'object' || typeof value === 'function') && value !== null) all.add(value);
      };
      const addWithMembers = (value: unknown): void => {
        add(value);
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || types.isProxy(value))
          return;
        for (const key of ownKeys(value).slice(0, membersMarked)) {
          try {
            add(Reflect.getOwnPropertyDescriptor(value, key)?.value);
          } catch {
            // An export that is not initialised yet.
          }
        }
      };
      for (const name of options.foreignModules) addWithMembers(loader.exportsOf(name));
      for (const { name } of options.modules)
        if (types.isModuleNamespaceObject(loader.exportsOf(name))) add(loader.exportsOf(name));
      add(process.env);
      // What language and own code made is not foreign, whoever exports it.
      for (const each of all) if (typeof each === 'function' && walk.looksOwn(each)) all.delete(each);
      all.delete(globalThis);
      for (const each of all) if (intrinsics.nameOf(each) !== undefined) all.delete(each);
      return all;
    },
    /** Lets go of what was found. */
    release(): void {
      walk = makeOwnWalk(types, texts, undefined, undefined);
      taken = [];
      found = new Map();
      before = undefined;
      ids.clear();
      byId.clear();
    },
  };
}
