// Helpers of modules that are instrumented as a whole: their tops, entered by whoever loads them, and how their own
// variables are read. tp top of a CommonJS module, st own variables, dn name of a default export; of an ECMAScript module
// me its beginning, ml its end, mx that it throws, and in a replay mg its top and ex its exports.
import { Op } from './boundary.ts';
import type { Boundary, Frame } from './boundary.ts';
import { addForeignClasses, type ClassStubs } from './foreign-classes.ts';
import { Kind, setExtra, setKind } from './marks.ts';
import { NativePromise, whenSettled } from './promises.ts';

/** A variable of a module: its name, and how it is read and, in a replay, written. */
export type Accessor = readonly [name: string, get: () => unknown, set?: (value: unknown) => void];

/** An export: how it is read, or which link of the module has it and under which name. */
export type Exported =
  | readonly [name: string, get: () => unknown]
  | readonly [name: string, link: number, there: string];

/** A declaration that takes something from another module; in a replay nothing is read, and names are given. */
export type Link = readonly [
  site: number,
  specifier: string,
  names: readonly string[],
  read: (() => readonly unknown[]) | 0,
  locals?: readonly string[],
];

/**
 * What a link leads to: the top of an own module, or values of foreign ones in the order of the names, behind what an own
 * CommonJS module exports as a whole.
 */
export type Linked = readonly [own: number] | readonly [own: null, whole: unknown, ...values: unknown[]];

/** What stands behind the modules: the loader of a running program, or a replay. */
export interface ProgramHost {
  /** A module begins, before anything of it has run. */
  variables(module: number, accessors: readonly Accessor[]): void;
  /** A CommonJS module is entered with what its wrapper gets, an ECMAScript module with its `import.meta`. */
  began(module: number, args: readonly unknown[]): void;
  /** The top of a module has come to its end. */
  ended(module: number): void;
  /** In a running program: where a link leads. */
  linked?(module: number, link: Link): Linked;
  /** In a running program: a module is being imported by an expression. */
  importing?(module: number, specifier: unknown, promise: unknown): void;
  /** In a replay: what a link led to. */
  link?(module: number, index: number, link: Link, linked: Linked): void;
  /** In a replay: what a module exports. */
  exports?(module: number, exported: readonly Exported[]): void;
}

/** Tops that run now; one that throws leaves without a word, because nothing can stand around the top of a module. */
export interface OpenTops {
  readonly count: number;
  /** Those opened since there were so many have thrown. */
  unwind(count: number, error: unknown): void;
}

/** By which the namespace of an own module crosses. */
export const namespaceName = (id: string, module: number): string => `module ${id} (${module})`;

/** In the place of an error that nobody saw. */
export const unseen = Symbol('unseen');

type Callable = (...args: unknown[]) => unknown;
interface Frames {
  readonly on: boolean;
  readonly e: (fn: number, self: unknown, args: ArrayLike<unknown>) => Frame;
  readonly as: (fn: number, self: unknown, args: ArrayLike<unknown>) => Frame | null;
  readonly v: (frame: Frame | null, value: unknown) => unknown;
  readonly x: (frame: Frame | null, error: unknown) => unknown;
  readonly l: (frame: Frame | null) => void;
}

interface Classes {
  readonly isForeign: (value: unknown) => boolean;
  readonly n: (site: number, constructor: unknown, args: readonly unknown[], target: object) => unknown;
}

/** @param helpers the finished object `$` */
export function addProgramHelpers(
  helpers: Record<string, unknown>,
  boundary: Pick<Boundary, 'ask' | 'encoder' | 'gap'>,
  host: ProgramHost,
  stubs?: ClassStubs,
): OpenTops {
  const frames = helpers as unknown as Frames;
  const { isForeign, n } = helpers as unknown as Classes;
  addForeignClasses(helpers, boundary, { isForeign, construct: n }, stubs);
  const running: { readonly module: number; readonly frame: Frame }[] = [];
  const open = new Map<number, Frame | null>();

  const close = (module: number, error?: readonly [unknown]): void => {
    const frame = open.get(module) ?? null;
    open.delete(module);
    const at = running.findIndex((each) => each.module === module);
    if (at >= 0) running.splice(at, 1);
    if (error) frames.x(frame, error[0]);
    frames.l(frame);
    host.ended(module);
  };
  const tops: OpenTops = {
    get count() {
      return running.length;
    },
    unwind(count, error) {
      for (const { module, frame } of running.slice(count).reverse()) if (!frame.left) close(module, [error]);
    },
  };
  /** Asks, when what runs now has come to its end, whether the module has come to its own or waits. */
  const watch = (module: number, frame: Frame): void =>
    void whenSettled(NativePromise.resolve(), () => {
      if (open.get(module) === frame && !frame.suspended) close(module, [unseen]);
    });
  const topOf = (module: number, top: Callable): Callable => {
    setKind(top, Kind.ownFunction);
    setExtra(top, module);
    return top;
  };

  Object.assign(helpers, {
    st: (module: number, accessors: readonly Accessor[]): void => host.variables(module, accessors),
    tp: (module: number, body: Callable): Callable =>
      topOf(module, function (this: unknown, ...args: unknown[]): unknown {
        host.began(module, args);
        const frame = frames.on ? null : frames.e(module, this, args);
        try {
          return frames.v(frame, Reflect.apply(body, this, args));
        } catch (error) {
          throw frames.x(frame, error);
        } finally {
          frames.l(frame);
          host.ended(module);
        }
      }),
    dn: (fn: object): void => void Object.defineProperty(fn, 'name', { value: 'default', configurable: true }),
    me(module: number, meta: unknown, isAsync: number, links: readonly Link[]): Frame | null {
      const args = meta === undefined ? [] : [meta];
      host.began(module, args);
      const frame = isAsync ? frames.as(module, undefined, args) : frames.on ? null : frames.e(module, undefined, args);
      open.set(module, frame);
      if (frame && host.linked) {
        if (isAsync) watchResumptions(frame, () => watch(module, frame));
        else running.push({ module, frame });
        watch(module, frame);
      }
      links.forEach((link, index) => {
        const [site, specifier, names] = link;
        const linked = boundary.ask(Op.import, site, [specifier, ...names], () => host.linked?.(module, link));
        host.link?.(module, index, link, linked as Linked);
      });
      return frame;
    },
    ml: (module: number): void => close(module),
    mx(module: number, error: unknown): unknown {
      if (open.has(module)) close(module, [error]);
      return error;
    },
    mg(module: number, body: (meta?: unknown) => Generator<void, void> | AsyncGenerator<void, void>): Callable {
      const generator = body();
      void generator.next();
      return topOf(module, (...given: unknown[]): unknown => {
        const step = generator.next(...(given as [never]));
        if (step instanceof NativePromise) step.catch(() => undefined);
        return undefined;
      });
    },
    ex: (module: number, exported: readonly Exported[]): void => host.exports?.(module, exported),
    imp: (site: number, specifier: unknown, scope: { import?: (specifier: unknown) => unknown; module?: number }) =>
      boundary.ask(Op.import, site, [specifier], () => {
        const promise = scope.import?.(specifier);
        host.importing?.(scope.module ?? 0, specifier, promise);
        return promise;
      }),
  });
  return tops;
}

/** Calls `resumed` whenever a frame that waited goes on. */
function watchResumptions(frame: Frame, resumed: () => void): void {
  let { suspended } = frame;
  Object.defineProperty(frame, 'suspended', {
    get: () => suspended,
    set(value: boolean) {
      suspended = value;
      if (!value) resumed();
    },
  });
}
