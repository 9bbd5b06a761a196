// One moment of a tape: where own code was, and the state that it had then.
import { codeFrame } from '../../core/common/code-frame.ts';
import { type EventIndex, ms } from '../../core/common/units.ts';
import { writtenModule } from '../../core/instrument/original.ts';
import type { ReplayResult } from '../../core/replay/types.ts';
import type { CallSummary, TapeEvent } from '../../core/tape/events.ts';
import { renderValue } from '../../core/tape/render.ts';
import type { Tape } from '../../core/tape/tape.ts';
import { findPosition, positionText, rootOf } from './position.ts';
import { interrupted, replayOptions, type Means } from './replays.ts';
import { manifestOf, openIndexed } from './tapes.ts';
import type { LongWork, MomentReport } from './types.ts';

export async function replayAt(
  path: string,
  at: string,
  work: LongWork,
  { replay, makeDecoder }: Means,
): Promise<MomentReport> {
  using tape = await openIndexed(path, makeDecoder, work);
  const event = findPosition(tape, at);
  const next = tape.find(() => true, event);
  const call = callAround(tape, event, next);
  const watched = call && rootOf(tape, call);
  const result = await replay(
    { tape: path, stopBefore: event, ...(watched ? { watch: watched.call } : {}) },
    replayOptions(work),
  );
  if (!result.complete) throw interrupted(work);
  const place = (next && placeOf(next)) ?? call?.place ?? lastBegun(tape, event)?.place ?? '';
  return {
    tape: tape.id,
    position: positionText(event),
    event,
    at: ms((next?.at ?? tape.stats.duration) / 1_000),
    place,
    codeFrame: frameOf(tape, place),
    call,
    locals: result.calls.find((each) => each.call === watched?.call)?.locals ?? [],
    state: stateTexts(result.state),
  };
}

const placeOf = (event: TapeEvent): string | undefined =>
  'place' in event && event.place !== '' ? event.place : undefined;

/** The call that an event begins, else the last one that began before it and had not ended. */
function callAround(tape: Tape, event: EventIndex, next: TapeEvent | undefined): CallSummary | undefined {
  const { callIndex } = tape;
  if (next?.kind === 'enter' || next?.kind === 'leave' || next?.kind === 'settled')
    return callIndex.byNumber(next.call);
  const begun = lastBegunRow(tape, event);
  for (let row = begun; row >= 0 && begun - row < lookedBack; row--) {
    const call = callIndex.at(row);
    if (call.leave === undefined || call.leave >= event) return call;
  }
  return undefined;
}

/** Calls that are still open began not long before. */
const lookedBack = 10_000;

const lastBegun = (tape: Tape, event: EventIndex): CallSummary | undefined => {
  const row = lastBegunRow(tape, event);
  return row < 0 ? undefined : tape.callIndex.at(row);
};

/** Row of the last call that began before an event, or -1. */
function lastBegunRow({ callIndex }: Tape, event: EventIndex): number {
  let low = 0;
  let high = callIndex.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (callIndex.at(middle).enter < event) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function frameOf(tape: Tape, place: string): string {
  const [, module, line, column] = /^(.*?):(\d+)(?::(\d+))?$/.exec(place) ?? [];
  const found = manifestOf(tape).modules.find(({ id }) => id === module);
  return found ? codeFrame(writtenModule(found).source, { line: Number(line), column: Number(column ?? 1) }) : '';
}

export const stateTexts = (state: ReplayResult['state']): MomentReport['state'] =>
  Object.entries(state).map(([module, variables]) => ({
    module,
    variables: Object.entries(variables).map(([name, value]) => ({ name, preview: renderValue(value) })),
  }));
