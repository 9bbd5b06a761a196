// What the helpers of a copy need from whoever stands behind them: the recorder in a target, the replayer in an isolate.
// Both see the same questions in the same order; that sameness is what "exact" means.
import type { ClassTable } from './classes.ts';
import type { Encoder } from './encode.ts';
import type { Identity } from './marks.ts';

export const Op = {
  call: 0,
  method: 1,
  construct: 2,
  get: 3,
  set: 4,
  delete: 5,
  has: 6,
  keys: 7,
  iterate: 8,
  await: 9,
  instanceof: 10,
  string: 11,
  spread: 12,
  now: 13,
  import: 14,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** One activation of an own function that foreign code entered, or any activation of an async one. */
export interface Frame {
  /** Number of the call on the tape; of the call around it when own code called. */
  call: number;
  /** Foreign code entered here: `leave` is told. */
  readonly entered: boolean;
  readonly isAsync: boolean;
  readonly outerCall: number;
  left: boolean;
  /** Waits in an await. */
  suspended: boolean;
  /** Has come back from an await: nobody of own code stands below it on the stack. */
  resumed: boolean;
  outcome: 0 | 1 | 2;
  value: unknown;
  /** A promise that it returned: it settles with what that settles with. */
  follows?: object | undefined;
}

export interface Boundary {
  readonly encoder: Encoder;
  readonly classes: ClassTable;
  /** Runs a class with private names as the app does: the original in a target, its copy in a replay. */
  constructOwn(constructor: object, args: readonly unknown[], target: object): object;
  /** Asks foreign code: `parts` is what is asked with, `perform` does it (never called in a replay). */
  ask(op: Op, site: number, parts: readonly unknown[], perform: () => unknown): unknown;
  /** Foreign code entered an own function; gives the number of the call. */
  enter(fn: number | Identity, self: unknown, args: ArrayLike<unknown>, construct: boolean): number;
  leave(frame: Frame): void;
  settled(frame: Frame): void;
  /** An own promise that follows a foreign one, the same for the same promise. */
  gate(promise: object): Promise<unknown>;
  /** Own code is about to come back from an await or a reaction: a replay lets in what came before it. */
  resuming?: () => void;
  gap(reason: string, site: number, detail: string): void;
}

/** State shared by helpers and boundary. */
export interface Current {
  /** Own code runs. */
  on: boolean;
  /** Number of the call that runs, 0 between calls. */
  call: number;
  /** Asks that are being answered, one inside another. */
  depth: number;
  /** Own code that has come back from an await or a reaction since the last quiet moment. */
  steps: number;
  /** False once the recording has stopped: helpers are plain operations. */
  live: boolean;
}
