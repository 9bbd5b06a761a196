// Runs in the target: finds everything that holds a function. The walk reaches properties, Maps and Sets; the variables
// of closures, which only V8 sees, are asked for on the way and walked on from.
import type { Agent } from '../index.ts';
import { closuresOf, type ClosureScope } from '../closures.ts';
import type { Slices } from '../slices.ts';
import { makeWalk, type Walk } from '../walk.ts';

/** A variable that holds the function. */
export interface Variable {
  readonly name: string;
  readonly scriptId: string;
  /** Place of its scope among those of `functions`, counted from the global one, which is 0. */
  readonly fromOutside: number;
  /** Functions that close over it, or over a variable of the same name in another run of the same code. */
  readonly functions: object[];
}

export interface Found {
  readonly walk: Walk;
  readonly variables: readonly Variable[];
  /** It ended at its budget. */
  readonly cut: boolean;
}

export interface SearchOptions {
  /** Loaded modules, by which walks begin. */
  readonly modules: readonly { readonly name: string; readonly label: string }[];
  /** Scripts of Node and of ours: what their closures hold is not the app's. */
  readonly internal: readonly string[];
  /** Names of globals that are Node's. */
  readonly globals: readonly string[];
}

/** What never changes of a function: that its closures do not matter, or the script whose module scope is all it has. */
type Known = 'internal' | { readonly moduleOf: string };

const limits = { objects: 400_000, functions: 20_000 };
/** Asking V8 takes about a tenth of a millisecond for each. */
const batch = 16;
const timerLists = new Set(['timerListMap', 'immediateQueue']);
const wrapperNames = ['exports', 'require', 'module', '__filename', '__dirname'];

export type FindReferences = (wanted: object, options: SearchOptions) => Promise<Found>;

export function makeFinder(agent: Agent, slices: Slices): FindReferences {
  const { post } = agent.capture;
  const known = new WeakMap<object, Known>();

  return async (wanted, { modules, internal, globals }) => {
    const walk = makeWalk({
      types: agent.types,
      wanted,
      objectLimit: limits.objects,
      entryLimit: Infinity,
      // Members of it are loaded when they are looked at.
      leftOut: [agent.builtin('util') as object],
    });
    const isInternal = new Set(internal);
    const variables = new Map<string, Variable>();
    /** Functions that have nothing but a module's scope: it is looked at through the first. */
    const ofModule = new Map<string, object[]>();
    let looked = 0;

    const look = (functions: readonly object[]): void => {
      looked += functions.length;
      closuresOf(post, functions).forEach(({ scriptId, scopes, bound }, at) => {
        const fn = functions[at]!;
        for (const part of bound) walk.addNamed(part, 'bound ');
        if (isInternal.has(scriptId)) {
          if (bound.length === 0) known.set(fn, 'internal');
          return;
        }
        if (scopes.length > 0 && isModuleAlone(scopes)) {
          known.set(fn, { moduleOf: scriptId });
          if (!ofModule.has(scriptId)) ofModule.set(scriptId, []);
        }
        scopes.forEach(({ kind, variables: values }, depth) => {
          if (kind === 'Global') return;
          const fromOutside = scopes.length - 1 - depth;
          for (const name of Object.keys(values)) {
            const value: unknown = Reflect.getOwnPropertyDescriptor(values, name)?.value;
            walk.addNamed(value, name);
            if (value !== wanted) continue;
            const key = `${scriptId} ${fromOutside} ${name}`;
            const variable = variables.get(key);
            if (variable) variable.functions.push(fn);
            else variables.set(key, { name, scriptId, fromOutside, functions: [fn] });
          }
        });
      });
    };

    /** Those that have to be asked about now. */
    const choose = (functions: readonly object[]): readonly object[] =>
      functions.filter((fn) => {
        const what = known.get(fn);
        if (what === 'internal') return false;
        if (what === undefined) return true;
        const siblings = ofModule.get(what.moduleOf);
        if (siblings) siblings.push(fn);
        else ofModule.set(what.moduleOf, []);
        return siblings === undefined;
      });

    await slices.turn(() => {
      for (const { name, label } of modules) walk.addNamed(agent.loader.exportsOf(name), label);
      const { _cache: cache = {} } = agent.builtin('module') as { readonly _cache?: object };
      for (const path of Reflect.ownKeys(cache))
        walk.addNamed(Reflect.getOwnPropertyDescriptor(cache, path)?.value, 'module');
      const { _getActiveHandles } = process as unknown as { readonly _getActiveHandles?: () => object[] };
      if (_getActiveHandles)
        for (const handle of Reflect.apply(_getActiveHandles, process, []) as object[]) walk.addNamed(handle, 'handle');
      walk.addNamed(process, 'process');
      walk.addGlobals(new Set(globals));
      // Active timers are held by lists in the scope of `setTimeout`.
      const { setTimeout: timers } = agent.builtin('timers') as { readonly setTimeout: object };
      for (const { variables: values } of closuresOf(post, [timers])[0]?.scopes ?? [])
        for (const name of Object.keys(values))
          if (timerLists.has(name)) walk.addNamed(Reflect.getOwnPropertyDescriptor(values, name)?.value, 'timers');
      look([wanted]);
    });
    await slices.run(() => {
      const done = walk.run(1);
      if (looked >= limits.functions) return !done;
      let functions: readonly object[] = [];
      let asked: readonly object[] = [];
      do asked = choose((functions = walk.take(batch)));
      while (functions.length > 0 && asked.length === 0);
      look(asked);
      return !done || functions.length > 0;
    });
    for (const { scriptId, fromOutside, functions } of variables.values())
      if (fromOutside === 1) functions.push(...(ofModule.get(scriptId) ?? []));
    return { walk, variables: [...variables.values()], cut: walk.cut || looked >= limits.functions };
  };
}

/** Whether the chain is that of a module and the global scope: of CommonJS, told by the names of its wrapper. */
const isModuleAlone = (scopes: readonly ClosureScope[]): boolean =>
  scopes.length === 2 &&
  (scopes[0]!.kind === 'Module' ||
    (scopes[0]!.kind === 'Closure' && wrapperNames.some((name) => Object.hasOwn(scopes[0]!.variables, name))));
