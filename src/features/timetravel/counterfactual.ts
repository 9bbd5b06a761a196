// What would have happened: the tape re-executed as it is and with a change, and where the two part.
import { fail } from '../../core/common/errors.ts';
import { ms } from '../../core/common/units.ts';
import type { Manifest } from '../../core/instrument/manifest.ts';
import type { ReplayResult } from '../../core/replay/types.ts';
import { firstDifference } from '../../core/tape/diff.ts';
import type { TapeValue } from '../../core/tape/events.ts';
import { renderValue } from '../../core/tape/render.ts';
import type { Tape } from '../../core/tape/tape.ts';
import { findPosition, positionText } from './position.ts';
import { interrupted, replayOptions, type Means } from './replays.ts';
import { manifestOf, openIndexed } from './tapes.ts';
import type { Changes, Divergence, LongWork, RunSummary, WithReport } from './types.ts';

type WithOptions = LongWork & { readonly at?: string };

export async function replayWith(
  path: string,
  changes: Changes,
  options: WithOptions,
  { replay, makeDecoder }: Means,
): Promise<WithReport> {
  const began = performance.now();
  using tape = await openIndexed(path, makeDecoder, options);
  assertKnown(tape, manifestOf(tape), changes);
  const changesAt = options.at === undefined ? undefined : findPosition(tape, options.at);
  const run = (name: string): ReturnType<typeof replayOptions> => ({
    ...replayOptions(options),
    ...(options.progress
      ? { progress: (text, done, total) => options.progress?.(`${name}: ${text}`, done, total) }
      : {}),
  });
  const original = await replay({ tape: path }, run('original'));
  if (!original.complete) throw interrupted(options);
  // A counterfactual is told by what own code asks for, a checked replay by what the tape says: like is compared with like,
  // so the run without a change is one of the same kind.
  const unchanged = await replay({ tape: path, changes: {} }, run('unchanged'));
  if (!unchanged.complete) throw interrupted(options);
  const modified = await replay(
    {
      tape: path,
      changes,
      ...(changesAt === undefined ? {} : { changesAt }),
      ...(unchanged.checked ? { checked: unchanged.checked } : {}),
    },
    run('modified'),
  );
  if (!modified.complete) throw interrupted(options);
  const parted = differentResults(tape, unchanged, modified);
  return {
    tape: tape.id,
    counterfactual: true,
    original: summaryOf(original),
    modified: summaryOf(modified),
    divergence: parted.first ?? stateDifference(unchanged.state, modified.state) ?? null,
    changedResults: parted.count,
    ms: ms(performance.now() - began),
  };
}

/** A module or variable that the tape does not know is a mistake, not a change without effect. */
function assertKnown(tape: Tape, manifest: Manifest, changes: Changes): void {
  for (const [module, variables] of Object.entries(changes)) {
    const at = manifest.modules.findIndex(({ id }) => id === module);
    if (at < 0)
      throw fail('DS4096', {
        tape: tape.id,
        module,
        modules: manifest.modules.map(({ id }) => id).join(', ') || 'none',
      });
    const known = new Set(
      manifest.instances
        .filter((instance) => instance.module === at)
        .flatMap((instance) => instance.moduleVariables.map(({ name }) => name)),
    );
    for (const name of Object.keys(variables)) {
      if (!known.has(name))
        throw fail('DS4097', { tape: tape.id, module, name, variables: [...known].join(', ') || 'none' });
    }
  }
}

export function summaryOf({ calls, state }: ReplayResult): RunSummary {
  return {
    calls: calls.length,
    failed: calls.filter((call) => call.failed).length,
    unanswered: calls.filter((call) => call.unanswered).length,
    unfinished: calls.filter((call) => call.unfinished).length,
    borrowed: calls.filter((call) => call.borrowed).length,
    state: Object.fromEntries(
      Object.entries(state).map(([module, variables]) => [
        module,
        Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, renderValue(value)])),
      ]),
    ),
    results: calls.map(({ call, name, result, failed }) => ({ call, name, result, failed })),
  };
}

/** Root calls that end otherwise, or on one side only; the first of them is where the runs part for whoever looks at results. */
function differentResults(
  tape: Tape,
  original: ReplayResult,
  modified: ReplayResult,
): { readonly first: Divergence | undefined; readonly count: number } {
  const others = new Map(modified.calls.map((call) => [call.call, call]));
  let first: Divergence | undefined;
  let count = 0;
  for (const call of original.calls) {
    const other = others.get(call.call);
    if (other && other.result === call.result && other.failed === call.failed) continue;
    count += 1;
    if (first) continue;
    const recorded = tape.callIndex.byNumber(call.call);
    first = {
      position: recorded ? positionText(recorded.enter) : `#${call.call}`,
      place: recorded?.place ?? call.name,
      event: recorded?.enter,
      call: call.call,
      what: `result of ${call.name}`,
      expected: call.result,
      // Why the modified run stopped there: an ask that the tape cannot answer, most of the time.
      actual:
        other?.result ??
        (modified.first
          ? `not reached: ${modified.first.what} at ${modified.first.place} (${modified.first.actual})`
          : 'not reached'),
    };
  }
  return { first, count };
}

type State = ReplayResult['state'];
const absent: TapeValue = { t: 'undefined' };

function stateDifference(original: State, modified: State): Divergence | undefined {
  for (const [module, variables] of Object.entries(original)) {
    for (const [name, value] of Object.entries(variables)) {
      // Two runs number their objects each for itself.
      const found = firstDifference(value, modified[module]?.[name] ?? absent, { root: name, sameNumbering: false });
      if (!found) continue;
      const { path, expected, actual } = found;
      return {
        position: 'end',
        place: module,
        event: undefined,
        call: undefined,
        what: `state ${path}`,
        expected,
        actual,
      };
    }
  }
  return undefined;
}
