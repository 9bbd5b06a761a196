// What comparing needs of replay: one re-execution of a tape, with one function replaced, told call by call.
import type { CallNumber, Milliseconds } from '../../core/common/units.ts';

export interface FunctionReplacement {
  readonly module: string;
  readonly fn: string;
  readonly source: string;
}

/** Why a call has no result: it neither succeeded nor failed. */
export interface Stop {
  /**
   * `unanswered`: it asked something that nothing on the tape answers. `unfinished`: it did not come to its end, or the
   * tape cannot be re-executed exactly here.
   */
  readonly kind: 'unanswered' | 'unfinished';
  readonly place: string;
  readonly ask: string;
}

export interface ExecutedCall {
  readonly call: CallNumber;
  /** The HTTP request that it belongs to; 0 or absent: none. */
  readonly request?: number;
  readonly name: string;
  /** It threw, rejected, or answered with HTTP status 500 or more. */
  readonly failed: boolean;
  /** How the call ended, as text. */
  readonly result: string;
  /** The same exactly when the results are the same value by value, however deep; absent: the text decides. */
  readonly digest?: string;
  /** Runs of the function in question within this call, and the time spent in them. */
  readonly runs: number;
  readonly ms: Milliseconds;
  /** Asks that were answered with what another call was answered at the same place. */
  readonly borrowed?: number;
  /** Asks that were answered with what this call was answered at the same place to other arguments. */
  readonly adapted?: number;
  readonly stop?: Stop;
}

export interface VariantRunOptions {
  /** Whose runs are counted and timed, on both sides alike. */
  readonly watch: { readonly module: string; readonly fn: string };
  readonly signal?: AbortSignal;
}

export interface VariantRunner {
  /**
   * Root calls of the tape in recorded order, each once; `undefined` when the signal ended it before all were run.
   * @param replacement `undefined` runs the code as recorded
   * @throws DS8007 when the code did not come back
   */
  run(
    tape: string,
    replacement: FunctionReplacement | undefined,
    options: VariantRunOptions,
  ): Promise<readonly ExecutedCall[] | undefined>;
}
