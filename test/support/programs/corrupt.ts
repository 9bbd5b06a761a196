// One wrong value on the tape of a generated program, and whether the check finds it at the place where it shows.
//
// What own code gave (arguments of an ask, a result, what a call settled with, own state) is wrong at its own event. What
// own code was given is wrong where it first has a consequence: the program is recorded again in a world that gives the
// other value, and the first event that own code gives otherwise there is the place. Where there is none, the program is
// run in both worlds without a recording, which tells whether the value was of any consequence at all.
import { makeChunkDecoder } from '../../../src/core/tape/decode-events.ts';
import type { TapeEvent } from '../../../src/core/tape/events.ts';
import { checkRecorded, problemOf, recorderMaker } from './check.ts';
import { firstAnswer } from './foreign.ts';
import type { Program } from './generate.ts';
import { another, leavesOf, replaced } from './leaves.ts';
import type { Leaf } from './leaves.ts';
import type { Recorded } from './own.ts';
import { play } from './play.ts';
import type { Check } from './run.ts';
import { makeRandom } from './random.ts';

const given = ({ event, seq }: Leaf): boolean =>
  /^(?:ask|leave|settled)$/.test(event.kind) || (event.kind === 'state' && seq > 0);
const taken = ({ event }: Leaf): boolean => /^(?:answer|settle|enter)$/.test(event.kind);

const eventsOf = ({ chunks, manifest }: Recorded): TapeEvent[] => {
  const decoder = makeChunkDecoder(manifest)();
  const events: TapeEvent[] = [];
  for (const chunk of chunks) events.push(...decoder.decode(chunk, events.length));
  return events;
};

export interface Planted {
  /** How many values were planted, by whether own code gave or was given them. */
  readonly counts: { given: number; taken: number; unused: number; unchecked: number };
}

/** A check that plants one value of each sort into the recording of a program. */
export async function corruption(planted: Planted['counts']): Promise<Check> {
  const makeRecorder = await recorderMaker();
  const record = async (program: Program, answer?: { readonly answer: number; readonly value: number }) =>
    play(program, { mode: 'ordered', makeRecorder: makeRecorder(), ...(answer ? { planted: answer } : {}) });

  return async (program) => {
    const { recorded, answers } = await record(program);
    const { chunks, manifest } = recorded!;
    const leaves = leavesOf(chunks);
    const random = makeRandom(program.seed);

    const own = leaves.filter(given);
    const place = own[random(Math.max(own.length, 1))];
    if (place) {
      planted.given += 1;
      const result = await checkRecorded({ chunks: replaced(chunks, [place], another), manifest });
      if (result.first?.event !== place.seq)
        return `${String(place.value)} of ${place.event.kind} ${place.seq} was changed, and the check says ${problemOf(result) ?? 'exact'}`;
    }

    // Only a number that stands on the tape as it was given, and in no text.
    const texts = leaves.filter(({ value }) => typeof value === 'string').map(({ value }) => String(value));
    const numbers = Array.from({ length: answers }, (_, at) => firstAnswer + at).filter(
      (number) =>
        leaves.some((leaf) => taken(leaf) && leaf.value === number) &&
        !texts.some((text) => text.includes(String(number))),
    );
    // Half of the time one that own code gives to somebody again.
    const passed = numbers.filter((each) => own.some(({ value }) => value === each));
    const among = passed.length > 0 && random(2) === 0 ? passed : numbers;
    const number = among[random(Math.max(among.length, 1))];
    if (number === undefined) return undefined;
    planted.taken += 1;
    const value = number + 5_000_000;
    const other = { answer: number, value };
    const wrong = replaced(
      chunks,
      leaves.filter((leaf) => taken(leaf) && leaf.value === number),
      () => value,
    );
    const result = await checkRecorded({ chunks: wrong, manifest });
    const said = problemOf(result) ?? 'exact';
    const [before, after] = [eventsOf(recorded!), eventsOf((await record(program, other)).recorded!)];
    const first = before.findIndex(
      (event, at) =>
        /^(?:ask|leave|settled|state)$/.test(event.kind) &&
        JSON.stringify({ ...event, at: 0 }) !== JSON.stringify({ ...after[at], at: 0 }),
    );
    if (first === -1) {
      // Where something differs all the same, it is what a promise settles with that foreign code was given: no event
      // tells it (docs/determinism.md).
      const plain = await play(program, { mode: 'ordered' });
      const elsewhere = await play(program, { mode: 'ordered', planted: other });
      planted[plain.trace.join('\n') === elsewhere.trace.join('\n') ? 'unused' : 'unchecked'] += 1;
      return said === 'exact' ? undefined : `answer ${number} shows at no event, and the check says ${said}`;
    }
    return result.first?.event === first
      ? undefined
      : `answer ${number} was changed, which shows at event ${first}, and the check says ${said}`;
  };
}
