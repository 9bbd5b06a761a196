// Runs two versions of a function on the recorded inputs of one tape, in turn and in changing order so that drift of
// the machine hits both alike, and compares what each call gave and how long the function took in it.
import { fail } from '../../core/common/errors.ts';
import { type Milliseconds, ms } from '../../core/common/units.ts';
import { recommend } from './recommend.ts';
import type { ExecutedCall, VariantRunner } from './runner.ts';
import { Side } from './side.ts';
import { pairedRatios, ratioInterval } from './statistics.ts';
import type { ComparisonReport, CompareOptions, Variant } from './types.ts';

const confidence = 0.95;
const shownDifferences = 20;
/** Fewer ratios than this give an interval that promises too much. */
const leastRatios = 5;

export async function compare(
  runner: VariantRunner,
  tape: string,
  a: Variant | undefined,
  b: Variant | undefined,
  options: CompareOptions,
): Promise<ComparisonReport> {
  const varied = a ?? b;
  if (!varied) throw fail('DS8002');
  if (a && b && (a.module !== b.module || a.fn !== b.fn)) {
    throw fail('DS8003', { a: `${a.module}#${a.fn}`, b: `${b.module}#${b.fn}` });
  }
  const started = performance.now();
  const sides = [new Side(a), new Side(b)] as const;
  const rounds = Math.max(1, options.rounds ?? 5);
  const { signal } = options;
  let done = 0;
  for (let round = 0; round < rounds && !signal?.aborted; round++) {
    const order = round % 2 === 0 ? sides : sides.toReversed();
    const runs: (readonly ExecutedCall[])[] = [];
    for (const side of order) {
      options.progress?.(`round ${round + 1} of ${rounds}: ${side.name}`, done++, rounds * 2);
      const replacement = side.variant && {
        module: side.variant.module,
        fn: side.variant.fn,
        source: side.variant.source,
      };
      const calls = await runner.run(tape, replacement, {
        watch: { module: varied.module, fn: varied.fn },
        ...(signal ? { signal } : {}),
      });
      if (!calls) break;
      runs.push(calls);
    }
    // Half a round says nothing of one side against the other.
    if (runs.length < order.length) break;
    order.forEach((side, index) => side.rounds.push(runs[index]!));
  }
  if (sides[0].rounds.length === 0) throw signal?.reason ?? fail('DS4095');
  return summarise(tape, sides, `${varied.module}#${varied.fn}`, options.seed ?? 1, ms(performance.now() - started));
}

const isSame = (left: ExecutedCall, right: ExecutedCall): boolean =>
  left.failed === right.failed && left.result === right.result && left.digest === right.digest;

function summarise(
  tape: string,
  [a, b]: readonly [Side, Side],
  fn: string,
  seed: number,
  took: Milliseconds,
): ComparisonReport {
  const [of, other] = [a.calls(), b.calls()];
  const numbers = [...new Set([...of.keys(), ...other.keys()])].toSorted((x, y) => x - y);
  const pairs = numbers.flatMap((number) => {
    const [left, right] = [of.get(number), other.get(number)];
    return left && right && !left.stop && !right.stop ? [{ left, right }] : [];
  });
  const differing = pairs.filter(({ left, right }) => !isSame(left, right));
  // Middleware and error handlers of a request that failed end otherwise because of that failure; so do those of one in
  // which a call was stopped.
  const failedRequests = new Set(
    [...of.values(), ...other.values()].flatMap((call) =>
      (call.failed || call.stop) && call.request ? [call.request] : [],
    ),
  );
  const others = pairs.filter(
    ({ left, right }) => !left.failed && !right.failed && !failedRequests.has(left.request ?? 0),
  );
  const compared = new Set<number>(pairs.map(({ left }) => left.call));
  const ratios = a.rounds.map((_, round) => {
    const times = b.times(round);
    return pairedRatios(
      [...a.times(round)].flatMap(([call, time]) =>
        compared.has(call) && times.has(call) ? [[time, times.get(call)!] as const] : [],
      ),
    );
  });
  const enough = ratios.every((round) => round.length >= leastRatios);
  const evidence = {
    a: a.report(),
    b: b.report(),
    pairs: pairs.length,
    different: differing.length,
    others: { calls: others.length, same: others.filter(({ left, right }) => isSame(left, right)).length },
    ratio: enough
      ? { ...ratioInterval(ratios, { seed, confidence }), confidence, seed, rounds: ratios.length }
      : undefined,
  };
  return {
    tape,
    ...evidence,
    same: pairs.length - differing.length,
    differences: differing.slice(0, shownDifferences).map(({ left, right }) => ({
      call: left.call,
      name: left.name,
      a: left.result,
      b: left.result === right.result ? `${right.result}, but another value further down` : right.result,
    })),
    stopped: [a, b].flatMap((side) => side.stopped().slice(0, shownDifferences)),
    recommendation: recommend({ ...evidence, fn, left: numbers.length - pairs.length }),
    ms: took,
  };
}
