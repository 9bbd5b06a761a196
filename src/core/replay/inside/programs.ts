// Modules of a program that was recorded from its first line: their tops run again in the order of the tape, and what
// they make is found by how it was made.
import type { Boundary } from '../../instrument/runtime/boundary.ts';
import { addProgramHelpers, namespaceName } from '../../instrument/runtime/program.ts';
import type { Accessor, Exported, Link, Linked, ProgramHost } from '../../instrument/runtime/program.ts';
import type { Manifest } from '../../instrument/manifest.ts';
import { extraOf, type Identity } from '../../instrument/runtime/marks.ts';
import type { Decoder } from './decode.ts';
import { classStubs } from './class-stubs.ts';
import { ModuleLinks } from './module-links.ts';

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

interface ProgramMeans {
  readonly manifest: Manifest;
  readonly helpers: Record<string, unknown>;
  readonly decoder: Decoder;
  readonly boundary: Boundary;
  /** Variables of the modules, by their index. */
  readonly scopes: readonly Scope[];
}

export function followPrograms({ manifest, helpers, decoder, boundary, scopes }: ProgramMeans): Programs {
  const closures = new Map<number, Map<number, WeakRef<object>>>();
  const members = new Map<number, WeakRef<object>>();
  const moduleOf = new Map<number, number>();
  const names = new Map<number, string>();
  for (const { module, functions } of manifest.instances) {
    const info = manifest.modules[module];
    const number = (info?.functionBase ?? 0) + (functions[0] ?? 0);
    moduleOf.set(number, module);
    if (info?.format === 'module') names.set(number, namespaceName(info.id, number));
  }
  const links = new ModuleLinks(names, boundary.encoder, decoder);
  const done = new Set<number>();
  const stubs = classStubs((number, made) => void decoder.classes.set(number, made));
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
  const [f, fd, fo, fc, pf] = ['f', 'fd', 'fo', 'fc', 'pf'].map((name) => helpers[name] as Helper) as [
    Helper,
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
  helpers['pf'] = (number: number, method: object): void => {
    members.set(number, new WeakRef(method));
    apply(pf, number, method);
  };
  helpers['fo'] = (object: object, list: readonly (string | number)[]): object => {
    for (let at = 0; at < list.length; at += 2) rememberMember(object, list[at] as string, list[at + 1] as number);
    return apply(fo, object, list);
  };
  helpers['fc'] = (made: { prototype: object }, number: number, list: readonly (string | number)[]): object => {
    stubs.made(made, number);
    for (let at = 0; at < list.length; at += 3)
      rememberMember(Number(list[at + 1]) === 1 ? made : made.prototype, list[at] as string, list[at + 2] as number);
    return apply(fc, made, number, list);
  };

  const set = (module: number): void => {
    const scope = scopes[module];
    for (const [name, value] of Object.entries(pending[manifest.modules[module]?.id ?? ''] ?? {}))
      if (scope && Reflect.getOwnPropertyDescriptor(scope, name)?.set) scope[name] = value;
  };
  // A method has one number for all its instances, and a function that was made once is the one that is meant.
  decoder.only = (number) => {
    const known = closures.get(number);
    return known && known.size > 1 ? undefined : members.get(number)?.deref();
  };
  const host: ProgramHost = {
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
    began(number: number, [meta]: readonly unknown[]) {
      const module = moduleOf.get(number) ?? -1;
      if (manifest.modules[module]?.format === 'module')
        Object.defineProperty(scopes[module], 'import.meta', { value: meta, configurable: true });
    },
    link(number: number, index: number, link: Link, linked: Linked) {
      const scope = scopes[moduleOf.get(number) ?? -1];
      for (const [name, get] of links.link(number, index, link, linked))
        if (scope) Object.defineProperty(scope, name, { get, configurable: true });
    },
    exports: (number: number, exported: readonly Exported[]) => links.exports(number, exported),
    ended(number: number) {
      const module = moduleOf.get(number);
      if (module === undefined) return;
      done.add(module);
      set(module);
    },
  };
  addProgramHelpers(helpers, boundary, host, stubs);

  return {
    closure: (number, nth) => closures.get(number)?.get(nth)?.deref(),
    latest: (number) => members.get(number)?.deref(),
    change(changes) {
      pending = changes;
      for (const module of done) set(module);
    },
  };
}
