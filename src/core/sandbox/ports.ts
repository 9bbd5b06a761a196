// What the front sees of the sandbox: a host process with isolates in it, and what it asks of the front.
import type { Milliseconds } from '../common/units.ts';

/** A value that left an isolate: several forms of the same thing, best first chosen by whoever shows it. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface DisplayOutput {
  readonly data: MimeBundle;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Same id: replaces the earlier output. */
  readonly displayId?: string;
  readonly update?: boolean;
}

export interface CellFrame {
  /** `cell 3`, or a path of an imported module. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly name?: string;
}

/** An error as the user sees it: own frames only, positions mapped to what was typed. */
export interface CellError {
  readonly name: string;
  readonly message: string;
  /** Set when it is one of ours. */
  readonly code?: string;
  readonly frames: readonly CellFrame[];
  /** Lines around the first frame with a marker below the column; empty when the source is unknown. */
  readonly codeFrame: string;
}

export interface CellResult {
  readonly status: 'ok' | 'error' | 'interrupted';
  /** Absent when the cell ended in a statement without a value. */
  readonly value?: MimeBundle;
  readonly error?: CellError;
  readonly duration: Milliseconds;
  /** Names that the cell defined or redefined. */
  readonly defined: readonly string[];
}

export interface RunListeners {
  readonly output: (chunk: OutputChunk) => void;
  readonly display: (output: DisplayOutput) => void;
}

/**
 * Requests that a cell makes of the front. JSON in, JSON out.
 *
 * - `app.read`, `app.members`, `app.write`, `app.call`, …: synchronous for the cell; core/sandbox has the adapter to a
 *   Target, magics/compose.ts puts access checks and audit before it.
 * - `session.invoke` `{ magic, subcommand?, args }`: asynchronous for the cell (it awaits a promise and stays
 *   interruptible). Inside an isolate `session` is a generic proxy of two levels, both callable:
 *   `session.edit(name, value)` is `{ magic: 'edit', args: [name, value] }` and `session.record.start({ scope })` is
 *   `{ magic: 'record', subcommand: 'start', args: [{ scope }] }`. It knows no magic by name. The rewriter turns a
 *   `%magic` line of a cell into `await session.line(…)`, which travels the same way as `{ magic: 'line', args }`.
 */
export interface FrontPort {
  /** Throws a DevsandboxError; its code and remedy reach the cell. */
  request(method: string, parameters: unknown): Promise<unknown>;
}

/** What cells may reach: grants given with %allow, shown by %status. */
export interface CellGrants {
  readonly fs: boolean;
  readonly net: boolean;
  readonly run: boolean;
  readonly env: boolean;
  readonly packages: readonly string[];
}

export interface Completion {
  readonly text: string;
  readonly kind: 'variable' | 'property' | 'function' | 'keyword' | 'magic' | 'option' | 'module' | 'path';
  readonly detail?: string;
}

export interface CompletionList {
  /** Offsets in the code between which the chosen text goes. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

export interface Inspection {
  readonly found: boolean;
  readonly data: MimeBundle;
}

export interface RunOptions {
  /** Shown in frames: `cell 3`. */
  readonly name: string;
  readonly timeout?: Milliseconds;
  readonly listeners: RunListeners;
}

/** A conversation's isolate: cells run one after another in one scope. */
export interface CellRunner extends AsyncDisposable {
  run(code: string, options: RunOptions): Promise<CellResult>;
  /** Ends the running cell with DS2001; values of earlier cells are kept. */
  interrupt(): Promise<void>;
  complete(code: string, cursor: number): Promise<CompletionList>;
  inspect(code: string, cursor: number): Promise<Inspection>;
  /** `complete`, `incomplete` with the indent of the next line, or `invalid`. */
  isComplete(code: string): { readonly status: 'complete' | 'incomplete' | 'invalid'; readonly indent: string };
  /** Sets a variable of the cells' scope to JSON data: `_`, `last`, the result of a magic. */
  assign(name: string, json: unknown): Promise<void>;
  /** Evaluates an expression in the cells' scope and gives it as JSON: `$(expr)` in magics. */
  evaluateJson(expression: string): Promise<unknown>;
  setGrants(grants: CellGrants): Promise<void>;
  /** Throws everything away and starts an empty isolate. */
  reset(): Promise<void>;
}
