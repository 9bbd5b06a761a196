// The port to a running process. Everything above this room speaks only these words; no protocol type crosses.
//
// Contract, held by test/core/targets/contract.ts for every implementation and for the fake one:
// - `detach` removes whatever was injected and is safe to call twice; after it every call fails with DS1003.
// - when the process ends, `exited` is emitted once and every pending call fails with DS1002.
// - reading never runs code of the target: no getter, no proxy trap, no toString.
// - nothing here checks access: that is the session's job (core/session/access.ts), before it calls.
// - each stop of the target that we cause is measured inside it and added to `pauses`.
import type { Listener } from '../common/events.ts';
import type { Bytes, Milliseconds } from '../common/units.ts';
import type { Handle, LiveMember, LiveValue } from './live-value.ts';

export interface TargetInfo {
  readonly kind: 'node' | 'beam' | 'fake';
  /** What a person calls it: the package's name, else the main script's. */
  readonly name: string;
  readonly pid: number;
  /** Version of the runtime without a leading v: `24.21.0`. */
  readonly runtimeVersion: string;
  readonly cwd: string;
  readonly mainScript: string;
  /** Ports of the target's own listeners. */
  readonly ports: readonly number[];
  /** A worker thread chosen within the process, else absent. */
  readonly thread?: { readonly id: number; readonly name: string };
}

export interface TargetModule {
  /** Path relative to the target's working directory, with `/`: key of `app.modules`, start of a live name. */
  readonly id: string;
  readonly url: string;
  readonly format: 'commonjs' | 'module' | 'other';
  /** The app's files outside node_modules (or the package of the main script when that lies in node_modules). */
  readonly own: boolean;
}

export interface PauseReport {
  readonly count: number;
  readonly longest: Milliseconds;
  readonly total: Milliseconds;
  /** The one that switching on a debugger took, once it is on: what needs one says so first by this. */
  readonly debugger?: Milliseconds;
}

/** Where a value is: a module's variable or export, or a member of an object that we hold. */
export type Place =
  | { readonly module: string; readonly variable: string }
  | { readonly module: string; readonly exported: string }
  | { readonly handle: Handle; readonly step: string };

export interface WriteResult {
  readonly before: LiveValue;
  readonly after: LiveValue;
  /** How it was written: plain assignment, a debugger write, … for the journal and for people. */
  readonly mechanism: string;
  readonly pause: Milliseconds;
}

/** A function that was replaced in the running process and can be put back. */
export interface Replacement {
  readonly id: string;
  /** The function that runs now. */
  readonly handle: Handle;
  /** The source text that runs now, and the text that ran before. */
  readonly source: string;
  readonly originalSource: string;
  /** References that now lead to the new code: `export total`, `router layer POST /checkout`, … */
  readonly references: readonly string[];
  /** References that were found and could not be replaced, with the reason. */
  readonly missed: readonly { readonly place: string; readonly reason: string }[];
  readonly pause: Milliseconds;
}

export interface Restored {
  /** How many references lead to the old code again. */
  readonly restored: number;
  /** The function that runs now: the one that ran before. */
  readonly handle: Handle;
  readonly missed: Replacement['missed'];
  readonly pause: Milliseconds;
}

export interface RecordingOptions {
  /** Globs relative to the working directory of what counts as own code; undefined: the default of `TargetModule.own`. */
  readonly scope?: readonly string[];
  /** Receives chunks of encoded events in order, as core/instrument/runtime writes them. */
  readonly onChunk: (chunk: Uint8Array) => void;
}

/** What a recording in the target says about itself. */
export interface RecordingStatus {
  readonly modules: number;
  readonly functions: number;
  readonly calls: number;
  readonly events: number;
  readonly bytes: Bytes;
  readonly dropped: number;
  readonly pauses: PauseReport;
}

export interface TargetRecording {
  /** Everything a tape needs besides events: sources and units of own modules, versions, environment. */
  readonly manifest: RecordingManifest;
  status(): Promise<RecordingStatus>;
  mark(name: string): Promise<void>;
  /** Writes a snapshot of own state at the next quiescent instant. */
  snapshot(): Promise<void>;
  /** Puts the originals back, writes migrated variables home, resolves when the last chunk has been handed over. */
  stop(): Promise<RecordingStatus>;
}

/** JSON; its inside is defined by core/instrument and read by core/replay. */
export interface RecordingManifest {
  readonly modules: readonly unknown[];
  readonly instances: readonly unknown[];
  readonly gaps: readonly { readonly reason: string; readonly place: string; readonly detail?: string }[];
  readonly [key: string]: unknown;
}

export interface Target extends AsyncDisposable {
  readonly info: TargetInfo;
  readonly exited: (listener: Listener<{ readonly code: number | null; readonly signal: string | null }>) => Disposable;
  pauses(): PauseReport;
  /** True until detached or exited. */
  readonly alive: boolean;

  modules(): Promise<readonly TargetModule[]>;
  /** Current text of a module as the target runs it, and the text a person wrote when a source map leads there. */
  source(
    moduleId: string,
  ): Promise<{ readonly running: string; readonly original?: string; readonly originalPath?: string }>;

  /** Members of a module: variables (exported or not) and exports, each once. */
  moduleMembers(moduleId: string): Promise<readonly LiveMember[]>;
  read(place: Place): Promise<LiveValue>;
  members(handle: Handle, range?: { readonly start: number; readonly count: number }): Promise<readonly LiveMember[]>;
  release(handles: readonly Handle[]): Promise<void>;

  /**
   * Sets a place to the value of a JavaScript expression; `old` in it is the present value.
   * With `expected`, aborts with DS5003 when the present value's preview differs: compare and set.
   * `held` in the expression is the object under that handle: an undo puts the very object back.
   */
  write(place: Place, expression: string, expected?: string, held?: Handle): Promise<WriteResult>;
  /** Runs code inside the target, with top-level await, and gives its value. Needs `code` access. */
  evaluate(code: string, timeout: Milliseconds): Promise<LiveValue>;
  /** Calls a function the target holds: `receiver.fn(...args)`; args as JavaScript expressions. Needs `code` access. */
  call(fn: Handle, receiver: Handle | undefined, args: readonly string[]): Promise<LiveValue>;

  /** Replaces the function at a place by `source` (a function expression, method or arrow as text). */
  replaceFunction(place: Place, source: string): Promise<Replacement>;
  restoreFunction(id: string): Promise<Restored>;

  record(options: RecordingOptions): Promise<TargetRecording>;

  /** Removes everything injected and closes the inspector if we opened it. Safe twice. */
  detach(): Promise<void>;
}
