// Modules inside the isolate. The host finds and compiles them; here is the table they are kept in, the CommonJS part
// (which must be synchronous), and the builtins that need no machine.
import { builtins } from './builtins.ts';
import { decodeValue, handleText } from './handles.ts';
import { ask, askLater } from './host.ts';

/** What the host answers when it is asked for a module. */
export type FoundModule =
  | { readonly kind: 'loaded'; readonly id: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'handle'; readonly module: unknown }
  | { readonly kind: 'commonjs'; readonly id: string; readonly code: string; readonly folder: string }
  | { readonly kind: 'json'; readonly id: string; readonly text: string };

interface CommonModule {
  exports: unknown;
  readonly id: string;
  readonly filename: string;
  loaded: boolean;
  readonly children: CommonModule[];
  readonly paths: string[];
}

const namespaces = new Map<string, unknown>();
const common = new Map<string, CommonModule>();

export async function askModule(specifier: string, from?: string): Promise<Record<string, unknown>> {
  const found = await askLater<FoundModule>('import', { specifier, from });
  if (found.kind === 'loaded') return namespaces.get(found.id) as Record<string, unknown>;
  return asNamespace(valueOf(found));
}

/** What `import * as x` of a module that is no ES module gives. */
function asNamespace(exports: unknown): Record<string, unknown> {
  const namespace: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if ((typeof exports === 'object' && exports !== null) || typeof exports === 'function') {
    for (const key of exportedKeys(exports)) {
      Object.defineProperty(namespace, key, {
        get: () => (exports as Record<string, unknown>)[key],
        enumerable: true,
        configurable: true,
      });
    }
  }
  Object.defineProperty(namespace, 'default', { value: exports, enumerable: true, configurable: true });
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  return namespace;
}

/** Of a function also what it has not made enumerable, such as static methods. */
const exportedKeys = (exports: object): readonly string[] =>
  typeof exports === 'function' && handleText(exports) === undefined
    ? Object.getOwnPropertyNames(exports).filter((key) => !(key in Function.prototype) && key !== 'prototype')
    : Object.keys(exports);

function valueOf(found: FoundModule): unknown {
  switch (found.kind) {
    case 'loaded':
      return namespaces.get(found.id);
    case 'builtin':
      return builtins()[found.name];
    case 'handle':
      return decodeValue(found.module);
    case 'json':
      return load(found.id, '', (module) => void (module.exports = JSON.parse(found.text)));
    case 'commonjs':
      return load(found.id, found.folder, (module) => {
        const wrapper = `(function (exports, require, module, __filename, __dirname) {${found.code}\n})\n//# sourceURL=${found.id}`;
        const run = (0, eval)(wrapper) as (...args: unknown[]) => void;
        run.call(module.exports, module.exports, requireFrom(found.id), module, found.id, found.folder);
      });
  }
}

function load(id: string, folder: string, evaluate: (module: CommonModule) => void): unknown {
  const known = common.get(id);
  if (known) return known.exports;
  const module: CommonModule = { exports: {}, id, filename: id, loaded: false, children: [], paths: [folder] };
  common.set(id, module);
  try {
    evaluate(module);
  } catch (error) {
    common.delete(id);
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

function requireFrom(from: string): (specifier: string) => unknown {
  const require = (specifier: string): unknown =>
    valueOf(ask<FoundModule>('require', { specifier, from, have: [...common.keys()] }));
  return Object.assign(require, {
    resolve: (specifier: string) => ask<string>('resolve', { specifier, from }),
    cache: {},
    main: undefined,
  });
}

/** Keeps a module that is no ES module under its id for an ES module that imports it, and names its exports. */
export function exportNames(found: FoundModule, id: string): readonly string[] {
  const namespace = asNamespace(valueOf(found));
  namespaces.set(id, namespace);
  return Object.keys(namespace);
}

/** What the text of ES modules refers to, put there by the host's compiler. */
export function installLinks(): void {
  const link = (name: string, value: unknown): void =>
    void Object.defineProperty(globalThis, Symbol.for(`devsandbox.${name}`), { value, enumerable: false });
  link('loaded', (id: string, namespace: unknown) => {
    namespaces.set(id, namespace);
    ask('loaded', { id });
  });
  link('module', (id: string) => namespaces.get(id));
  link('import', (from: string) => (specifier: unknown) => askModule(String(specifier), from));
  link('meta', (path: string) => ({
    url: `file://${path}`,
    filename: path,
    dirname: path.slice(0, path.lastIndexOf('/')),
    resolve: (specifier: string) => `file://${ask<string>('resolve', { specifier, from: path })}`,
  }));
}
