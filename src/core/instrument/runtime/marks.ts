// What the recorder knows of an object is kept in the object itself, as private fields that reflection cannot see and
// that work on frozen objects and proxies. A private-field stamp costs 26 ns where a WeakMap entry costs a microsecond
// with its collection. (A class that extends a constructor returning its argument stamps that argument.)

/** What an object is to the recording. */
export const Kind = {
  /** Plain data: read natively, copied with its contents when it crosses the boundary. */
  data: 1,
  /** Belongs to foreign code: every operation on it is an ask. */
  foreign: 2,
  /** A function or class of own code. */
  ownFunction: 3,
  /** A promise that foreign code made. */
  foreignPromise: 4,
  /** A promise of own code that crossed the boundary. */
  ownPromise: 5,
  /** A native function made for own code: re-executed, its arguments pass through a mapping. */
  native: 6,
  /** A proxy that own code made: its traps are own code and run as they do anyway; it crosses by its number alone. */
  ownProxy: 7,
  /** Instance of an own class that extends a foreign one: data, but what it has from there is asked. */
  heir: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

class Returned {
  constructor(target: object) {
    // biome-ignore: the point of the class is to return another object
    return target;
  }
}

/** One record for all, because each private field that an object gets changes its shape once more. */
interface Known {
  kind: number;
  /** Number on the tape, 0 before it first crossed. */
  id: number;
  /** For own functions their number, for gates the gate. */
  extra: unknown;
  /** The copy that runs instead of an original; of a copy, its original. */
  twin: object | undefined;
  /** Number of the last event that encoded its contents. */
  epoch: number;
}

class Mark extends Returned {
  #known: Known = { kind: 0, id: 0, extra: undefined, twin: undefined, epoch: 0 };

  static #of(o: object): Known {
    if (!(#known in o)) new Mark(o);
    return (o as Mark).#known;
  }

  static kind(o: object): number {
    return #known in o ? o.#known.kind : 0;
  }
  static id(o: object): number {
    return #known in o ? o.#known.id : 0;
  }
  static setKind(o: object, kind: number): void {
    Mark.#of(o).kind = kind;
  }
  static setId(o: object, id: number): void {
    Mark.#of(o).id = id;
  }
  static extra(o: object): unknown {
    return #known in o ? o.#known.extra : undefined;
  }
  static setExtra(o: object, extra: unknown): void {
    Mark.#of(o).extra = extra;
  }
  static twin(o: object): object | undefined {
    return #known in o ? o.#known.twin : undefined;
  }
  static setTwin(o: object, twin: object | undefined): void {
    Mark.#of(o).twin = twin;
  }
  static epoch(o: object): number {
    return #known in o ? o.#known.epoch : 0;
  }
  static setEpoch(o: object, epoch: number): void {
    Mark.#of(o).epoch = epoch;
  }
}

export const kindOf = Mark.kind;
export const setKind = Mark.setKind;
export const idOf = Mark.id;
export const setId = Mark.setId;
export const extraOf = Mark.extra;
export const setExtra = Mark.setExtra;
export const twinOf = Mark.twin;
export const setTwin = Mark.setTwin;
export const epochOf = Mark.epoch;
export const setEpoch = Mark.setEpoch;

export const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** How an own function names itself: its number, and its number on the tape once it has crossed the boundary. */
export interface Identity {
  readonly n: number;
  id: number;
  /** Which one it is of those made from the same text, from 1: names it before it has crossed. */
  readonly nth?: number;
}

/** Gives an object its number on the tape. */
export function giveId(value: object, id: number): void {
  setId(value, id);
  const extra = kindOf(value) === Kind.ownFunction ? extraOf(value) : undefined;
  if (typeof extra === 'object' && extra !== null) (extra as Identity).id = id;
}

/** Number of an own function or class, 0 for anything else. */
export function functionNumber(fn: object): number {
  // A copy answers for its original.
  const extra = Mark.extra(fn) ?? Mark.extra(Mark.twin(fn) ?? fn);
  return typeof extra === 'number'
    ? extra
    : typeof extra === 'object' && extra !== null && 'n' in extra
      ? (extra as Identity).n
      : 0;
}

/** The copy that runs in the place of an original; everything else as it is. */
export function runnable(fn: object): object {
  return kindOf(fn) === Kind.ownFunction && extraOf(fn) !== undefined ? (twinOf(fn) ?? fn) : fn;
}
