// What a re-execution is asked for and what it gives. Plain data: it crosses to a replay host process.
import type { CallNumber, EventIndex, Milliseconds } from '../common/units.ts';
import type { TapeValue } from '../tape/events.ts';

export interface ReplayRequest {
  /** Path of the tape. */
  readonly tape: string;
  /** Stops after this root call is settled or the tape ends; undefined: the whole tape. */
  readonly until?: CallNumber;
  /** Gives locals and the error's place of this call. */
  readonly watch?: CallNumber;
  /** Stops before this event and gives own state as it is then. */
  readonly stopBefore?: EventIndex;
  /** A counterfactual: own module variables set before `changesAt` (default: the start). JSON values by module and name. */
  readonly changes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly changesAt?: EventIndex;
  /** A counterfactual: a function replaced by another text (a function expression, arrow or method), by name in its module. */
  readonly replaced?: { readonly module: string; readonly fn: string; readonly source: string };
  /** Counts the runs of this function within each root call, and the time spent in them (until the first await): `ReplayedCall.timed`. */
  readonly timed?: { readonly module: string; readonly fn: string };
  /** Of an earlier counterfactual of the whole tape (`ReplayResult.checked`): saves the checked replay before this one. */
  readonly checked?: CheckedReplay;
}

/** What a checked replay learned of a tape; nothing to read for anybody but the next counterfactual of it. */
export interface CheckedReplay {
  readonly trace: Float64Array;
  readonly answers: readonly number[];
  readonly report: unknown;
}

export interface ReplayDivergence {
  readonly call: CallNumber | undefined;
  readonly event: EventIndex | undefined;
  /** `src/cart.ts:41` */
  readonly place: string;
  /** `ask`, `answer`, `result`, `state`, `crash` */
  readonly what: string;
  /** Where within the value they differ: `args[0].items[1].price`. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** An ask of a call that it could not go on from. */
export interface UnansweredAsk {
  /** `src/cart.ts:41` */
  readonly place: string;
  readonly ask: string;
}

export interface ReplayedCall {
  readonly call: CallNumber;
  /** The HTTP request that it belongs to; 0: none. */
  readonly request?: number;
  readonly name: string;
  readonly kind: string;
  readonly outcome: 'exact' | 'diverged' | 'gapped';
  /** One line: `returned 12`, `threw TypeError: …`, `answered 200`. */
  readonly result: string;
  readonly failed: boolean;
  /** The same exactly when what it answered and how it ended are the same value by value, however deep. */
  readonly digest?: string;
  /** Counterfactual: it did not ask, answer or return what it did on the tape. */
  readonly parted?: boolean;
  /** Counterfactual: asks answered with what another call was answered at the same place. */
  readonly borrowed?: number;
  /** Counterfactual: asks answered with what this call was answered at the same place to other arguments. */
  readonly adapted?: number;
  /** Counterfactual: it was stopped by an ask that nothing on the tape answers; it neither succeeded nor failed. */
  readonly unanswered?: UnansweredAsk;
  /** Counterfactual: it ended on the tape and does not now; the last thing that it asked. */
  readonly unfinished?: UnansweredAsk;
  readonly asks: number;
  /** Own code's time, without the driver's. */
  readonly ms: Milliseconds;
  /** Of `ReplayRequest.timed`; absent when this replay does not measure it. */
  readonly timed?: { readonly runs: number; readonly ms: Milliseconds };
  readonly divergence?: ReplayDivergence;
  /** Reason of the gap that touches it. */
  readonly gap?: { readonly reason: string; readonly place: string };
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly place: string;
    readonly codeFrame: string;
  };
  /** Locals where it threw, or at its end; only for the watched call. */
  readonly locals?: readonly { readonly name: string; readonly preview: string }[];
}

export interface ReplayResult {
  /** Root calls in recorded order. */
  readonly calls: readonly ReplayedCall[];
  readonly nested: {
    readonly calls: number;
    readonly exact: number;
    readonly diverged: number;
    readonly gapped: number;
  };
  readonly first: ReplayDivergence | undefined;
  /** Own state at the end (or at `stopBefore`), by module and variable. */
  readonly state: Readonly<Record<string, Readonly<Record<string, TapeValue>>>>;
  readonly counterfactual: boolean;
  /** Of a counterfactual of a whole tape: for the next one. */
  readonly checked?: CheckedReplay;
  /** False when it was interrupted: what is in `calls` is valid. */
  readonly complete: boolean;
  readonly ms: Milliseconds;
}

export interface ReplayOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (text: string, done?: number, total?: number) => void;
}
