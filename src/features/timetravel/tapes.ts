// Tapes as people see them: one report for each, their calls and gaps. Nothing is re-executed here.
import { statSync } from 'node:fs';
import { isDevsandboxError } from '../../core/common/errors.ts';
import { ms } from '../../core/common/units.ts';
import type { Manifest } from '../../core/instrument/manifest.ts';
import type { ChunkDecoder, ChunkDecoderFactory } from '../../core/tape/chunk-decoder.ts';
import type { CallSummary, Gap } from '../../core/tape/events.ts';
import { TapeStore } from '../../core/tape/store.ts';
import { openTape, type Tape } from '../../core/tape/tape.ts';
import type { CallList, CallQuery, LongWork, TapeReport } from './types.ts';

/** Makes decoders for the events of a recording; they need its manifest for the names of places. */
export type DecoderMaker = (manifest: Manifest) => ChunkDecoderFactory;

const emptyManifest: Manifest = { modules: [], instances: [], gaps: [], meta: {} };

/** Opens a tape; close it when done. */
export function open(path: string, makeDecoder: DecoderMaker): Tape {
  let factory: ChunkDecoderFactory | undefined;
  // The manifest is known only when the tape is open; no event is decoded before.
  const decoder = (): ChunkDecoder => (factory ??= makeDecoder(manifestOf(tape)))();
  const tape: Tape = openTape(path, { decoder });
  return tape;
}

/** What the tape says about own code; empty when it was cut before that was written. */
export const manifestOf = (tape: Tape): Manifest => ({
  ...emptyManifest,
  ...(tape.manifest as Partial<Manifest> | undefined),
});

/** Opens a tape whose calls are known, also when nobody had closed it. */
export async function openIndexed(path: string, makeDecoder: DecoderMaker, work: LongWork = {}): Promise<Tape> {
  const tape = open(path, makeDecoder);
  try {
    const { signal, progress } = work;
    await tape.ensureIndexed({
      ...(signal ? { signal } : {}),
      ...(progress ? { progress: (done, total) => progress('reading the tape', done, total) } : {}),
    });
    return tape;
  } catch (error) {
    tape.close();
    throw error;
  }
}

/** `120 events, 4096 bytes …`, as recorder and writer put it into the gaps they make of what they dropped. */
function droppedEvents(gaps: readonly Gap[]): number {
  return gaps
    .filter((gap) => gap.reason === 'dropped')
    .reduce((sum, gap) => sum + Number(/^(\d+) events/.exec(gap.detail)?.[1] ?? 0), 0);
}

function reportOf(tape: Tape): TapeReport {
  const { header, stats } = tape;
  const gaps = tape.gaps();
  return {
    tape: header.id,
    path: tape.path,
    target: header.target.name,
    runtime: header.target.runtime.replace(/^node /, ''),
    createdAt: header.createdAt,
    duration: ms(stats.duration / 1_000),
    events: stats.events,
    calls: stats.calls,
    roots: stats.rootCalls,
    failed: stats.failed,
    bytes: stats.bytes,
    gaps: gaps.length,
    dropped: droppedEvents(gaps),
    complete: tape.cut === undefined,
    scope: header.scope,
    marks: tape.marks.map((mark) => ({ name: mark.name, at: ms(mark.at / 1_000) })),
  };
}

/** Reports of tapes without an index, which take long to make; a tape that grew is read again. */
const unindexed = new Map<string, { readonly stamp: string; readonly report: TapeReport }>();

export async function describeTape(path: string, makeDecoder: DecoderMaker): Promise<TapeReport> {
  using tape = open(path, makeDecoder);
  if (tape.indexed) return reportOf(tape);
  const { size, mtimeMs } = statSync(path);
  const stamp = `${size} ${mtimeMs}`;
  const known = unindexed.get(path);
  if (known?.stamp === stamp) return known.report;
  await tape.ensureIndexed();
  const report = reportOf(tape);
  unindexed.set(path, { stamp, report });
  return report;
}

/** Tapes of a folder, newest first. */
export async function listTapes(directory: string, makeDecoder: DecoderMaker): Promise<readonly TapeReport[]> {
  const store = new TapeStore({ directory, decoder: () => makeDecoder(emptyManifest)() });
  const reports: TapeReport[] = [];
  for (const { path, problem } of store.list().toReversed()) {
    if (problem !== undefined) continue;
    try {
      reports.push(await describeTape(path, makeDecoder));
    } catch (error) {
      // Damaged behind its header, or gone since: it is not listed, and says why when it is asked for.
      if (!isDevsandboxError(error) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return reports;
}

export async function tapeGaps(path: string, makeDecoder: DecoderMaker): Promise<readonly Gap[]> {
  using tape = await openIndexed(path, makeDecoder);
  return tape.gaps();
}

export async function listCalls(path: string, query: CallQuery, makeDecoder: DecoderMaker): Promise<CallList> {
  using tape = await openIndexed(path, makeDecoder);
  const { callIndex } = tape;
  const offset = Math.max(query.offset ?? 0, 0);
  const limit = Math.max(query.limit ?? Number.POSITIVE_INFINITY, 0);
  const calls: CallSummary[] = [];
  let total = 0;
  for (let row = 0; row < callIndex.size; row++) {
    const call = callIndex.at(row);
    if (!matches(call, query)) continue;
    if (total >= offset && calls.length < limit) calls.push(call);
    total += 1;
  }
  return { tape: tape.id, total, calls };
}

function matches(call: CallSummary, { failed, roots, name }: CallQuery): boolean {
  if (failed === true && !call.failed) return false;
  if (roots === true && call.parent !== 0) return false;
  return name === undefined || call.name.toLowerCase().includes(name.toLowerCase());
}
