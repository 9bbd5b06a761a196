// What Vite's module runner has evaluated in a worker of vitest: its map of modules hangs on a global. Only this file and
// core/instrument/transform/module-runner.ts know that product.
import { dataProperty, type Types } from './shape.ts';

export interface RunnerModule {
  /** By which the loader knows it. */
  readonly name: string;
  readonly path: string;
}

export interface ModuleRunner {
  list(): RunnerModule[];
  exportsOf(name: string): unknown;
  /** JSON of the source map, which the runner keeps beside the code. */
  sourceMapOf(name: string): string | null;
}

export const runnerPrefix = 'runner:';
const mapEach = Map.prototype.forEach;
const mapGet = Map.prototype.get;

export function makeModuleRunner(types: Types): ModuleRunner {
  const at = (value: unknown, ...keys: readonly string[]): unknown =>
    keys.reduce(
      (held, key) => (typeof held === 'object' && held !== null ? dataProperty(types, held, key) : undefined),
      value,
    );
  const modules = (): unknown => at(globalThis, '__vitest_worker__', 'evaluatedModules', 'idToModuleMap');
  const get = (name: string): unknown => {
    const map = modules();
    return types.isMap(map) ? Reflect.apply(mapGet, map, [name.slice(runnerPrefix.length)]) : undefined;
  };
  return {
    list() {
      const found: RunnerModule[] = [];
      const map = modules();
      if (types.isMap(map)) {
        Reflect.apply(mapEach, map, [
          (node: unknown, id: unknown): void => {
            const path = at(node, 'file');
            if (typeof id === 'string' && typeof path === 'string' && path.startsWith('/') && at(node, 'exports'))
              found.push({ name: runnerPrefix + id, path });
          },
        ]);
      }
      return found;
    },
    exportsOf: (name) => at(get(name), 'exports'),
    sourceMapOf(name) {
      const map = at(get(name), 'meta', 'sourceMap');
      return typeof map === 'string' ? map : null;
    },
  };
}
