// Helpers of modules that are instrumented as a whole: their tops, entered by whoever loads them, and how their own
// variables are read. tp top of a CommonJS module, st own variables.
import type { Frame } from './boundary.ts';
import { Kind, setExtra, setKind } from './marks.ts';

/** A variable of a module: its name, and how it is read and, in a replay, written. */
export type Accessor = readonly [name: string, get: () => unknown, set?: (value: unknown) => void];

/** What stands behind the modules: the loader of a running program, or a replay. */
export interface ProgramHost {
  /** A module begins, before anything of it has run. */
  variables(module: number, accessors: readonly Accessor[]): void;
  /** A CommonJS module is entered with what its wrapper gets. */
  began(module: number, args: readonly unknown[]): void;
  /** The top of a module has come to its end. */
  ended(module: number): void;
}

type Callable = (...args: unknown[]) => unknown;
interface Frames {
  readonly on: boolean;
  readonly e: (fn: number, self: unknown, args: ArrayLike<unknown>) => Frame;
  readonly v: (frame: Frame | null, value: unknown) => unknown;
  readonly x: (frame: Frame | null, error: unknown) => unknown;
  readonly l: (frame: Frame | null) => void;
}

/** @param helpers the finished object `$` */
export function addProgramHelpers(helpers: Record<string, unknown>, host: ProgramHost): void {
  const frames = helpers as unknown as Frames;
  helpers['st'] = (module: number, accessors: readonly Accessor[]): void => host.variables(module, accessors);
  helpers['tp'] = (module: number, body: Callable): Callable => {
    const top = function (this: unknown, ...args: unknown[]): unknown {
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
    };
    setKind(top, Kind.ownFunction);
    setExtra(top, module);
    return top;
  };
}
