// The events of a tape as readers see them. The bytes behind them are written by core/instrument/runtime/codec.ts
// (in targets and isolates) and read by its decoder; this file only names what comes out.
import type { CallNumber, EventIndex, Microseconds } from '../common/units.ts';

/** A value as recorded: a graph with identity. JSON-safe; `ref` points at an earlier `id` of the same tape. */
export type TapeValue =
  | { readonly t: 'undefined' | 'null' | 'hole' | 'nan' | 'inf' | '-inf' | '-0' }
  | { readonly t: 'bool'; readonly v: boolean }
  | { readonly t: 'num'; readonly v: number }
  | { readonly t: 'big' | 'str'; readonly v: string }
  | { readonly t: 'sym'; readonly v: string; readonly registered: boolean; readonly id?: number }
  | { readonly t: 'redacted'; readonly v: string }
  /** Something left out under the budget; never equal to anything. */
  | { readonly t: 'cut'; readonly v: string }
  /** An object seen before, by number. */
  | { readonly t: 'ref'; readonly id: number }
  /** Data with identity, copied with its contents. */
  | {
      readonly t: 'object' | 'array' | 'map' | 'set' | 'date' | 'regexp' | 'error' | 'bytes' | 'instance' | 'boxed';
      readonly id: number;
      /** Class name; for own classes also the place of the class. */
      readonly cls?: string;
      readonly place?: string;
      /** Own string-keyed properties, array items, or map entries (key, value alternating). */
      readonly keys?: readonly string[];
      readonly items?: readonly TapeValue[];
      /** Date as ms, RegExp as /source/flags, bytes as base64. */
      readonly v?: string | number;
    }
  /** An own function, by the place of its source, an own promise, a foreign object or function: by number. */
  | { readonly t: 'function'; readonly id: number; readonly place: string; readonly name?: string }
  | { readonly t: 'promise'; readonly id: number }
  | { readonly t: 'foreign'; readonly id: number; readonly cls: string; readonly callable: boolean };

export type CallKind = 'http' | 'timer' | 'event' | 'callback' | 'promise' | 'message' | 'function' | 'error';

export type TapeEvent = { readonly seq: EventIndex; readonly at: Microseconds } & (
  | {
      readonly kind: 'enter';
      readonly call: CallNumber;
      /** Caller's number when own code is further up the stack, else 0: a root call. */
      readonly parent: number;
      readonly callKind: CallKind;
      readonly name: string;
      /** `src/cart.ts:41` */
      readonly place: string;
      readonly self: TapeValue;
      readonly args: readonly TapeValue[];
      readonly construct: boolean;
      /** Own resumptions that had run in this drain when the entry came; -1 when it came between drains. */
      readonly busy: number;
      /** Number of the HTTP request that it belongs to, or 0. */
      readonly request: number;
    }
  | { readonly kind: 'leave'; readonly call: CallNumber; readonly outcome: Outcome; readonly value: TapeValue }
  /** An async own function that foreign code called has settled. */
  | { readonly kind: 'settled'; readonly call: CallNumber; readonly outcome: Outcome; readonly value: TapeValue }
  | {
      readonly kind: 'ask';
      readonly op: AskOperation;
      readonly place: string;
      /** What was asked: `JSON.stringify`, `res.json`, `stock.get`. */
      readonly callee: string;
      readonly self: TapeValue;
      readonly args: readonly TapeValue[];
    }
  | {
      readonly kind: 'answer';
      readonly outcome: Outcome;
      readonly value: TapeValue;
      /** Own data that foreign code changed while it answered: the object as it is now. */
      readonly changed: readonly TapeValue[];
    }
  /** A promise of foreign code that own code waits for was settled and handed to own code. */
  | {
      readonly kind: 'settle';
      readonly gate: number;
      readonly outcome: Outcome;
      readonly value: TapeValue;
      readonly busy: number;
    }
  | { readonly kind: 'request'; readonly request: number; readonly method: string; readonly url: string }
  | { readonly kind: 'response'; readonly request: number; readonly status: number }
  | {
      readonly kind: 'state';
      readonly module: string;
      readonly variables: readonly { readonly name: string; readonly value: TapeValue }[];
      readonly last: boolean;
    }
  | { readonly kind: 'log'; readonly level: string; readonly text: string }
  | { readonly kind: 'mark'; readonly name: string }
  | {
      readonly kind: 'gap';
      readonly reason: string;
      readonly place: string;
      readonly detail: string;
      readonly call: number;
    }
  | { readonly kind: 'dropped'; readonly events: number; readonly bytes: number }
);

export type Outcome = 'return' | 'throw';
export type AskOperation =
  | 'call'
  | 'construct'
  | 'get'
  | 'set'
  | 'delete'
  | 'has'
  | 'keys'
  | 'iterate'
  | 'await'
  | 'instanceof';

/** One call of the index: what lists show without decoding events. */
export interface CallSummary {
  readonly call: CallNumber;
  readonly parent: number;
  readonly kind: CallKind;
  readonly name: string;
  readonly place: string;
  readonly enter: EventIndex;
  /** Last event of the call (leave, settle of its result), or undefined when it was still open at the end. */
  readonly leave: EventIndex | undefined;
  readonly start: Microseconds;
  readonly duration: Microseconds | undefined;
  readonly request: number;
  readonly status: number | undefined;
  /** It threw, rejected, or answered with HTTP status 500 or more. */
  readonly failed: boolean;
  /** `TypeError: Cannot read …` when it threw or rejected. */
  readonly error: string | undefined;
}

/** Something that was not captured, on the tape before any replay. */
export interface Gap {
  readonly reason: string;
  readonly place: string;
  readonly detail: string;
  /** Root calls that it touches; undefined when it concerns the whole tape. */
  readonly calls: readonly CallNumber[] | undefined;
  /** What a person can do about it. */
  readonly remedy: string;
}

export interface TapeHeader {
  readonly format: 1;
  readonly id: string;
  readonly createdAt: string;
  readonly target: {
    readonly name: string;
    readonly pid: number;
    readonly runtime: string;
    readonly mainScript: string;
  };
  readonly tool: string;
  readonly zone: string;
  readonly locale: string;
  readonly scope: readonly string[];
  readonly compression: 'lz4' | 'zstd' | 'none';
  /** Wall clock at microsecond 0, ms since 1970. */
  readonly clockBase: number;
  readonly meta: Readonly<Record<string, unknown>>;
}
