// A magic is declared once: its declaration gives the parser, help, completion, the method on `session` and its page
// in docs/magics.md. `%record start --scope src/** --interval 1s` and `session.record.start({ scope, interval })` are
// the same run.
import type { CellResult, DisplayOutput, OutputChunk } from '../core/sandbox/ports.ts';
import type { TextStyle } from './display/style.ts';
import type { Services } from './services.ts';

/**
 * `name`: a live name or FILE#FN, taken as written, quotes included. `expression`: the rest of the line as code; from a
 * method call, the value as JSON. `rest`: the rest of the line as text.
 */
export type ArgumentType = 'string' | 'number' | 'boolean' | 'duration' | 'bytes' | 'name' | 'expression' | 'rest';

export interface ArgumentSpec {
  readonly name: string;
  readonly type: ArgumentType;
  readonly about: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  /** Shown in help; the value that `run` gets when the user gives none is undefined all the same. */
  readonly fallback?: string;
  /** Repeatable options give an array; so do comma-separated ones. */
  readonly many?: boolean;
  /** An option that may also be written as a word: `for 10m`, `of FILE#FN`. */
  readonly word?: boolean;
  /** Stands before a positional argument: `%edit name = expression`. */
  readonly separator?: '=';
  /** Completes live names, tapes, calls, modules, …: the name of a completer in magics/completers.ts. */
  readonly completer?: string;
}

export interface Parsed {
  /** Positional arguments and options by name (camelCase); durations in ms, sizes in bytes. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface BodySpec {
  /** Its name in `Parsed.values`, and in a method call, where it is the first argument after the positionals. */
  readonly name: string;
  readonly about: string;
  readonly required: boolean;
  /** `data`: an expression evaluated in the cells' scope; `code`: text. */
  readonly type: 'code' | 'data';
}

export interface CommandSpec {
  readonly summary: string;
  readonly positionals?: readonly ArgumentSpec[];
  readonly options?: readonly ArgumentSpec[];
  /** Whether it takes a cell body, with `%%`. */
  readonly body?: BodySpec;
  readonly examples?: readonly string[];
  readonly run: (context: MagicContext, parsed: Parsed) => Promise<MagicResult>;
}

export interface MagicSpec {
  readonly name: string;
  readonly summary: string;
  /** What `%name` does when the first word is no subcommand. */
  readonly main?: CommandSpec;
  readonly subcommands?: Readonly<Record<string, CommandSpec>>;
  /** Subcommand meant by the bare magic: `%record` is `%record start`. */
  readonly implied?: string;
}

export interface MagicResult {
  /** Becomes the cell's value, `--json` output and `application/json`. JSON-safe. */
  readonly data: unknown;
  /** How people see it; without it the data are shown as a value. */
  readonly display?: DisplayOutput;
}

export interface MagicContext {
  readonly services: Services;
  /** Aborts on interrupt; long work stops with a valid partial result. */
  readonly signal: AbortSignal;
  readonly output: (chunk: OutputChunk) => void;
  readonly display: (output: DisplayOutput) => void;
  /** How text is to be laid out for whoever looks. */
  readonly style: TextStyle;
  /** Value of an expression in the cells' scope, as JSON. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** Runs code as a cell that is not counted. */
  readonly runCell: (code: string) => Promise<CellResult>;
  /** One line that replaces the one before it; cleared at the end. */
  readonly progress: (text: string, done?: number, total?: number) => void;
}

/** Declares a magic; exists so that a file's type errors show where the declaration is. */
export const defineMagic = (spec: MagicSpec): MagicSpec => spec;
