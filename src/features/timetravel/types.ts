// What recording and time travel give to the magics: plain JSON-safe data, and the functions that make them. index.ts
// exports functions of exactly these types (see TimeTravel), so that magics and feature meet here.
import type { Bytes, CallNumber, EventIndex, Milliseconds } from '../../core/common/units.ts';
import type { CallSummary, Gap } from '../../core/tape/events.ts';
import type { PauseReport, RecordingStatus, Target } from '../../core/targets/target.ts';

/** Given to whatever may take long: stops with a valid partial result when the signal aborts. */
export interface LongWork {
  readonly signal?: AbortSignal;
  readonly progress?: (text: string, done?: number, total?: number) => void;
}

export interface RecordOptions extends LongWork {
  /** Globs relative to the target's working directory; undefined: the default own code. */
  readonly scope?: readonly string[];
  /** How often a snapshot is taken; undefined: at start and stop only. */
  readonly interval?: Milliseconds;
  readonly compression?: 'lz4' | 'zstd' | 'none';
  /** Path of the tape; default: `<directory>/<target>-<id>.tape`. */
  readonly out?: string;
  readonly directory: string;
}

/** A running recording; `startRecording` resolves when it is on. */
export interface Recording {
  /** Id of the tape: what `%tape` and `%replay` accept, at least six characters. */
  readonly tape: string;
  readonly path: string;
  readonly modules: number;
  readonly functions: number;
  readonly scope: readonly string[];
  readonly gaps: number;
  /** How long capturing took before it was on. */
  readonly prepared: Milliseconds;
  status(): Promise<RecordingStatus>;
  mark(name: string): Promise<void>;
  snapshot(): Promise<void>;
  stop(): Promise<TapeReport>;
}

/** One tape in a line. */
export interface TapeReport {
  readonly tape: string;
  readonly path: string;
  readonly target: string;
  readonly runtime: string;
  readonly createdAt: string;
  readonly duration: Milliseconds;
  readonly events: number;
  readonly calls: number;
  /** Calls without an own caller: what `%replay check` re-executes. */
  readonly roots: number;
  readonly failed: number;
  readonly bytes: Bytes;
  readonly gaps: number;
  readonly dropped: number;
  /** False when the recorder did not close it (crash, kill): it is readable up to its last complete block. */
  readonly complete: boolean;
  readonly scope: readonly string[];
  readonly marks: readonly { readonly name: string; readonly at: Milliseconds }[];
  readonly pauses?: PauseReport;
}

export interface CallQuery {
  readonly failed?: boolean;
  readonly roots?: boolean;
  /** Part of the name. */
  readonly name?: string;
  readonly offset?: number;
  readonly limit?: number;
}

export interface CallList {
  readonly tape: string;
  readonly total: number;
  readonly calls: readonly CallSummary[];
}

export type ReplayOutcome = 'exact' | 'diverged' | 'gapped';

/** First point where a re-execution differs. */
export interface Divergence {
  readonly position: string;
  readonly place: string;
  readonly event: EventIndex | undefined;
  readonly call: CallNumber | undefined;
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** A value that the re-execution had in its hands where it failed or stopped. */
export interface NamedValue {
  readonly name: string;
  readonly preview: string;
}

export interface CallReport {
  readonly tape: string;
  readonly call: CallSummary;
  readonly outcome: ReplayOutcome;
  /** `200 {…}`, `returned 12`, `TypeError: …` as re-executed. */
  readonly result: string;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly place: string;
    readonly codeFrame: string;
  };
  /** Locals at the throw, or at the end of the call. */
  readonly locals: readonly NamedValue[];
  readonly divergence?: Divergence;
  readonly gap?: Gap;
  readonly asks: number;
  readonly ms: Milliseconds;
}

/** A moment of the tape: the state own code had then. */
export interface MomentReport {
  readonly tape: string;
  /** `(entry, statement)` as text, accepted again by `%replay at`. */
  readonly position: string;
  readonly event: EventIndex;
  readonly at: Milliseconds;
  readonly place: string;
  readonly codeFrame: string;
  readonly call: CallSummary | undefined;
  readonly locals: readonly NamedValue[];
  readonly state: readonly { readonly module: string; readonly variables: readonly NamedValue[] }[];
}

export interface CheckReport {
  readonly tape: string;
  readonly calls: number;
  readonly exact: number;
  readonly diverged: number;
  readonly gapped: number;
  readonly byKind: Readonly<
    Record<
      string,
      { readonly calls: number; readonly exact: number; readonly diverged: number; readonly gapped: number }
    >
  >;
  readonly gaps: readonly { readonly reason: string; readonly place: string; readonly calls: number }[];
  /** The first ones, with their places. */
  readonly divergences: readonly Divergence[];
  readonly ms: Milliseconds;
}

/** `{ 'src/stock.ts': { keepSoldOut: true } }`: module variables and their values at the position. */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface RunSummary {
  readonly calls: number;
  readonly failed: number;
  /** Calls of a changed replay that asked something which nothing on the tape answers: neither succeeded nor failed. */
  readonly unanswered: number;
  /** Calls of a changed replay that did not come to the end that they came to on the tape. */
  readonly unfinished: number;
  /** Calls of a changed replay that used an answer which the tape has of another call, at the same place. */
  readonly borrowed: number;
  /** Own state at the end, by module. */
  readonly state: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly results: readonly {
    readonly call: CallNumber;
    readonly name: string;
    readonly result: string;
    readonly failed: boolean;
  }[];
}

/** A counterfactual: always marked as one. */
export interface WithReport {
  readonly tape: string;
  readonly counterfactual: true;
  readonly original: RunSummary;
  readonly modified: RunSummary;
  readonly divergence: Divergence | null;
  readonly changedResults: number;
  readonly ms: Milliseconds;
}

/** What index.ts exports. `tape` is the path of a tape. */
export interface TimeTravel {
  startRecording(target: Target, options: RecordOptions): Promise<Recording>;
  /** Records what `fn` does in this process; what it throws is a failed call on the tape, not thrown here. */
  recordFunction(
    fn: () => unknown,
    options: { readonly out: string; readonly scope?: readonly string[] },
  ): Promise<TapeReport>;
  /** Tapes of a directory, newest first; unreadable files are left out. */
  listTapes(directory: string): Promise<readonly TapeReport[]>;
  describeTape(tape: string): Promise<TapeReport>;
  tapeGaps(tape: string): Promise<readonly Gap[]>;
  listCalls(tape: string, query: CallQuery): Promise<CallList>;
  /** Re-executes one call from the tape alone. */
  replayCall(tape: string, call: CallNumber, work?: LongWork): Promise<CallReport>;
  /** `at`: milliseconds since the start (`1.5s`), `#1187` for a call's entry, or a position. */
  replayAt(tape: string, at: string, work?: LongWork): Promise<MomentReport>;
  replayCheck(tape: string, work?: LongWork): Promise<CheckReport>;
  replayWith(tape: string, changes: Changes, options: LongWork & { readonly at?: string }): Promise<WithReport>;
}
