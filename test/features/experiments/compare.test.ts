import { expect, test } from 'vitest';
import { callNumber, ms } from '../../../src/core/common/units.ts';
import { checkSyntax } from '../../../src/features/experiments/check.ts';
import { compare } from '../../../src/features/experiments/compare.ts';
import type { ExecutedCall, FunctionReplacement, VariantRunner } from '../../../src/features/experiments/runner.ts';
import type { Variant } from '../../../src/features/experiments/types.ts';

const variant = (name: string, source = '() => 1', fn = 'total'): Variant => ({
  name,
  module: 'src/cart.ts',
  fn,
  source,
});

type Outcome = Partial<Omit<ExecutedCall, 'call' | 'ms'>> & { ms?: number };

/** A tape of 30 calls whose outcome on each side is told by a function of the side's source and the call. */
class TableRunner implements VariantRunner {
  readonly order: string[] = [];
  /** Runs that come to their end. */
  most = Infinity;
  readonly #outcome: (side: string, call: number) => Outcome;

  constructor(outcome: (side: string, call: number) => Outcome) {
    this.#outcome = outcome;
  }

  async run(_tape: string, replacement: FunctionReplacement | undefined): Promise<readonly ExecutedCall[] | undefined> {
    const side = replacement?.source ?? 'current';
    this.order.push(side);
    if (this.order.length > this.most) return undefined;
    return Array.from({ length: 30 }, (_, index) => {
      const outcome = this.#outcome(side, index + 1);
      const base = {
        call: callNumber(index + 1),
        name: 'POST /checkout',
        failed: false,
        result: `201 ${index}`,
        runs: 1,
      };
      return { ...base, ...outcome, ms: ms(outcome.ms ?? 1) };
    });
  }
}

const run = (outcome: (side: string, call: number) => Outcome, b?: Variant) =>
  compare(new TableRunner(outcome), 'a.tape', variant('fixed', 'fixed'), b, { seed: 5 });

test('a variant that fails less and changes nothing else is chosen', async () => {
  const report = await run((side, call) =>
    call % 10 === 0 ? (side === 'current' ? { failed: true, result: '500' } : { result: '409' }) : {},
  );
  expect(report.a).toMatchObject({ name: 'fixed', calls: 30, failed: 0, unanswered: 0, unfinished: 0, runs: 30 });
  expect(report.b).toMatchObject({ name: 'current', failed: 3 });
  expect(report).toMatchObject({ pairs: 30, same: 27, different: 3, others: { calls: 27, same: 27 }, stopped: [] });
  expect(report.differences[0]).toEqual({ call: 10, name: 'POST /checkout', a: '409', b: '500' });
  expect(report.recommendation.choose).toBe('fixed');
});

test('fewer failures do not outweigh another result of a call that failed on neither side', async () => {
  const report = await run((side, call) => {
    if (call === 10) return side === 'current' ? { failed: true, result: '500' } : { result: '409' };
    return call === 11 && side === 'fixed' ? { result: '201 wrong' } : {};
  });
  expect(report.recommendation.choose).toBeUndefined();
  expect(report.recommendation.reason).toContain('but 1 call');
});

test('with the same results the faster one is chosen, by paired ratios', async () => {
  const report = await run((side, call) => ({ ms: call * (side === 'fixed' ? 0.8 : 1) * (1 + (call % 5) / 100) }));
  expect(report.ratio!.median).toBeCloseTo(0.8, 10);
  expect(report.ratio!.high).toBeLessThan(1);
  expect(report.recommendation.choose).toBe('fixed');
});

test('a difference that is not shown is not claimed', async () => {
  const report = await run((side, call) => ({ ms: side === 'fixed' ? 1 + Math.sin(call) / 4 : 1 }));
  expect(report.ratio!.low).toBeLessThan(1);
  expect(report.ratio!.high).toBeGreaterThan(1);
  expect(report.recommendation).toMatchObject({ choose: undefined });
  expect(report.recommendation.reason).toContain('no difference in time shown');
});

test('calls that one side could not finish are no pairs', async () => {
  const report = await run((side, call) => (call <= 20 && side === 'fixed' ? { stop: unanswered } : {}));
  expect(report).toMatchObject({ pairs: 10, a: { unanswered: 20, failed: 0 }, b: { unanswered: 0 } });
  expect(report.stopped[0]).toEqual({
    call: 1,
    name: 'POST /checkout',
    variant: 'fixed',
    kind: 'unanswered',
    place: 'src/cart.ts:9',
    ask: '.price',
  });
  expect(report.recommendation.reason).toContain('not comparable');
});

const unanswered = { kind: 'unanswered', place: 'src/cart.ts:9', ask: '.price' } as const;

test('fewer failures are no reason when calls without a result could make up for them', async () => {
  const failing = (side: string, call: number): Outcome =>
    call <= 3 ? (side === 'current' ? { failed: true, result: '500' } : { stop: unanswered }) : {};
  const report = await run(failing);
  expect(report).toMatchObject({ a: { failed: 0, unanswered: 3 }, b: { failed: 3 } });
  expect(report.recommendation).toEqual({
    choose: undefined,
    reason: expect.stringContaining('3 calls of fixed could not be carried to the end'),
  });
});

test('a choice by failures says what it rests on', async () => {
  const report = await run((side, call) =>
    call <= 3 ? (side === 'current' ? { failed: true, result: '500' } : { result: '404', borrowed: 1 }) : {},
  );
  expect(report.a).toMatchObject({ borrowed: 3, adapted: 0 });
  expect(report.recommendation).toMatchObject({
    choose: 'fixed',
    reason: expect.stringContaining('3 calls of it used an answer of another call'),
  });
});

test('calls without a result leave nothing to choose by time', async () => {
  const report = await run((side, call) => ({
    ms: side === 'fixed' ? 0.5 : 1,
    ...(call === 4 && side === 'fixed' ? { stop: unanswered } : {}),
  }));
  expect(report.recommendation.choose).toBeUndefined();
  expect(report.recommendation.reason).toContain('1 call could not be carried to the end');
});

test('what follows from a failure or a stop within its request is no other difference', async () => {
  const report = await run((side, call) => {
    if (call > 4) return {};
    const request = call <= 2 ? 7 : 8;
    if (call === 1) return { request, ...(side === 'current' ? { failed: true, result: '500' } : { result: '404' }) };
    if (call === 3 && side === 'fixed') return { request, stop: unanswered };
    return { request, result: `middleware of ${side}` };
  });
  expect(report).toMatchObject({ pairs: 29, different: 3, others: { calls: 26, same: 26 } });
  expect(report.recommendation.choose).toBeUndefined();
});

test('results that look alike are compared further down', async () => {
  const report = await run((side, call) => ({ digest: call === 9 ? side : 'same' }));
  expect(report).toMatchObject({ different: 1, others: { calls: 30, same: 29 } });
  expect(report.differences[0]?.b).toContain('another value further down');
});

test('a call that ends otherwise in another round has no result', async () => {
  let runs = 0;
  const report = await run((side, call) => {
    if (call === 1 && side === 'fixed') runs += 1;
    return call === 2 && side === 'fixed' ? { result: `${runs}`, failed: runs > 1 } : {};
  });
  expect(report).toMatchObject({ pairs: 29, a: { unfinished: 1, failed: 0 } });
  expect(report.stopped[0]).toMatchObject({ call: 2, ask: 'it ends otherwise in another round' });
});

test('half a round counts for nothing, and less than one is an interrupt', async () => {
  const runner = new TableRunner((side) => (side === 'x' ? { ms: 2 } : {}));
  runner.most = 3;
  const report = await compare(runner, 'a.tape', variant('x', 'x'), undefined, {});
  expect(report).toMatchObject({ pairs: 30, ratio: { rounds: 1 } });
  expect(report.recommendation).toMatchObject({ choose: undefined, reason: expect.stringContaining('one round') });
  const stopped = new TableRunner(() => ({}));
  stopped.most = 1;
  const signal = AbortSignal.timeout(0);
  await expect(compare(stopped, 'a.tape', variant('x', 'x'), undefined, { signal })).rejects.toBeDefined();
});

test('a function that never ran is not comparable', async () => {
  const report = await run(() => ({ runs: 0 }));
  expect(report.ratio).toBeUndefined();
  expect(report.recommendation.reason).toContain('src/cart.ts#total ran in none');
});

test('sides take turns at going first', async () => {
  const runner = new TableRunner(() => ({}));
  await compare(runner, 'a.tape', variant('x', 'x'), undefined, { rounds: 3 });
  expect(runner.order).toEqual(['x', 'current', 'current', 'x', 'x', 'current']);
});

test('an interrupt leaves a valid report of the rounds that were run', async () => {
  const stop = new AbortController();
  const runner = new TableRunner((side) => (side === 'x' ? { ms: 2 } : {}));
  const report = await compare(runner, 'a.tape', variant('x', 'x'), undefined, {
    rounds: 9,
    signal: stop.signal,
    progress: (_text, done) => void (done === 3 && stop.abort()),
  });
  expect(runner.order).toHaveLength(4);
  expect(report.ratio!.median).toBe(2);
});

test('sides that cannot be compared are refused', async () => {
  const runner = new TableRunner(() => ({}));
  await expect(compare(runner, 'a.tape', undefined, undefined, {})).rejects.toMatchObject({ code: 'DS8002' });
  await expect(compare(runner, 'a.tape', variant('x'), variant('y', '() => 1', 'add'), {})).rejects.toMatchObject({
    code: 'DS8003',
  });
});

test.each([
  'function total(a) { return a }',
  'export async function total() {}',
  '(a: number): number => a',
  'total(a) { return a }',
  '#sum() {}',
  'static async *rows() {}',
])('one function: %s', (source) => expect(() => checkSyntax(variant('v', source))).not.toThrow());

test.each(['', '1 + 1', 'function a() {} function b() {}', 'function a( {', 'class A {}', 'a() {} b() {}'])(
  'no function: %s',
  (source) => {
    expect(() => checkSyntax(variant('v', source))).toThrow(/DS8004/);
  },
);
