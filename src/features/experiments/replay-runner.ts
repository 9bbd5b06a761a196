// Joins comparing to core/replay, which re-executes tapes.
import { callNumber, ms } from '../../core/common/units.ts';
import type { ReplayedCall, ReplayOptions, ReplayRequest, ReplayResult } from '../../core/replay/types.ts';
import type { ExecutedCall, VariantRunner } from './runner.ts';

/** What re-executes tapes: core/replay, or a stand-in of a test. */
export type Replay = (request: ReplayRequest, options: ReplayOptions) => Promise<ReplayResult>;

export const makeReplayRunner = (replay: Replay): VariantRunner => ({
  run: async (tape, replacement, { watch, signal }) => {
    // Without a replacement the same kind of run without a change, so that both sides are told alike.
    const result = await replay(
      { tape, timed: watch, ...(replacement ? { replaced: replacement } : { changes: {} }) },
      signal ? { signal } : {},
    );
    return result.calls.map(executed);
  },
});

/** Isolates are loaded when something is re-executed. */
export const replayRunner = makeReplayRunner(async (request, options) =>
  (await import('../../core/replay/index.ts')).replay(request, options),
);

function executed(call: ReplayedCall): ExecutedCall {
  const unfinished = unfinishedReason(call);
  return {
    call: callNumber(call.call),
    request: call.request ?? 0,
    name: call.name,
    failed: call.failed,
    result: call.result,
    // Without times of the function itself there is no ratio; the time of the whole call would be another claim.
    runs: call.timed?.runs ?? 0,
    ms: call.timed?.ms ?? ms(0),
    ...(unfinished === undefined ? {} : { unfinished }),
  };
}

/** An ask that the tape cannot answer ends a call without a result; a result that differs is what comparing is about. */
function unfinishedReason({ outcome, gap, divergence }: ReplayedCall): string | undefined {
  if (outcome === 'gapped') return gap ? `${gap.reason} at ${gap.place}` : 'a gap of the recording';
  if (outcome === 'exact' || !divergence || divergence.what === 'result' || divergence.what === 'state')
    return undefined;
  return `${divergence.what} at ${divergence.place}`;
}
