// What the module loaders of Node have loaded: CommonJS from Module._cache, ECMAScript modules from the loader's own
// map, which the front found through V8's view of Node's internals. Nothing is imported, so nothing is loaded anew.
import { makeModuleRunner, runnerPrefix, type ModuleRunner } from './module-runner.ts';
import { ownKeys, type Types } from './shape.ts';

export interface LoadedModule {
  readonly kind: 'commonjs' | 'module';
  /** File name or URL. */
  readonly name: string;
}

export interface Loader {
  readonly runner: ModuleRunner;
  useEsmMap(map: unknown): void;
  list(): LoadedModule[];
  /** Namespace, or `module.exports`; undefined when it is not loaded. */
  exportsOf(name: string): unknown;
  /** Where a walk for functions begins: exports of the named modules, handles, listeners of the process. */
  roots(names: readonly string[]): unknown[];
}

const mapEach = Map.prototype.forEach;
const mapGet = Map.prototype.get;

export function makeLoader(types: Types, builtin: (name: string) => unknown): Loader {
  let esm: unknown;
  const runner = makeModuleRunner(types);
  const data = (value: unknown, key: PropertyKey): unknown => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || types.isProxy(value))
      return undefined;
    return Reflect.getOwnPropertyDescriptor(value, key)?.value;
  };
  const cache = (): object => (builtin('module') as { readonly _cache: object })._cache;

  /** Of one entry of the map: kinds (`javascript`, `json`) to jobs, or the job itself in older versions. */
  const namespaceOf = (entry: unknown): object | undefined => {
    const jobs =
      typeof entry === 'object' && entry !== null ? [entry, ...ownKeys(entry).map((key) => data(entry, key))] : [];
    for (const job of jobs) {
      const module = data(job, 'module') as { getNamespace?: () => object } | undefined;
      try {
        const namespace = module?.getNamespace?.();
        if (namespace && types.isModuleNamespaceObject(namespace)) return namespace;
      } catch {
        // It is not linked yet.
      }
    }
    return undefined;
  };

  const exportsOf = (name: string): unknown => {
    if (name.startsWith(runnerPrefix)) return runner.exportsOf(name);
    if (name.includes(':')) return types.isMap(esm) ? namespaceOf(Reflect.apply(mapGet, esm, [name])) : undefined;
    return data(data(cache(), name), 'exports');
  };

  return {
    runner,
    useEsmMap(map) {
      esm = map;
    },
    list() {
      const found: LoadedModule[] = [];
      for (const name of ownKeys(cache())) if (typeof name === 'string') found.push({ kind: 'commonjs', name });
      if (types.isMap(esm)) {
        Reflect.apply(mapEach, esm, [
          (entry: unknown, name: unknown): void => {
            if (typeof name === 'string' && name.startsWith('file:') && namespaceOf(entry))
              found.push({ kind: 'module', name });
          },
        ]);
      }
      return found;
    },
    exportsOf,
    roots(names) {
      const found = names.map(exportsOf);
      const { _getActiveHandles } = process as unknown as { readonly _getActiveHandles?: () => object[] };
      if (_getActiveHandles) found.push(...Reflect.apply(_getActiveHandles, process, []));
      found.push(data(process, '_events'));
      return found;
    },
  };
}
