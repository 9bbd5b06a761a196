// Where the imports of own modules lead: to other own modules, whose bindings a replay reads from them, or to foreign
// ones, whose values stand on the tape.
import { types } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { namespaceName, type Link, type Linked } from '../../instrument/runtime/program.ts';
import { whenSettled } from '../../instrument/runtime/promises.ts';
import type { ForeignExports } from './foreign.ts';
import type { Resolutions } from './modules.ts';
import type { OwnCode, OwnModule } from './own-code.ts';

export interface ImportsOptions {
  readonly own: OwnCode;
  readonly resolutions: Resolutions;
  readonly foreign: ForeignExports;
  /** Of CommonJS modules. */
  readonly cache: Readonly<Record<string, unknown>>;
  readonly gap: (reason: string, place: string, detail: string) => void;
  /** Makes the namespace of an own module known by a name. */
  readonly name: (namespace: object, name: string) => void;
}

export class Imports {
  readonly #options: ImportsOptions;

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /** What a declaration takes from another module; nothing of it has crossed yet. */
  linked(module: number, [, specifier, names, read]: Link): Linked {
    const { foreign, gap } = this.#options;
    const target = this.#target(module, specifier);
    let values: readonly unknown[] = [];
    try {
      if (read) values = read();
    } catch {
      // In a circle, values of own modules are read when they are used.
      if (target?.format !== 'module')
        gap('import', this.#options.own.byNumber(module)?.id ?? '', `${specifier} was not initialised yet`);
    }
    if (target?.format === 'module') {
      const at = names.indexOf('*');
      if (at >= 0) this.#name(target, values[at]);
      return [target.number];
    }
    const whole = target ? this.#exportsOf(target) : undefined;
    names.forEach((name, at) => {
      const value = values[at];
      if (name === '**') for (const each of Object.values(value ?? {})) foreign.add(each);
      else if (!specifier.endsWith('.json')) foreign.add(value);
    });
    return [null, whole, ...values];
  }

  importing(module: number, specifier: unknown, promise: unknown): void {
    if (!types.isPromise(promise)) return;
    const settled = (namespace: unknown): void => this.#arrived(this.#target(module, String(specifier)), namespace);
    void whenSettled(promise, settled, () => undefined);
  }

  /** By a `require` that loads ECMAScript modules too. */
  required(loader: unknown, specifier: unknown, namespace: object): void {
    try {
      const path = (loader as NodeJS.Require).resolve(String(specifier));
      this.#arrived(this.#options.own.at(pathToFileURL(path).href), namespace);
    } catch {
      this.#options.foreign.add(namespace);
    }
  }

  #arrived(target: OwnModule | undefined, namespace: unknown): void {
    if (target?.format === 'module') this.#name(target, namespace);
    else this.#options.foreign.add(namespace);
  }

  #name({ id, number }: OwnModule, namespace: unknown): void {
    if (types.isModuleNamespaceObject(namespace)) this.#options.name(namespace as object, namespaceName(id, number));
  }

  #target(module: number, specifier: string): OwnModule | undefined {
    const { own, resolutions } = this.#options;
    const from = own.byNumber(module);
    const url = from && resolutions.get(from.url, specifier);
    return url === undefined ? undefined : own.at(url);
  }

  #exportsOf({ url }: OwnModule): unknown {
    const module = this.#options.cache[fileURLToPath(url)];
    return typeof module === 'object' && module !== null && 'exports' in module ? module.exports : undefined;
  }
}
