// What comparing needs of replay: one re-execution of a tape, with one function replaced, told call by call.
import type { CallNumber, Milliseconds } from '../../core/common/units.ts';

export interface FunctionReplacement {
  readonly module: string;
  readonly fn: string;
  readonly source: string;
}

export interface ExecutedCall {
  readonly call: CallNumber;
  /** The HTTP request that it belongs to; 0 or absent: none. */
  readonly request?: number;
  readonly name: string;
  /** It threw, rejected, or answered with HTTP status 500 or more. */
  readonly failed: boolean;
  /** How the call ended, as text: the same exactly when the results are the same value by value. */
  readonly result: string;
  /** Runs of the function in question within this call, and the time spent in them. */
  readonly runs: number;
  readonly ms: Milliseconds;
  /** Set when the re-execution could not carry the call to its end: a gap, or an ask that the tape cannot answer. */
  readonly unfinished?: string;
}

export interface VariantRunOptions {
  /** Whose runs are counted and timed, on both sides alike. */
  readonly watch: { readonly module: string; readonly fn: string };
  readonly signal?: AbortSignal;
}

export interface VariantRunner {
  /** Root calls of the tape in recorded order, each once. `undefined` runs the code as recorded. */
  run(
    tape: string,
    replacement: FunctionReplacement | undefined,
    options: VariantRunOptions,
  ): Promise<readonly ExecutedCall[]>;
}
