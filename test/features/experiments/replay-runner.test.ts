import { expect, test } from 'vitest';
import { callNumber, ms } from '../../../src/core/common/units.ts';
import type { ReplayedCall, ReplayRequest } from '../../../src/core/replay/types.ts';
import { makeReplayRunner } from '../../../src/features/experiments/replay-runner.ts';

const watch = { module: 'src/cart.ts', fn: 'total' };
const call = (number: number, more: Partial<ReplayedCall> = {}): ReplayedCall => ({
  call: callNumber(number),
  name: 'POST /checkout',
  kind: 'http',
  outcome: 'exact',
  result: 'answered 201',
  failed: false,
  asks: 3,
  ms: ms(40),
  ...more,
});

async function run(
  calls: readonly ReplayedCall[],
  replacement?: { module: string; fn: string; source: string },
  { complete = true, signal }: { complete?: boolean; signal?: AbortSignal } = {},
) {
  const requests: ReplayRequest[] = [];
  const runner = makeReplayRunner((request) => {
    requests.push(request);
    return Promise.resolve({
      calls,
      nested: { calls: 0, exact: 0, diverged: 0, gapped: 0 },
      first: undefined,
      state: {},
      counterfactual: false,
      complete,
      ms: ms(1),
    });
  });
  return { executed: await runner.run('/t.tape', replacement, { watch, ...(signal ? { signal } : {}) }), requests };
}

test('the function is replaced on request and timed on both sides alike', async () => {
  const replacement = { ...watch, source: '() => 1' };
  expect((await run([], replacement)).requests).toEqual([{ tape: '/t.tape', timed: watch, replaced: replacement }]);
  expect((await run([])).requests).toEqual([{ tape: '/t.tape', timed: watch, changes: {} }]);
});

test('time is that of the function, never that of the whole call', async () => {
  const { executed } = await run([call(1, { timed: { runs: 2, ms: ms(0.5) } }), call(2)]);
  expect(executed).toMatchObject([
    { call: 1, runs: 2, ms: 0.5 },
    { call: 2, runs: 0, ms: 0 },
  ]);
});

test('a gap, an ask without answer, a missing end and an inexact replay leave a call without a result', async () => {
  const divergence = {
    call: callNumber(1),
    event: undefined,
    place: 'src/cart.ts:9',
    path: '',
    expected: '1',
    actual: '2',
  };
  const ask = { place: 'src/cart.ts:12', ask: 'fetch: call of (foreign)("/rates")' };
  const { executed } = await run([
    call(1, { outcome: 'diverged', divergence: { ...divergence, what: 'result' } }),
    call(2, { unanswered: ask, failed: true }),
    call(3, { unfinished: ask }),
    call(4, { outcome: 'gapped', gap: { reason: 'private', place: 'src/a.ts:1' } }),
    call(5, { parted: true, borrowed: 2, adapted: 1, digest: 'd', result: 'answered 404' }),
  ]);
  expect(executed?.map(({ stop }) => stop)).toEqual([
    { kind: 'unfinished', place: 'src/cart.ts:9', ask: 'not exact: result' },
    { kind: 'unanswered', ...ask },
    { kind: 'unfinished', ...ask },
    { kind: 'unfinished', place: 'src/a.ts:1', ask: 'private' },
    undefined,
  ]);
  expect(executed?.[1]?.failed).toBe(false);
  expect(executed?.[4]).toMatchObject({ borrowed: 2, adapted: 1, digest: 'd' });
});

test('what was run in part only is no side of a comparison', async () => {
  const signal = AbortSignal.abort();
  expect((await run([call(1)], undefined, { complete: false, signal })).executed).toBeUndefined();
  await expect(run([call(7)], undefined, { complete: false })).rejects.toMatchObject({
    code: 'DS8007',
    details: { call: 7 },
  });
});

test('the tape is checked once in a comparison', async () => {
  const checked = { trace: new Float64Array(2), answers: [1], report: {} };
  const requests: ReplayRequest[] = [];
  const runner = makeReplayRunner((request) => {
    requests.push(request);
    return Promise.resolve({
      calls: [],
      nested: { calls: 0, exact: 0, diverged: 0, gapped: 0 },
      first: undefined,
      state: {},
      counterfactual: true,
      checked,
      complete: true,
      ms: ms(1),
    });
  });
  for (const tape of ['/a.tape', '/a.tape', '/b.tape']) await runner.run(tape, undefined, { watch });
  expect(requests.map((request) => request.checked)).toEqual([undefined, checked, undefined]);
});
