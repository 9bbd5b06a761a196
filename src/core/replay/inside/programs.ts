// Modules of a program that was recorded from its first line: their tops run again in the order of the tape, and what
// they make is found by how it was made.
import { addProgramHelpers, type Accessor } from '../../instrument/runtime/program.ts';
import type { Manifest } from '../../instrument/manifest.ts';
import { extraOf, type Identity } from '../../instrument/runtime/marks.ts';
import type { Decoder } from './decode.ts';

type Scope = Record<string, unknown>;
type Changes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Helper = (...args: never[]) => object;

export interface Programs {
  /** The closure of a function that was made as the nth of its kind. */
  closure(number: number, nth: number): object | undefined;
  /** What was made last of a function's text. */
  latest(number: number): object | undefined;
  /** Sets variables of modules: of those that have run now, of the others when they have. */
  change(changes: Changes): void;
}

export const isProgram = (manifest: Manifest): boolean => manifest.instances.some(({ kind }) => kind === 'program');

/** @param scopes variables of the modules, by their index */
export function followPrograms(
  manifest: Manifest,
  helpers: Record<string, unknown>,
  decoder: Decoder,
  scopes: readonly Scope[],
): Programs {
  const closures = new Map<number, Map<number, WeakRef<object>>>();
  const members = new Map<number, WeakRef<object>>();
  const moduleOf = new Map<number, number>();
  for (const { module, functions } of manifest.instances)
    moduleOf.set((manifest.modules[module]?.functionBase ?? 0) + (functions[0] ?? 0), module);
  const done = new Set<number>();
  let pending: Changes = {};

  const remember = (number: number, fn: object): void => {
    const { nth } = (extraOf(fn) ?? {}) as Partial<Identity>;
    members.set(number, new WeakRef(fn));
    if (nth === undefined) return;
    const known = closures.get(number) ?? new Map<number, WeakRef<object>>();
    closures.set(number, known.set(nth, new WeakRef(fn)));
  };
  const rememberMember = (holder: object, key: string, number: number): void => {
    const described = Reflect.getOwnPropertyDescriptor(holder, key);
    for (const part of [described?.value, described?.get, described?.set] as unknown[])
      if (typeof part === 'function') members.set(number, new WeakRef(part));
  };
  const [f, fd, fo, fc] = ['f', 'fd', 'fo', 'fc'].map((name) => helpers[name] as Helper) as [
    Helper,
    Helper,
    Helper,
    Helper,
  ];
  const apply = (helper: Helper, ...args: unknown[]): object => Reflect.apply(helper, undefined, args);
  helpers['f'] = (number: number, make: unknown): object => {
    const fn = apply(f, number, make);
    remember(number, fn);
    return fn;
  };
  helpers['fd'] = (number: number, fn: object): object => {
    const self = apply(fd, number, fn);
    remember(number, fn);
    return self;
  };
  helpers['fo'] = (object: object, list: readonly (string | number)[]): object => {
    for (let at = 0; at < list.length; at += 2) rememberMember(object, list[at] as string, list[at + 1] as number);
    return apply(fo, object, list);
  };
  helpers['fc'] = (made: { prototype: object }, number: number, list: readonly (string | number)[]): object => {
    decoder.classes.set(number, made);
    for (let at = 0; at < list.length; at += 3)
      rememberMember(Number(list[at + 1]) === 1 ? made : made.prototype, list[at] as string, list[at + 2] as number);
    return apply(fc, made, number, list);
  };

  const set = (module: number): void => {
    const scope = scopes[module];
    for (const [name, value] of Object.entries(pending[manifest.modules[module]?.id ?? ''] ?? {}))
      if (scope && Reflect.getOwnPropertyDescriptor(scope, name)?.set) scope[name] = value;
  };
  addProgramHelpers(helpers, {
    variables(number: number, accessors: readonly Accessor[]) {
      const scope = scopes[moduleOf.get(number) ?? -1];
      if (!scope) return;
      for (const [name, get, write] of accessors)
        Object.defineProperty(scope, name, {
          // What is not initialised yet is no state.
          get: () => {
            try {
              return get();
            } catch {
              return undefined;
            }
          },
          ...(write ? { set: write } : {}),
          enumerable: true,
          configurable: true,
        });
    },
    began: () => undefined,
    ended(number: number) {
      const module = moduleOf.get(number);
      if (module === undefined) return;
      done.add(module);
      set(module);
    },
  });

  return {
    closure: (number, nth) => closures.get(number)?.get(nth)?.deref(),
    latest: (number) => members.get(number)?.deref(),
    change(changes) {
      pending = changes;
      for (const module of done) set(module);
    },
  };
}
