// Moments of a tape as people write them: `1.5s` since its start, `#1187` for a call's entry, `@48211` before an event,
// or the name of a mark. What is shown as a position is accepted again.
import { fail } from '../../core/common/errors.ts';
import { type EventIndex, eventIndex } from '../../core/common/units.ts';
import type { CallSummary } from '../../core/tape/events.ts';
import type { Tape } from '../../core/tape/tape.ts';

export const positionText = (event: EventIndex): string => `@${event}`;

const unitsInUs: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
};

/** The event before which the moment lies. */
export function findPosition(tape: Tape, text: string): EventIndex {
  const wanted = text.trim();
  const call = /^#(\d+)$/.exec(wanted)?.[1];
  if (call !== undefined) return callOf(tape, Number(call)).enter;
  const event = /^@(\d+)$/.exec(wanted)?.[1];
  if (event !== undefined) {
    const { events } = tape.stats;
    if (Number(event) > events)
      throw fail('DS4093', { position: wanted, tape: tape.id, end: positionText(eventIndex(events)) });
    return eventIndex(Number(event));
  }
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|min|h)$/.exec(wanted) ?? [];
  if (amount !== undefined && unit !== undefined) return eventAt(tape, Number(amount) * unitsInUs[unit]!, wanted);
  const mark = tape.marks.find(({ name }) => name === wanted);
  if (mark) return eventIndex(mark.seq);
  throw fail('DS4092', { position: text });
}

export function callOf(tape: Tape, number: number): CallSummary {
  const call = tape.callIndex.byNumber(number);
  if (!call) throw fail('DS4091', { tape: tape.id, what: `call #${number}` });
  return call;
}

/** The root call that a call belongs to: itself when foreign code made it. */
export function rootOf(tape: Tape, call: CallSummary): CallSummary {
  let root = call;
  while (root.parent !== 0) {
    const parent = tape.callIndex.byNumber(root.parent);
    if (!parent || parent.call >= root.call) return root;
    root = parent;
  }
  return root;
}

/** First event at a time or after it. */
function eventAt(tape: Tape, time: number, text: string): EventIndex {
  const { duration, events } = tape.stats;
  if (time > duration) throw fail('DS4093', { position: text, tape: tape.id, end: `${duration / 1_000}ms` });
  // Calls are in order of time, so only the events behind the last one that began before have to be decoded.
  const { callIndex } = tape;
  let low = 0;
  let high = callIndex.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (callIndex.at(middle).start < time) low = middle + 1;
    else high = middle;
  }
  const from = low === 0 ? 0 : callIndex.at(low - 1).enter;
  return tape.find((event) => event.at >= time, from)?.seq ?? eventIndex(events);
}
