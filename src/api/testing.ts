// For tests: record what a function does, find a call on the tape, replay it with a change. Knows no test runner, so
// vitest and node:test use it alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSummary } from '../core/tape/events.ts';
import type { CallReport, Changes, CheckReport, TapeReport, WithReport } from '../features/timetravel/types.ts';

export interface RecordOptions {
  /** Globs of what counts as own code; default: files outside node_modules. */
  readonly scope?: readonly string[];
  /** Where the tape is kept; default: a temporary file, gone when the tape is disposed. */
  readonly out?: string;
}

/** A recording that is finished. */
export class Tape implements Disposable {
  readonly path: string;
  readonly report: TapeReport;
  readonly #temporary: string | undefined;

  constructor(report: TapeReport, temporary?: string) {
    this.path = report.path;
    this.report = report;
    this.#temporary = temporary;
  }

  /** The first call for which `predicate` holds, in order of their beginnings. */
  async findFirst(predicate: (call: CallSummary) => boolean): Promise<CallSummary | undefined> {
    const { listCalls } = await import('../features/timetravel/index.ts');
    const page = 1000;
    for (let offset = 0; ; offset += page) {
      const { calls, total } = await listCalls(this.path, { offset, limit: page });
      const found = calls.find(predicate);
      if (found || calls.length === 0 || offset + calls.length >= total) return found;
    }
  }

  /** Re-executes one call from the tape alone. */
  async replay(call: CallSummary): Promise<CallReport> {
    const { replayCall } = await import('../features/timetravel/index.ts');
    return replayCall(this.path, call.call);
  }

  /** What would have happened: `change` is `{ 'module': { name: value } }`, made at a call, a time or a position. */
  async replayWithChange(at: CallSummary | string | undefined, change: Changes): Promise<WithReport> {
    const { replayWith } = await import('../features/timetravel/index.ts');
    const position = typeof at === 'object' ? `#${at.call}` : at;
    return replayWith(this.path, change, position === undefined ? {} : { at: position });
  }

  async check(): Promise<CheckReport> {
    const { replayCheck } = await import('../features/timetravel/index.ts');
    return replayCheck(this.path);
  }

  [Symbol.dispose](): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }
}

/**
 * Runs `fn` under the recorder, in this process. Own modules are those that Node.js, or vitest in its pools `forks` and
 * `threads`, has loaded when it is called. What `fn` throws is a failed call on the tape, to be looked at there. Until the
 * recorder is on takes seconds: give the test a timeout of half a minute.
 */
export async function record(fn: () => unknown, options: RecordOptions = {}): Promise<Tape> {
  const { recordFunction } = await import('../features/timetravel/index.ts');
  const temporary = options.out === undefined ? mkdtempSync(join(tmpdir(), 'devsandbox-')) : undefined;
  const out = options.out ?? join(temporary!, 'test.tape');
  return new Tape(await recordFunction(fn, { out, ...(options.scope ? { scope: options.scope } : {}) }), temporary);
}
