import { expect, test } from 'vitest';
import { callNumber, eventIndex } from '../../../src/core/common/units.ts';
import type { ReplayDivergence, ReplayRequest } from '../../../src/core/replay/types.ts';
import { replayWith } from '../../../src/features/timetravel/counterfactual.ts';
import { replayAt } from '../../../src/features/timetravel/moment.ts';
import { replayCall, replayCheck } from '../../../src/features/timetravel/replays.ts';
import { fakeReplay, makeTape, number, replayed, result } from './fixture.ts';

const divergence: ReplayDivergence = {
  call: callNumber(3),
  event: eventIndex(6),
  place: 'src/stock.ts:3',
  what: 'result',
  path: 'message',
  expected: '"no price"',
  actual: '"gone"',
};

test('a check counts every root call of the tape once, and a call that was never reached diverged', async () => {
  const gap = { reason: 'private', place: 'src/a.ts:9' };
  const { means, requests } = fakeReplay(() =>
    result([replayed(1, { outcome: 'gapped', gap }), replayed(3, { outcome: 'diverged', divergence })], {
      first: divergence,
    }),
  );
  const tape = await makeTape();
  const report = await replayCheck(tape, {}, means);
  expect(requests).toEqual([{ tape }]);
  expect(report).toMatchObject({
    tape: '7f3a',
    calls: 3,
    exact: 0,
    diverged: 2,
    gapped: 1,
    gaps: [{ ...gap, calls: 1 }],
  });
  expect(report.byKind).toEqual({ http: { calls: 3, exact: 0, diverged: 2, gapped: 1 } });
  expect(report.divergences).toMatchObject([
    { position: '@6', what: 'result message', expected: '"no price"', actual: '"gone"' },
    { call: 4, what: 'call not reached', actual: 'the replay ended at src/stock.ts:3 (result message)' },
  ]);
});

test('an interrupted check counts what was executed and blames nothing on the rest', async () => {
  const { means } = fakeReplay(() => result([replayed(1)], { complete: false }));
  const seen: string[] = [];
  const report = await replayCheck(await makeTape(), { progress: (text) => void seen.push(text) }, means);
  expect(report).toMatchObject({ calls: 1, exact: 1, diverged: 0, gapped: 0 });
  expect(seen).toContain('running');
});

test('own state that differs at the end is a divergence of the check although every call is exact', async () => {
  const first = { ...divergence, call: undefined, event: undefined, what: 'state' };
  const { means } = fakeReplay(() => result([replayed(1), replayed(3), replayed(4)], { first }));
  expect(await replayCheck(await makeTape(), {}, means)).toMatchObject({
    exact: 3,
    divergences: [{ what: 'state message' }],
  });
});

test('one call is watched and told with what the tape knows of it', async () => {
  const error = { name: 'TypeError', message: 'no price', place: 'src/stock.ts:3', codeFrame: '> 3 | ' };
  const { means, requests } = fakeReplay(() =>
    result([
      replayed(1),
      replayed(3, {
        result: 'threw TypeError: no price',
        failed: true,
        error,
        locals: [{ name: 'sku', preview: "'A-1'" }],
      }),
    ]),
  );
  const tape = await makeTape();
  const report = await replayCall(tape, callNumber(3), {}, means);
  expect(requests).toEqual([{ tape, until: 3, watch: 3 }]);
  expect(report).toMatchObject({
    outcome: 'exact',
    asks: 2,
    error,
    locals: [{ name: 'sku' }],
    call: { call: 3, failed: true, error: 'TypeError: no price' },
  });
  expect(report).not.toHaveProperty('divergence');
});

test('a gap is told with its remedy', async () => {
  const { means } = fakeReplay(() =>
    result([replayed(1, { outcome: 'gapped', gap: { reason: 'private', place: 'src/a.ts:9' } })]),
  );
  const { gap } = await replayCall(await makeTape(), callNumber(1), {}, means);
  expect(gap).toMatchObject({ reason: 'private', detail: '#sum', remedy: expect.stringContaining('%replay check') });
});

test('a value that was too large is no tape that was cut off', async () => {
  const { means } = fakeReplay(() =>
    result([replayed(1, { outcome: 'gapped', gap: { reason: 'cut', place: 'a.ts:9' } })]),
  );
  const { gap } = await replayCall(await makeTape(), callNumber(1), {}, means);
  expect(gap?.remedy).toContain('%record start --scope');
});

test('calls that cannot be told apart are refused by name', async () => {
  const { means, requests } = fakeReplay(() => result([replayed(1)]));
  const tape = await makeTape();
  await expect(replayCall(tape, callNumber(2), {}, means)).rejects.toMatchObject({
    code: 'DS4094',
    details: { root: 1 },
  });
  expect(requests).toMatchObject([{ until: 1, watch: 2 }]);
  await expect(replayCall(tape, callNumber(77), {}, means)).rejects.toMatchObject({ code: 'DS4091' });
  expect(requests).toHaveLength(1);
});

test('a call that an earlier divergence kept from running says which', async () => {
  const { means } = fakeReplay(() => result([], { first: { ...divergence, call: callNumber(1) } }));
  expect(await replayCall(await makeTape(), callNumber(3), {}, means)).toMatchObject({
    outcome: 'diverged',
    result: 'not reached',
    divergence: { call: 1 },
  });
});

test('an interrupted call ends with what interrupted it', async () => {
  const { means } = fakeReplay(() => result([], { complete: false }));
  const reason = new Error('enough');
  const work = { signal: AbortSignal.abort(reason) };
  await expect(replayCall(await makeTape(), callNumber(3), work, means)).rejects.toBe(reason);
});

test('a moment shows place, code, call and the state of then', async () => {
  const { means, requests } = fakeReplay(() =>
    result([replayed(1)], { state: { 'src/stock.ts': { keepSoldOut: { t: 'bool', v: false } } } }),
  );
  const tape = await makeTape();
  const moment = await replayAt(tape, '#3', {}, means);
  expect(requests).toEqual([{ tape, stopBefore: 5, watch: 3 }]);
  expect(moment).toMatchObject({
    position: '@5',
    event: 5,
    at: 3,
    place: 'src/stock.ts:2',
    call: { call: 3 },
    state: [{ module: 'src/stock.ts', variables: [{ name: 'keepSoldOut', preview: 'false' }] }],
  });
  expect(moment.codeFrame).toContain('> 2 | export function take()');
  expect(await replayAt(tape, moment.position, {}, means)).toMatchObject({ event: 5 });
});

test('a moment within a call belongs to the call that had not ended', async () => {
  const { means, requests } = fakeReplay(() => result([]));
  const tape = await makeTape();
  expect(await replayAt(tape, '@3', {}, means)).toMatchObject({ call: { call: 1 } });
  expect(await replayAt(tape, '@4', {}, means)).toMatchObject({ call: undefined, locals: [] });
  expect(requests).toEqual([
    { tape, stopBefore: 3, watch: 1 },
    { tape, stopBefore: 4 },
  ]);
});

const isChanged = (request: ReplayRequest): boolean => Object.keys(request.changes ?? {}).length > 0;
const changes = { 'src/stock.ts': { keepSoldOut: true } };

test('a change runs beside the original; the first other result is where they part', async () => {
  const { means, requests } = fakeReplay((request) =>
    isChanged(request)
      ? result([replayed(1), replayed(3), replayed(4, { result: 'returned 5' })])
      : result([replayed(1), replayed(3, { failed: true, result: 'threw TypeError: no price' }), replayed(4)]),
  );
  const tape = await makeTape();
  const report = await replayWith(tape, changes, { at: '#1' }, means);
  expect(requests).toEqual([{ tape }, { tape, changes: {} }, { tape, changes, changesAt: 0 }]);
  expect(report).toMatchObject({
    counterfactual: true,
    original: { calls: 3, failed: 1 },
    modified: { calls: 3, failed: 0 },
    changedResults: 2,
  });
  expect(report.divergence).toMatchObject({
    position: '@5',
    call: 3,
    expected: 'threw TypeError: no price',
    actual: 'returned 3',
  });
});

test('equal results part where own state differs; equal runs do not part', async () => {
  const tape = await makeTape();
  const differing = fakeReplay((request) =>
    result([replayed(1)], { state: { 'src/stock.ts': { deliveries: number(isChanged(request) ? 2 : 1) } } }),
  );
  expect(await replayWith(tape, changes, {}, differing.means)).toMatchObject({
    changedResults: 0,
    divergence: { place: 'src/stock.ts', what: 'state deliveries', expected: '1', actual: '2' },
    modified: { state: { 'src/stock.ts': { deliveries: '2' } } },
  });
  const same = fakeReplay(() => result([replayed(1)]));
  expect(await replayWith(tape, changes, {}, same.means)).toMatchObject({ divergence: null, changedResults: 0 });
});

test('a modified run that stops names why', async () => {
  const { means } = fakeReplay((request) =>
    isChanged(request)
      ? result([replayed(1)], { first: { ...divergence, what: 'ask', actual: 'stock.get("Z")' } })
      : result([replayed(1), replayed(3)]),
  );
  expect(await replayWith(await makeTape(), changes, {}, means)).toMatchObject({
    changedResults: 1,
    divergence: { call: 3, actual: 'not reached: ask at src/stock.ts:3 (stock.get("Z"))' },
  });
});

test('a change of something that is not on the tape is refused before anything runs', async () => {
  const { means, requests } = fakeReplay(() => result([]));
  const tape = await makeTape();
  await expect(replayWith(tape, { 'src/cart.ts': { a: 1 } }, {}, means)).rejects.toMatchObject({ code: 'DS4096' });
  await expect(replayWith(tape, { 'src/stock.ts': { keepSold: 1 } }, {}, means)).rejects.toMatchObject({
    code: 'DS4097',
    message: expect.stringContaining('keepSoldOut'),
  });
  expect(requests).toEqual([]);
});
