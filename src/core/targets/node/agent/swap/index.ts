// Runs in the target: the part of a function's replacement that only code inside can do.
import { Search, type UtilTypes } from './search.ts';

/** Puts a private field on an object that is made elsewhere: invisible to the app, visible to the inspector. */
class Given {
  constructor(object: object) {
    // eslint-disable-next-line no-constructor-return -- that is the trick: the field is installed on `object`
    return object;
  }
}
class Stamp extends Given {
  // Read by name through the inspector, also by a later devsandbox; see swap/swapper.ts.
  // oxlint-disable-next-line no-unused-private-class-members
  readonly #devsandboxOriginal: unknown;
  constructor(object: object, original: unknown) {
    super(object);
    this.#devsandboxOriginal = original;
  }
  static has(object: object): boolean {
    return #devsandboxOriginal in object;
  }
}

type Builtin = (name: string) => any;

export function createSearch(wanted: unknown, limit: number, builtin: Builtin): Search {
  return new Search(wanted, limit, builtin('util').types as UtilTypes);
}

/** Where a walk begins, whatever the app is. */
export function roots(builtin: Builtin): { readonly value: unknown; readonly label: string }[] {
  const found: { value: unknown; label: string }[] = [];
  const cache = (builtin('module') as { _cache?: Record<string, { exports: unknown }> })._cache ?? {};
  const main = process.cwd();
  for (const path of Object.keys(cache)) {
    const module = Object.getOwnPropertyDescriptor(cache, path)?.value as object | undefined;
    if (module) found.push({ value: module, label: path.startsWith(`${main}/`) ? path.slice(main.length + 1) : path });
  }
  const handles = (process as unknown as { _getActiveHandles?: () => object[] })._getActiveHandles;
  if (handles)
    for (const handle of handles.call(process)) found.push({ value: handle, label: handle.constructor.name });
  found.push({ value: process, label: 'process' });
  return found;
}

/** Makes `next` look like `original` to code that reads properties off functions; remembers the original on it. */
export function adopt(next: Function, original: Function, stamp: boolean): void {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'length' || key === 'arguments' || key === 'caller') continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(original, key)!;
    const present = Reflect.getOwnPropertyDescriptor(next, key);
    if (key === 'prototype' && present && 'value' in descriptor) next.prototype = descriptor.value;
    else if (!present || present.configurable) Reflect.defineProperty(next, key, descriptor);
  }
  if (stamp && !Stamp.has(next)) new Stamp(next, original);
}

/** Writes `next` wherever the search found the wanted function. */
export function writeAll(
  search: Search,
  next: unknown,
): { written: string[]; missed: { place: string; reason: string }[] } {
  const written: string[] = [];
  const missed: { place: string; reason: string }[] = [];
  for (const reference of search.references) {
    let reason: string | undefined;
    try {
      reason = reference.write(next);
    } catch (error) {
      reason = error instanceof Error ? error.message : 'it refused';
    }
    if (reason === undefined) written.push(reference.label);
    else missed.push({ place: reference.label, reason });
  }
  return { written, missed };
}

export interface FunctionFacts {
  readonly source: string;
  readonly name: string;
  readonly isClass: boolean;
  readonly native: boolean;
}

export function facts(fn: Function): FunctionFacts {
  const source = Function.prototype.toString.call(fn);
  const name = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value as unknown;
  return {
    source,
    name: typeof name === 'string' ? name : '',
    isClass: /^class\b/.test(source),
    native: /\{\s*\[native code\]\s*\}$/.test(source),
  };
}

/** Where the breakpoint's condition leaves the scope; there only while the forced call lasts, within one turn. */
const desk = Symbol.for('devsandbox.force');

interface Desk {
  readonly run: () => unknown;
  scope: ((code: string) => unknown) | undefined;
}

/**
 * Reaches the scope of `fn` without running it: calls it in a script with a time limit, and a breakpoint at its first
 * statement holds it there until the time is over, so that the call ends before anything of `fn` has run. The call is
 * made in a turn of its own, outside of the inspector's, because only there a pause and a time limit go together.
 */
export function force(
  fn: Function,
  builtin: Builtin,
  milliseconds: number,
): Promise<{ readonly outcome: string; readonly scope: Desk['scope'] }> {
  const { Script } = builtin('vm') as typeof import('node:vm');
  const script = new Script('globalThis[Symbol.for("devsandbox.force")].run()', { filename: 'devsandbox:force' });
  return new Promise((resolve) => {
    setImmediate(() => {
      const held: Desk = { run: () => fn(), scope: undefined };
      let outcome = 'returned';
      try {
        Object.defineProperty(globalThis, desk, { value: held, configurable: true, enumerable: false });
        script.runInThisContext({ timeout: milliseconds });
      } catch (error) {
        outcome = (error as { code?: string } | undefined)?.code ?? `threw ${String(error)}`;
      } finally {
        Reflect.deleteProperty(globalThis, desk);
      }
      resolve({ outcome, scope: held.scope });
    });
  });
}

/** Compiles in a captured scope. */
export const compile = (scope: (code: string) => unknown, code: string, home: unknown): unknown =>
  (scope(code) as (home: unknown) => unknown)(home);
