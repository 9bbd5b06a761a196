// Re-execution of recorded calls, told in the words of the magics. What runs is core/replay; here requests are made and
// results are joined with what the tape knows of a call.
import { fail } from '../../core/common/errors.ts';
import { type CallNumber, ms } from '../../core/common/units.ts';
import type {
  ReplayDivergence,
  ReplayedCall,
  ReplayOptions,
  ReplayRequest,
  ReplayResult,
} from '../../core/replay/types.ts';
import type { CallSummary, Gap } from '../../core/tape/events.ts';
import { remedyFor } from '../../core/tape/gaps.ts';
import type { Tape } from '../../core/tape/tape.ts';
import { callOf, positionText, rootOf } from './position.ts';
import { type DecoderMaker, openIndexed } from './tapes.ts';
import type { CallReport, CheckReport, Divergence, LongWork } from './types.ts';

/** What re-executes tapes: core/replay, or a stand-in of a test. */
export type Replay = (request: ReplayRequest, options: ReplayOptions) => Promise<ReplayResult>;

export interface Means {
  readonly replay: Replay;
  readonly makeDecoder: DecoderMaker;
}

const listedDivergences = 20;

export const divergenceOf = (found: ReplayDivergence): Divergence => ({
  position: found.event === undefined ? (found.call === undefined ? '' : `#${found.call}`) : positionText(found.event),
  place: found.place,
  event: found.event,
  call: found.call,
  // A path begins with what was compared: `result[0].price`.
  what: found.path === '' ? found.what : found.path.startsWith(found.what) ? found.path : `${found.what} ${found.path}`,
  expected: found.expected,
  actual: found.actual,
});

/** A call of the tape that the re-execution never came to. */
const unreached = (call: CallSummary, because: Divergence | undefined): Divergence => ({
  position: positionText(call.enter),
  place: call.place,
  event: call.enter,
  call: call.call,
  what: 'call not reached',
  expected: call.name,
  actual: because ? `the replay ended at ${because.place} (${because.what})` : 'the replay ended before it',
});

export const replayOptions = ({ signal, progress }: LongWork): ReplayOptions => ({
  ...(signal ? { signal } : {}),
  ...(progress ? { progress } : {}),
});

const gapOf = (tape: Tape, { reason, place }: { readonly reason: string; readonly place: string }): Gap =>
  tape.gaps().find((gap) => gap.reason === reason && gap.place === place) ?? {
    reason,
    place,
    detail: '',
    calls: undefined,
    remedy: remedyFor(reason),
  };

export async function replayCall(
  path: string,
  number: CallNumber,
  work: LongWork,
  { replay, makeDecoder }: Means,
): Promise<CallReport> {
  using tape = await openIndexed(path, makeDecoder, work);
  const call = callOf(tape, number);
  const root = rootOf(tape, call);
  const result = await replay({ tape: path, until: root.call, watch: call.call }, replayOptions(work));
  const replayed = result.calls.find((each) => each.call === call.call);
  if (replayed) return callReport(tape, call, replayed, result);
  if (!result.complete) throw interrupted(work);
  // Own code made it: it was re-executed as a part of its root call, and is checked there.
  if (call !== root) throw fail('DS4094', { call: call.call, root: root.call });
  const because = result.first && divergenceOf(result.first);
  return {
    tape: tape.id,
    call,
    outcome: 'diverged',
    result: 'not reached',
    locals: [],
    divergence: because ?? unreached(call, undefined),
    asks: 0,
    ms: result.ms,
  };
}

function callReport(tape: Tape, call: CallSummary, replayed: ReplayedCall, result: ReplayResult): CallReport {
  const { outcome, error, locals, divergence, gap, asks } = replayed;
  return {
    tape: tape.id,
    call,
    outcome,
    result: replayed.result,
    ...(error ? { error } : {}),
    locals: locals ?? [],
    ...(divergence ? { divergence: divergenceOf(divergence) } : {}),
    ...(gap ? { gap: gapOf(tape, gap) } : {}),
    asks,
    ms: result.ms,
  };
}

/** What to throw when a re-execution was stopped before it had come to what was asked for. */
export function interrupted({ signal }: LongWork): unknown {
  return signal?.aborted ? signal.reason : fail('DS4095');
}

type Counts = { calls: number; exact: number; diverged: number; gapped: number };

export async function replayCheck(path: string, work: LongWork, { replay, makeDecoder }: Means): Promise<CheckReport> {
  using tape = await openIndexed(path, makeDecoder, work);
  const result = await replay({ tape: path }, replayOptions(work));
  const all: Counts = { calls: 0, exact: 0, diverged: 0, gapped: 0 };
  const byKind: Record<string, Counts> = {};
  const gaps = new Map<string, { reason: string; place: string; calls: number }>();
  const divergences: Divergence[] = [];
  const count = (kind: string, outcome: ReplayedCall['outcome'], divergence?: Divergence): void => {
    for (const counts of [all, (byKind[kind] ??= { calls: 0, exact: 0, diverged: 0, gapped: 0 })]) {
      counts.calls += 1;
      counts[outcome] += 1;
    }
    if (divergence && divergences.length < listedDivergences) divergences.push(divergence);
  };
  const seen = new Set<number>();
  for (const call of result.calls) {
    if (seen.has(call.call)) continue;
    seen.add(call.call);
    count(call.kind, call.outcome, call.divergence && divergenceOf(call.divergence));
    if (call.outcome !== 'gapped' || !call.gap) continue;
    const { reason, place } = call.gap;
    const key = JSON.stringify([reason, place]);
    const gap = gaps.get(key) ?? { reason, place, calls: 0 };
    gap.calls += 1;
    gaps.set(key, gap);
  }
  // Root calls that the re-execution never came to are no gaps: the recorder had not announced them.
  if (result.complete)
    for (const call of rootCalls(tape))
      if (!seen.has(call.call))
        count(call.kind, 'diverged', unreached(call, result.first && divergenceOf(result.first)));
  // A difference that belongs to no call, such as own state at the end.
  const { first } = result;
  if (first && first.call === undefined) divergences.unshift(divergenceOf(first));
  return {
    tape: tape.id,
    ...all,
    byKind,
    gaps: [...gaps.values()].toSorted((a, b) => b.calls - a.calls),
    divergences: divergences.slice(0, listedDivergences),
    ms: ms(result.ms),
  };
}

function* rootCalls(tape: Tape): Generator<CallSummary> {
  const { callIndex } = tape;
  for (let row = 0; row < callIndex.size; row++) {
    const call = callIndex.at(row);
    if (call.parent === 0) yield call;
  }
}
