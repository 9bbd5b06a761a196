// Gaps of a tape from their three sources (manifest, gap events, gap blocks), merged: one gap for each reason, place and
// detail, with the root calls that it touches.
import { callNumber } from '../common/units.ts';
import type { CallNumber } from '../common/units.ts';
import type { Gap } from './events.ts';

/** What a recorder says when it writes a gap; without `calls` it concerns the whole tape. */
export interface GapReport {
  readonly reason: string;
  readonly place: string;
  readonly detail?: string;
  readonly calls?: readonly number[];
  readonly remedy?: string;
}

const remedies: Readonly<Record<string, string>> = {
  cut: 'calls that need the whole value are told as gapped; %record start --scope leaves out who handles it',
  construction: 'calls that construct it are told as gapped; %record start --scope leaves its file out',
  generator: 'calls during which it ran are told as gapped; %record start --scope leaves its file out',
  dropped: 'narrow the recording with %record start --scope, or record for a shorter time',
  uncaptured: 'record again while traffic reaches the function',
  inflight: 'record again when the app is quieter',
  transform: 'leave the file out of the scope, or report the syntax that could not be instrumented',
};

export const remedyFor = (reason: string): string =>
  remedies[reason] ??
  'it runs unrecorded; %replay check tells which calls needed it, %record start --scope leaves its file out';

interface Entry {
  readonly report: GapReport;
  /** Undefined: the whole tape. */
  readonly calls: Set<number> | undefined;
}

/** Calls listed for one gap; beyond it the gap concerns the whole tape. */
const maxCalls = 100_000;

export class GapCollector {
  readonly #entries = new Map<string, Entry>();

  add(report: GapReport): void {
    const { reason, place, detail = '', calls } = report;
    const key = JSON.stringify([reason, place, detail, calls === undefined]);
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { report, calls: calls && new Set() }));
    if (!calls || !entry.calls) return;
    for (const call of calls) if (entry.calls.size < maxCalls) entry.calls.add(call);
  }

  /** As reports, to be written into an index. */
  reports(): GapReport[] {
    return [...this.#entries.values()].map(({ report, calls }) => {
      const { calls: _, ...rest } = report;
      return calls && calls.size < maxCalls ? { ...rest, calls: [...calls] } : rest;
    });
  }

  list(): Gap[] {
    return this.reports().map((report) => ({
      reason: report.reason,
      place: report.place,
      detail: report.detail ?? '',
      calls: report.calls?.map((call): CallNumber => callNumber(call)),
      remedy: report.remedy ?? remedyFor(report.reason),
    }));
  }
}
