// Entries, ends, awaits and yields of own functions: who runs is known at every moment without guessing, because every
// way into own code and out of it passes through one of these.
import type { Boundary, Current, Frame } from './boundary.ts';
import type { Identity } from './marks.ts';
import { NativePromise, whenSettled } from './promises.ts';

type Maybe = Frame | null;
/** In the place of a frame: a generator that foreign code runs. */
interface Foreign {
  readonly foreign: true;
}

export function makeFrames(
  boundary: Boundary,
  current: Current,
  follow: (site: number, value: unknown) => unknown,
): Record<string, unknown> {
  const open = (
    fn: number | Identity,
    self: unknown,
    args: ArrayLike<unknown>,
    construct: boolean,
    isAsync: boolean,
  ): Frame => {
    const outerCall = current.call;
    const call = boundary.enter(fn, self, args, construct);
    current.on = true;
    current.call = call;
    return {
      call,
      entered: true,
      isAsync,
      outerCall,
      left: false,
      suspended: false,
      resumed: false,
      outcome: 0,
      value: undefined,
    };
  };
  /** Own code called. */
  const inner = (): Frame => ({
    call: current.call,
    entered: false,
    isAsync: true,
    outerCall: current.call,
    left: false,
    suspended: false,
    resumed: false,
    outcome: 0,
    value: undefined,
  });
  const ranByForeign = (fn: number): Foreign => {
    boundary.gap('generator', fn, 'foreign code runs a generator of own code');
    return { foreign: true };
  };
  const back = (frame: Frame): void => {
    current.on = false;
    current.call = current.depth > 0 ? frame.outerCall : 0;
  };
  const come = (frame: Maybe | Foreign): void => {
    if (frame === null || 'foreign' in frame || !frame.suspended) return;
    boundary.resuming?.();
    frame.suspended = false;
    frame.resumed = true;
    current.on = true;
    current.call = frame.call;
    current.steps += 1;
  };
  const go = (frame: Maybe | Foreign): void => {
    if (frame === null || 'foreign' in frame) return;
    frame.suspended = true;
    if (frame.resumed) {
      current.on = false;
      current.call = 0;
    } else if (frame.entered && !frame.left) {
      frame.left = true;
      boundary.leave(frame);
      back(frame);
    }
  };
  const end = (frame: Maybe | Foreign): void => {
    if (frame === null || 'foreign' in frame) return;
    // An await that threw where nothing catches it.
    come(frame);
    if (!frame.entered) {
      if (frame.resumed) {
        current.on = false;
        current.call = 0;
      }
      return;
    }
    const { follows } = frame;
    if (follows) frame.outcome = 0;
    if (!frame.left) {
      frame.left = true;
      boundary.leave(frame);
      if (frame.isAsync && !follows) boundary.settled(frame);
      back(frame);
    } else {
      if (!follows) boundary.settled(frame);
      current.on = false;
      current.call = 0;
    }
    if (follows) settleWith(frame, follows);
  };
  /** The promise that is returned has a reaction anyway, that of the function's own promise: ours takes nothing from the app. */
  const settleWith = (frame: Frame, promise: object): void => {
    const settle = (outcome: 1 | 2) => (result: unknown) => {
      boundary.resuming?.();
      Object.assign(frame, { outcome, value: result });
      boundary.settled(frame);
    };
    void whenSettled(promise, settle(1), settle(2));
  };
  const value = (frame: Maybe, result: unknown): unknown => {
    if (frame !== null) {
      frame.outcome = 1;
      frame.value = result;
    }
    return result;
  };
  const thrown = (frame: Maybe, error: unknown): unknown => {
    if (frame !== null) {
      frame.follows = undefined;
      frame.outcome = 2;
      frame.value = error;
    }
    return error;
  };

  return {
    e: (fn: number | Identity, self: unknown, args: ArrayLike<unknown>, target?: unknown) =>
      open(fn, self, args, target !== undefined, false),
    v: value,
    x: thrown,
    l: end,
    as: (fn: number | Identity, self: unknown, args: ArrayLike<unknown>): Maybe => {
      if (!current.live) return null;
      return current.on ? inner() : open(fn, self, args, false, true);
    },
    // A promise that is returned settles the own one, a foreign one through its gate.
    av: (frame: Maybe, result: unknown) => {
      const followed = follow(0, result);
      if (frame?.entered) frame.follows = current.live && followed instanceof NativePromise ? followed : undefined;
      value(frame, result);
      return followed;
    },
    ax: thrown,
    al: end,
    a: (site: number, frame: Maybe, awaited: unknown): unknown => {
      if (!current.live) return awaited;
      const followed = follow(site, awaited);
      go(frame);
      return followed;
    },
    r: (frame: Maybe, result?: unknown): unknown => {
      come(frame);
      return result;
    },
    gs: (fn: number): Foreign | null => {
      if (!current.live || current.on) return null;
      return ranByForeign(fn);
    },
    // Nothing of a generator that foreign code runs is a call's: its asks are none, and what it calls is entered anew.
    gl: (): void => undefined,
    /** An async generator begins. */
    ag: (fn: number): Maybe | Foreign => {
      if (!current.live) return null;
      return current.on ? inner() : ranByForeign(fn);
    },
    yv: (frame: Maybe | Foreign, yielded: unknown): unknown => {
      if (frame === null || !current.live || 'foreign' in frame) return yielded;
      const followed = follow(0, yielded);
      go(frame);
      return followed;
    },
    y: (frame: Maybe | Foreign, result: unknown): unknown => {
      come(frame);
      return result;
    },
  };
}
