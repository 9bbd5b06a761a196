// Imports of cells. Pure modules (packages and files of one's own) run inside the isolate: ES modules natively, CommonJS
// in a wrapper there. A package is pure until it asks for the machine; then it is refused with the %allow that loads it
// here instead, from where the cell gets handles.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type IsolatedVm from 'isolated-vm';
import { fail } from '../../common/errors.ts';
import { bareName, grantFor, isGranted, isNodeBuiltin, pureBuiltins } from '../builtin-kinds.ts';
import type { CellFrame } from '../ports.ts';
import type { FoundModule } from '../inside/modules.ts';
import type { CellIsolate } from './cell-isolate.ts';
import { asCommonJs } from './as-commonjs.ts';
import { changeOf, originalPlace, readModule } from './module-source.ts';
import type { ModuleSource } from './module-source.ts';
import { isLocal, packageName, packageOfFile, resolveModule } from './resolve.ts';

interface Compiled {
  readonly module: IsolatedVm.Module;
  /** Ids of what it imports, by specifier. */
  readonly imports: Map<string, string>;
  ready?: Promise<void>;
}

export class Modules {
  readonly #isolate: CellIsolate;
  readonly #cell: string;
  readonly #sources = new Map<string, ModuleSource>();
  readonly #compiled = new Map<string, Promise<Compiled>>();
  readonly #done = new Map<string, Compiled>();
  readonly #kept = new Set<string>();
  readonly #loading = new Map<string, { readonly resolve: () => void; readonly reject: (error: unknown) => void }>();
  /** Which package a cell imported to get to a file: the one to allow. */
  readonly #roots = new Map<string, string>();
  /** One at a time: graphs may share modules. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(isolate: CellIsolate, cwd: string) {
    this.#isolate = isolate;
    this.#cell = join(cwd, 'cell.ts');
  }

  /** What a cell or an ES module imports. */
  async import(specifier: string, from = this.#cell): Promise<FoundModule> {
    const found = await this.#find(specifier, from, 'import');
    if (found.kind !== 'loaded') return found;
    const turn = this.#queue.then(() => this.#load(found.id));
    this.#queue = turn.catch(() => undefined);
    await turn;
    return found;
  }

  /** What CommonJS in the isolate requires, while it waits. */
  async require(specifier: string, from: string): Promise<FoundModule> {
    const found = await this.#find(specifier, from, 'require');
    if (found.kind !== 'loaded' || this.#kept.has(found.id)) return found;
    // The isolate waits, so it cannot evaluate an ES module now: it gets one that it can call.
    const source = this.#read(found.id);
    const code = asCommonJs(source, packageName(specifier), this.#roots.get(found.id) ?? packageName(specifier));
    return { kind: 'commonjs', id: found.id, code, folder: source.folder };
  }

  resolvePath(specifier: string, from: string): string {
    return isNodeBuiltin(specifier) ? specifier : resolveModule(specifier, from, 'require');
  }

  /** A frame of a module as its author wrote it. */
  original(frame: CellFrame): CellFrame {
    const source = this.#sources.get(frame.file);
    return source ? { ...frame, ...originalPlace(source, frame.line, frame.column) } : frame;
  }

  /** A file of the user's own as it was written; packages are not theirs to correct. */
  written(path: string): string | undefined {
    return packageOfFile(path) === undefined ? this.#sources.get(path)?.original : undefined;
  }

  async #find(specifier: string, from: string, kind: 'import' | 'require'): Promise<FoundModule> {
    if (isNodeBuiltin(specifier)) return this.#builtin(specifier, from);
    const grant = isLocal(specifier) ? undefined : `pkg:${packageName(specifier)}`;
    if (grant !== undefined && isGranted(grant, this.#isolate.grants)) return this.#inHost(specifier, from, grant);
    const path = resolveModule(specifier, from, kind);
    const root = this.#roots.get(from) ?? packageOfFile(path);
    if (root !== undefined && !this.#roots.has(path)) this.#roots.set(path, root);
    if (path.endsWith('.node')) throw fail('DS2013', { package: root ?? path, specifier: 'native code' });
    const source = this.#read(path);
    if (source.format === 'commonjs') return { kind: 'commonjs', id: path, code: source.code, folder: source.folder };
    return source.format === 'json' ? { kind: 'json', id: path, text: source.code } : { kind: 'loaded', id: path };
  }

  async #builtin(specifier: string, from: string): Promise<FoundModule> {
    const name = bareName(specifier);
    if (pureBuiltins.has(name)) return { kind: 'builtin', name };
    const grant = grantFor(specifier);
    if (!isGranted(grant, this.#isolate.grants)) {
      const owner = this.#roots.get(from) ?? packageOfFile(from);
      throw owner === undefined ? fail('DS2012', { specifier, grant }) : fail('DS2013', { package: owner, specifier });
    }
    return { kind: 'handle', module: await this.#isolate.loadGranted(`node:${name}`, grant) };
  }

  async #inHost(specifier: string, from: string, grant: string): Promise<FoundModule> {
    const path = resolveModule(specifier, from, 'import');
    return { kind: 'handle', module: await this.#isolate.loadGranted(pathToFileURL(path).href, grant) };
  }

  #read(path: string): ModuleSource {
    const known = this.#sources.get(path);
    // What runs stays as it was read; what failed, or was never run, is read again when it has changed.
    if (known && (this.#kept.has(path) || known.changed === changeOf(path))) return known;
    const source = readModule(path);
    this.#sources.set(path, source);
    return source;
  }

  async #load(id: string): Promise<void> {
    const compiled = await this.#compile(id);
    compiled.ready ??= this.#evaluate(id, compiled);
    try {
      await compiled.ready;
    } catch (error) {
      this.#forget(id);
      throw error;
    }
  }

  /** Through a module that imports it: that one runs when all awaits at the tops have been settled. */
  async #evaluate(id: string, compiled: Compiled): Promise<void> {
    const code = `import * as m from 'it'; globalThis[Symbol.for('devsandbox.loaded')](${JSON.stringify(id)}, m);`;
    const last = await this.#isolate.isolate.compileModule(code, { filename: 'devsandbox:loaded' });
    await last.instantiate(this.#isolate.context, (specifier, referrer) =>
      referrer === last ? compiled.module : this.#linked(specifier, referrer),
    );
    const loaded = new Promise<void>((resolve, reject) => this.#loading.set(id, { resolve, reject }));
    loaded.catch(() => undefined); // heard below, unless evaluating throws first
    try {
      await this.#isolate.evaluate(() => last.evaluate());
      await loaded;
      this.#kept.add(id);
    } finally {
      this.#loading.delete(id);
      last.release();
    }
  }

  loaded(id: string): void {
    this.#loading.get(id)?.resolve();
  }

  /** Whether a module was being loaded; it has failed then. */
  failLoading(error: unknown): boolean {
    for (const { reject } of this.#loading.values()) reject(error);
    return this.#loading.size > 0;
  }

  /** What failed may be corrected and imported again. */
  #forget(id: string): void {
    this.#compiled.delete(id);
    this.#done.delete(id);
    this.#sources.delete(id);
  }

  #linked(specifier: string, referrer: IsolatedVm.Module): IsolatedVm.Module {
    const from = [...this.#done.values()].find((each) => each.module === referrer);
    const target = from?.imports.get(specifier);
    const found = target === undefined ? undefined : this.#done.get(target);
    if (!found)
      throw fail('DS2011', { specifier, from: 'a module', remedy: 'report this with the package it happened in' });
    return found.module;
  }

  /** Compiles a module and, once each, all that it imports statically. */
  #compile(id: string): Promise<Compiled> {
    let made = this.#compiled.get(id);
    if (!made) {
      made = this.#compileGraph(id);
      made.catch(() => this.#forget(id));
      this.#compiled.set(id, made);
    }
    return made;
  }

  async #compileGraph(id: string): Promise<Compiled> {
    const source = this.#read(id);
    const module = await this.#isolate.isolate.compileModule(source.code, { filename: id });
    const compiled: Compiled = { module, imports: new Map() };
    this.#done.set(id, compiled);
    for (const specifier of module.dependencySpecifiers)
      compiled.imports.set(specifier, await this.#dependency(specifier, id));
    return compiled;
  }

  async #dependency(specifier: string, from: string): Promise<string> {
    const found = await this.#find(specifier, from, 'import');
    if (found.kind !== 'loaded') return this.#synthetic(found, specifier);
    if (!this.#compiled.has(found.id)) await this.#compile(found.id);
    return found.id;
  }

  /** An ES module that stands for one that is none: a builtin, CommonJS, JSON, a handle. */
  async #synthetic(found: FoundModule, specifier: string): Promise<string> {
    const id = `link:${'id' in found ? found.id : found.kind === 'builtin' ? found.name : specifier}`;
    if (this.#done.has(id)) return id;
    const names = ((await this.#isolate.enter(this.#isolate.running ?? 0, 'names', { found, id })) ?? []) as string[];
    const exports = names.filter((name) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name));
    const locals = exports.map((name, index) => `const x${index} = m[${JSON.stringify(name)}];`).join('');
    const list = exports.map((name, index) => `x${index} as ${name}`).join(', ');
    const code = `const m = globalThis[Symbol.for('devsandbox.module')](${JSON.stringify(id)}); export default m.default; ${locals} export { ${list} };`;
    const module = await this.#isolate.isolate.compileModule(code, { filename: `devsandbox:${id}` });
    this.#done.set(id, { module, imports: new Map() });
    return id;
  }
}
