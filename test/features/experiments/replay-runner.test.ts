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

async function run(calls: readonly ReplayedCall[], replacement?: { module: string; fn: string; source: string }) {
  const requests: ReplayRequest[] = [];
  const runner = makeReplayRunner((request) => {
    requests.push(request);
    return Promise.resolve({
      calls,
      nested: { calls: 0, exact: 0, diverged: 0, gapped: 0 },
      first: undefined,
      state: {},
      counterfactual: false,
      complete: true,
      ms: ms(1),
    });
  });
  return { executed: await runner.run('/t.tape', replacement, { watch }), requests };
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

test('a result that differs is a result; a gap or an ask without answer leaves a call unfinished', async () => {
  const divergence = {
    call: callNumber(1),
    event: undefined,
    place: 'src/cart.ts:9',
    path: '',
    expected: '1',
    actual: '2',
  };
  const { executed } = await run([
    call(1, { outcome: 'diverged', divergence: { ...divergence, what: 'result' } }),
    call(2, { outcome: 'diverged', divergence: { ...divergence, what: 'ask' } }),
    call(3, { outcome: 'gapped', gap: { reason: 'private', place: 'src/a.ts:1' } }),
  ]);
  expect(executed.map(({ unfinished }) => unfinished)).toEqual([
    undefined,
    'ask at src/cart.ts:9',
    'private at src/a.ts:1',
  ]);
});
