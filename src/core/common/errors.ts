// Every error a user can meet: a code, what happened, what to do. The texts live in error-table/, one file per
// range of codes; docs/errors.md is written from it. An error is recognised by a brand, never by its prototype:
// isolates and targets are other realms.
import { cellErrors } from './error-table/cells.ts';
import { commandErrors } from './error-table/commands.ts';
import { editErrors } from './error-table/edits.ts';
import { experimentErrors } from './error-table/experiments.ts';
import { kernelErrors } from './error-table/kernel.ts';
import { recordErrors } from './error-table/record.ts';
import { tapeErrors } from './error-table/tape.ts';
import { targetErrors } from './error-table/targets.ts';

/** One row of the table. `{name}` in either text is filled from the parameters given to {@link fail}. */
export interface ErrorSpec {
  readonly what: string;
  readonly remedy: string;
}

export const errorTable = {
  ...targetErrors, // DS1xxx
  ...cellErrors, // DS2xxx
  ...tapeErrors, // DS3xxx
  ...recordErrors, // DS4xxx: recording and replay
  ...editErrors, // DS5xxx: live state, access, journal
  ...commandErrors, // DS6xxx: command line and magics
  ...kernelErrors, // DS7xxx: Jupyter
  ...experimentErrors, // DS8xxx: variants
} satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorTable;

const brand = 'devsandbox.error';

/** What a user did or met; shown as one line, `DS1234 what; remedy`, never with a stack of ours. */
export class DevsandboxError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
  /** Facts behind the error, for `--json`. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, what: string, remedy: string, details: Record<string, unknown>, cause?: unknown) {
    super(`${code} ${what}; ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'DevsandboxError';
    this.code = code;
    this.what = what;
    this.remedy = remedy;
    this.details = details;
  }
}

const fill = (text: string, values: Record<string, unknown>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));

/**
 * Makes the error for `code`, ready to throw.
 * @param values fill the `{placeholders}` of both texts and are kept as `details`
 */
export function fail(code: ErrorCode, values: Record<string, unknown> = {}, cause?: unknown): DevsandboxError {
  const spec: ErrorSpec = errorTable[code];
  return new DevsandboxError(code, fill(spec.what, values), fill(spec.remedy, values), values, cause);
}

export const isDevsandboxError = (value: unknown): value is DevsandboxError =>
  typeof value === 'object' && value !== null && brand in value;

/** Text of anything that was thrown, one line. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
