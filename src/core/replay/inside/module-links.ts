// Imports and exports of ECMAScript modules in a replay: an isolate has no modules, so what one takes from another is
// read through accessors of the other, live as it was, and what it takes from foreign ones is what the tape has.
import type { Encoder } from '../../instrument/runtime/encode.ts';
import { Kind, setKind } from '../../instrument/runtime/marks.ts';
import type { Exported, Link, Linked } from '../../instrument/runtime/program.ts';
import type { Decoder } from './decode.ts';

type Get = () => unknown;
type Source = { readonly own: number } | { readonly values: ReadonlyMap<string, unknown> };

export class ModuleLinks {
  readonly #exports = new Map<number, readonly Exported[]>();
  readonly #links = new Map<number, Source[]>();
  readonly #namespaces = new Map<number, object>();

  /** @param names of the namespaces of own modules on the tape, by the number of their tops */
  constructor(names: ReadonlyMap<number, string>, encoder: Encoder, decoder: Decoder) {
    for (const [module, name] of names) {
      const namespace = this.#namespace(module);
      setKind(namespace, Kind.ownProxy);
      encoder.globals.set(namespace, name);
      decoder.globals.set(name, namespace);
    }
  }

  exports(module: number, exported: readonly Exported[]): void {
    this.#exports.set(module, exported);
  }

  /** What a link led to; gives how its local names are read. */
  link(
    module: number,
    index: number,
    [, , names, , locals = []]: Link,
    linked: Linked,
  ): readonly (readonly [string, Get])[] {
    const [own, , ...values] = linked as readonly [number | null, unknown, ...unknown[]];
    const source: Source = own === null ? { values: new Map(names.map((name, at) => [name, values[at]])) } : { own };
    const links = this.#links.get(module) ?? [];
    links[index] = source;
    this.#links.set(module, links);
    return locals.map((local, at) => [local, () => this.#read(source, names[at]!)]);
  }

  #read(source: Source, name: string): unknown {
    if ('values' in source) return source.values.get(name);
    if (name === '*') return this.#namespaces.get(source.own);
    const get = this.#find(source.own, name, new Set());
    if (!get) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    return get();
  }

  #find(module: number, name: string, seen: Set<number>): Get | undefined {
    if (seen.has(module)) return undefined;
    seen.add(module);
    const exported = this.#exports.get(module) ?? [];
    for (const [each, where, there] of exported) {
      if (each !== name || each === '*') continue;
      if (typeof where === 'function') return where;
      const source = this.#links.get(module)?.[where];
      return source && (() => this.#read(source, there!));
    }
    if (name === 'default') return undefined;
    for (const [each, where] of exported) {
      if (each !== '*' || typeof where === 'function') continue;
      const source = this.#links.get(module)?.[where];
      if (!source) continue;
      if ('own' in source) {
        const found = this.#find(source.own, name, seen);
        if (found) return found;
      } else {
        const all = source.values.get('**') as Record<string, unknown> | undefined;
        if (all && Object.hasOwn(all, name)) return () => all[name];
      }
    }
    return undefined;
  }

  #names(module: number, seen = new Set<number>()): Set<string> {
    const found = new Set<string>();
    if (seen.has(module)) return found;
    seen.add(module);
    for (const [name, where] of this.#exports.get(module) ?? []) {
      if (name !== '*') found.add(name);
      else if (typeof where !== 'function') {
        const source = this.#links.get(module)?.[where];
        const more =
          source === undefined
            ? []
            : 'own' in source
              ? this.#names(source.own, seen)
              : Object.keys((source.values.get('**') ?? {}) as object);
        for (const each of more) if (each !== 'default') found.add(each);
      }
    }
    return found;
  }

  #namespace(module: number): object {
    const known = this.#namespaces.get(module);
    if (known) return known;
    const get = (key: PropertyKey): Get | undefined =>
      typeof key === 'string' ? this.#find(module, key, new Set()) : undefined;
    const made: object = new Proxy(Object.create(null) as object, {
      get: (_target, key) => (key === Symbol.toStringTag ? 'Module' : get(key)?.()),
      has: (_target, key) => key === Symbol.toStringTag || get(key) !== undefined,
      ownKeys: () => [...this.#names(module)].toSorted(),
      getOwnPropertyDescriptor: (_target, key) => {
        const read = get(key);
        return read && { value: read(), writable: true, enumerable: true, configurable: true };
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      getPrototypeOf: () => null,
    });
    this.#namespaces.set(module, made);
    return made;
  }
}
