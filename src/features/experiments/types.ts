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
  /** Calls of the varied function. */
  readonly runs: number;
  readonly medianMs: Milliseconds;
}

export interface ComparisonReport {
  readonly tape: string;
  readonly a: VariantSide;
  readonly b: VariantSide;
  /** Root calls run on both sides. */
  readonly pairs: number;
  readonly same: number;
  readonly different: number;
  /** The first ones that differ. */
  readonly differences: readonly {
    readonly call: CallNumber;
    readonly name: string;
    readonly a: string;
    readonly b: string;
  }[];
  /** Median of the paired ratios, time of a by time of b, with a seeded bootstrap interval. */
  readonly ratio:
    | {
        readonly median: number;
        readonly low: number;
        readonly high: number;
        readonly confidence: number;
        readonly seed: number;
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
