// What comparing variants gives to the magics: plain JSON-safe data, and the functions that make them. index.ts
// exports functions of exactly these types (see Experiments). The session keeps the variants themselves.
import type { CallNumber, Milliseconds } from '../../core/common/units.ts';

/** Another version of a function; `current` is the code as it was recorded. */
export interface Variant {
  readonly name: string;
  /** `src/cart.ts` */
  readonly module: string;
  /** `total`, `Cart.total`, `Cart.#sum` */
  readonly fn: string;
  readonly source: string;
}

export interface VariantSide {
  readonly name: string;
  readonly calls: number;
  readonly failed: number;
  /** Calls that asked something which nothing on the tape answers: they neither succeeded nor failed. */
  readonly unanswered: number;
  /** Calls that did not come to their end for another reason: a gap of the tape, or a wait for what it does not hold. */
  readonly unfinished: number;
  /** Calls that used an answer which the tape has of another call, at the same place. */
  readonly borrowed: number;
  /** Calls that used an answer which they got themselves on the tape, at the same place, to other arguments. */
  readonly adapted: number;
  /** Calls of the varied function. */
  readonly runs: number;
  readonly medianMs: Milliseconds;
}

/** A call that one side could not carry to its end. */
export interface StoppedCall {
  readonly call: CallNumber;
  readonly name: string;
  readonly variant: string;
  readonly kind: 'unanswered' | 'unfinished';
  readonly place: string;
  readonly ask: string;
}

export interface ComparisonReport {
  readonly tape: string;
  readonly a: VariantSide;
  readonly b: VariantSide;
  /** Root calls that came to their end on both sides. */
  readonly pairs: number;
  /** Those of them that failed on neither side, nor belong to a request in which a call failed or was stopped. */
  readonly others: { readonly calls: number; readonly same: number };
  readonly same: number;
  readonly different: number;
  /** The first ones that differ. */
  readonly differences: readonly {
    readonly call: CallNumber;
    readonly name: string;
    readonly a: string;
    readonly b: string;
  }[];
  /** The first calls without a result, of each side. */
  readonly stopped: readonly StoppedCall[];
  /** Median of the paired ratios, time of a by time of b, over the rounds, with its interval. */
  readonly ratio:
    | {
        readonly median: number;
        readonly low: number;
        readonly high: number;
        readonly confidence: number;
        readonly seed: number;
        readonly rounds: number;
      }
    | undefined;
  readonly recommendation: { readonly choose: string | undefined; readonly reason: string };
  readonly ms: Milliseconds;
}

export interface CompareOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (text: string, done?: number, total?: number) => void;
  readonly rounds?: number;
  readonly seed?: number;
}

/** What index.ts exports. `tape` is the path of a tape; a side that is undefined is the code as it was recorded. */
export interface Experiments {
  /** Syntax and type check against the recorded source; throws DS8xxx. */
  checkVariant(variant: Variant, tape: string | undefined): Promise<void>;
  compareVariants(
    tape: string,
    a: Variant | undefined,
    b: Variant | undefined,
    options: CompareOptions,
  ): Promise<ComparisonReport>;
}
