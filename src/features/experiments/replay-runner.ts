// Joins comparing to core/replay, which re-executes tapes.
import { fail } from '../../core/common/errors.ts';
import { callNumber, ms } from '../../core/common/units.ts';
import type {
  CheckedReplay,
  ReplayedCall,
  ReplayOptions,
  ReplayRequest,
  ReplayResult,
} from '../../core/replay/types.ts';
import type { ExecutedCall, Stop, VariantRunner } from './runner.ts';

/** What re-executes tapes: core/replay, or a stand-in of a test. */
export type Replay = (request: ReplayRequest, options: ReplayOptions) => Promise<ReplayResult>;

/** Makes a runner for the runs of one comparison. */
export const makeReplayRunner = (replay: Replay): VariantRunner => {
  // The tape is checked once, by the first run.
  let checked: { readonly tape: string; readonly of: CheckedReplay } | undefined;
  const run: VariantRunner['run'] = async (tape, replacement, { watch, signal }) => {
    const result = await replay(
      {
        tape,
        timed: watch,
        ...(checked?.tape === tape ? { checked: checked.of } : {}),
        // Without a replacement the same kind of run without a change, so that both sides are told and timed alike.
        ...(replacement ? { replaced: replacement } : { changes: {} }),
      },
      signal ? { signal } : {},
    );
    if (result.checked) checked = { tape, of: result.checked };
    if (result.complete) return result.calls.map(executed);
    if (signal?.aborted) return undefined;
    throw fail('DS8007', { fn: `${watch.module}#${watch.fn}`, call: result.calls.at(-1)?.call ?? 0 });
  };
  return { run };
};

/** Isolates are loaded when something is re-executed. */
export const replayRunner = (): VariantRunner =>
  makeReplayRunner(async (request, options) => (await import('../../core/replay/index.ts')).replay(request, options));

function executed(call: ReplayedCall): ExecutedCall {
  const stop = stopOf(call);
  const { digest, borrowed, adapted } = call;
  return {
    call: callNumber(call.call),
    request: call.request ?? 0,
    name: call.name,
    failed: call.failed && !stop,
    result: call.result,
    ...(digest === undefined ? {} : { digest }),
    // Without times of the function itself there is no ratio; the time of the whole call would be another claim.
    runs: call.timed?.runs ?? 0,
    ms: call.timed?.ms ?? ms(0),
    ...(borrowed === undefined ? {} : { borrowed }),
    ...(adapted === undefined ? {} : { adapted }),
    ...(stop ? { stop } : {}),
  };
}

/** An ask that the tape cannot answer ends a call without a result; a result that differs is what comparing is about. */
function stopOf({ outcome, gap, divergence, unanswered, unfinished }: ReplayedCall): Stop | undefined {
  if (outcome === 'gapped') return { kind: 'unfinished', place: gap?.place ?? '', ask: gap?.reason ?? 'a gap' };
  if (unanswered) return { kind: 'unanswered', ...unanswered };
  if (unfinished) return { kind: 'unfinished', ...unfinished };
  // The recorded code itself does not come out here as it did.
  if (divergence) return { kind: 'unfinished', place: divergence.place, ask: `not exact: ${divergence.what}` };
  return undefined;
}
