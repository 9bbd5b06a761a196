// What foreign modules export belongs to them, although much of it looks like data: it is marked when own code gets hold
// of it, before it is written for the first time.
import { types } from 'node:util';
import { listIntrinsics } from '../../instrument/runtime/intrinsics.ts';
import { isObject, kindOf } from '../../instrument/runtime/marks.ts';

const membersMarked = 2_000;

export class ForeignExports {
  readonly #mark: (value: object) => void;
  readonly #intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
  /** Functions that load a module and give what it exports. */
  readonly #loaders = new WeakSet<object>();
  readonly #cache: object;
  /** Own code reaches them by their names. */
  readonly #globals: ReadonlySet<unknown>;
  /** An ECMAScript module was required. */
  onNamespace: (loader: unknown, specifier: unknown, namespace: object) => void = () => undefined;

  /** @param cache of CommonJS modules: who has it as a property loads modules */
  constructor(mark: (value: object) => void, cache: object) {
    this.#mark = mark;
    this.#cache = cache;
    // Other accessors load what they give.
    const known = [globalThis, globalThis.process, globalThis.Buffer];
    this.#globals = new Set([...known, ...Reflect.ownKeys(globalThis).map((key) => valueOf(globalThis, key))]);
  }

  /** Marks a value that own code got from foreign code as an export of a module. Functions are foreign anyway. */
  add(exported: unknown): void {
    if (!isObject(exported)) return;
    if (this.#looksLikeData(exported)) this.#mark(exported);
    if (types.isProxy(exported)) return;
    for (const key of Reflect.ownKeys(exported).slice(0, membersMarked)) {
      const member = key in globalThis ? undefined : valueOf(exported, key);
      if (this.#looksLikeData(member)) this.#mark(member);
    }
  }

  addLoader(loader: unknown): void {
    if (typeof loader === 'function') this.#loaders.add(loader);
  }

  /** A call of own code was answered: `parts` as on the tape, the function or the receiver and the key first. */
  answered(parts: readonly unknown[], value: unknown): void {
    const [callee, key] = parts;
    const specifier = parts[2];
    const loads = (typeof callee === 'function' && this.#loaders.has(callee)) || key === 'require';
    // What own code loads as JSON is data of its own.
    if (loads && types.isModuleNamespaceObject(value)) this.onNamespace(callee, specifier, value as object);
    else if (loads && typeof specifier === 'string' && !specifier.endsWith('.json')) this.add(value);
    else if (typeof value === 'function' && !types.isProxy(value) && valueOf(value, 'cache') === this.#cache)
      this.addLoader(value);
  }

  /** Not seen before; own objects have crossed when their module began. */
  #looksLikeData(value: unknown): value is object {
    return (
      typeof value === 'object' &&
      value !== null &&
      !this.#globals.has(value) &&
      kindOf(value) === 0 &&
      this.#intrinsics.nameOf(value) === undefined
    );
  }
}

function valueOf(object: object, key: PropertyKey): unknown {
  try {
    return Reflect.getOwnPropertyDescriptor(object, key)?.value;
  } catch {
    // An export that is not initialised yet.
    return undefined;
  }
}
