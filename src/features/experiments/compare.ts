// Runs two versions of a function on the recorded inputs of one tape, in turn and in changing order so that drift of
// the machine hits both alike, and compares what each call gave and how long the function took in it.
import { fail } from '../../core/common/errors.ts';
import { type Milliseconds, ms } from '../../core/common/units.ts';
import { recommend } from './recommend.ts';
import type { ExecutedCall, VariantRunner } from './runner.ts';
import { median, pairedRatios, percentileInterval } from './statistics.ts';
import type { ComparisonReport, CompareOptions, Variant, VariantSide } from './types.ts';

const confidence = 0.95;
const shownDifferences = 20;
/** Fewer ratios than this give an interval that promises too much. */
const leastRatios = 5;

/** One side over all rounds: what happened is taken from the first, time as the median of all. */
class Side {
  readonly variant: Variant | undefined;
  readonly rounds: (readonly ExecutedCall[])[] = [];

  constructor(variant: Variant | undefined) {
    this.variant = variant;
  }

  get name(): string {
    return this.variant?.name ?? 'current';
  }

  get calls(): readonly ExecutedCall[] {
    return this.rounds[0] ?? [];
  }

  /** Median over the rounds of the time spent in the function during each call in which it ran. */
  times(): ReadonlyMap<number, number> {
    const measured = new Map<number, number[]>();
    for (const calls of this.rounds) {
      for (const call of calls)
        if (call.runs > 0) measured.set(call.call, [...(measured.get(call.call) ?? []), call.ms]);
    }
    return new Map([...measured].map(([call, values]) => [call, median(values)]));
  }

  report(): VariantSide {
    const times = [...this.times().values()];
    return {
      name: this.name,
      calls: this.calls.length,
      failed: this.calls.filter((call) => call.failed).length,
      runs: this.calls.reduce((sum, call) => sum + call.runs, 0),
      medianMs: ms(times.length > 0 ? median(times) : 0),
    };
  }
}

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
  let done = 0;
  for (let round = 0; round < rounds && !options.signal?.aborted; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      options.progress?.(`round ${round + 1} of ${rounds}: ${side.name}`, done++, rounds * 2);
      const replacement = side.variant && {
        module: side.variant.module,
        fn: side.variant.fn,
        source: side.variant.source,
      };
      side.rounds.push(
        await runner.run(tape, replacement, {
          watch: { module: varied.module, fn: varied.fn },
          ...(options.signal ? { signal: options.signal } : {}),
        }),
      );
    }
  }
  return summarise(tape, sides, `${varied.module}#${varied.fn}`, options.seed ?? 1, ms(performance.now() - started));
}

function summarise(
  tape: string,
  [a, b]: readonly [Side, Side],
  fn: string,
  seed: number,
  took: Milliseconds,
): ComparisonReport {
  const other = new Map(b.calls.map((call) => [call.call, call]));
  const both = a.calls.flatMap((left) => {
    const right = other.get(left.call);
    return right ? [{ left, right }] : [];
  });
  const pairs = both.filter(({ left, right }) => left.unfinished === undefined && right.unfinished === undefined);
  const differing = pairs.filter(({ left, right }) => left.result !== right.result);
  // Middleware and error handlers of a request that failed end otherwise because of that failure.
  const failedRequests = new Set(
    pairs.flatMap(({ left, right }) => ((left.failed || right.failed) && left.request ? [left.request] : [])),
  );
  const inFailed = ({ left }: (typeof pairs)[number]): boolean => failedRequests.has(left.request ?? 0);
  const times = b.times();
  const ratios = pairedRatios(
    [...a.times()].flatMap(([call, time]) => (times.has(call) ? [[time, times.get(call)!] as const] : [])),
  );
  const ratio =
    ratios.length < leastRatios
      ? undefined
      : { median: median(ratios), ...percentileInterval(ratios, median, { seed, confidence }), confidence, seed };
  const evidence = {
    a: a.report(),
    b: b.report(),
    pairs: pairs.length,
    different: differing.length,
    ratio,
  };
  return {
    tape,
    ...evidence,
    same: pairs.length - differing.length,
    differences: differing
      .slice(0, shownDifferences)
      .map(({ left, right }) => ({ call: left.call, name: left.name, a: left.result, b: right.result })),
    recommendation: recommend({
      ...evidence,
      fn,
      unfinished: both.length - pairs.length,
      changed: differing.filter((pair) => !pair.left.failed && !pair.right.failed && !inFailed(pair)).length,
    }),
    ms: took,
  };
}
