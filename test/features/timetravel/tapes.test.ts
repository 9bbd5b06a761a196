import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findPosition } from '../../../src/features/timetravel/position.ts';
import { listCalls, listTapes, open, tapeGaps } from '../../../src/features/timetravel/tapes.ts';
import { makeDecoder, makeTape } from './fixture.ts';

test('calls are found by what is asked for, page by page', async () => {
  const tape = await makeTape();
  const numbers = async (query: Parameters<typeof listCalls>[1]) => {
    const { total, calls } = await listCalls(tape, query, makeDecoder);
    return { total, calls: calls.map(({ call }) => call) };
  };
  expect(await numbers({})).toEqual({ total: 4, calls: [1, 2, 3, 4] });
  expect(await numbers({ roots: true, offset: 1, limit: 1 })).toEqual({ total: 3, calls: [3] });
  expect(await numbers({ failed: true })).toEqual({ total: 1, calls: [3] });
  expect(await numbers({ name: 'CHECKOUT' })).toEqual({ total: 2, calls: [1, 3] });
});

test('a folder lists its tapes, closed or not, and leaves out what cannot be read', async () => {
  const path = await makeTape();
  const directory = dirname(path);
  copyFileSync(await makeTape({ closed: false }), join(directory, 'open.tape'));
  writeFileSync(join(directory, 'wrong.tape'), 'no tape');
  const tapes = await listTapes(directory, makeDecoder);
  expect(
    tapes
      .map(({ complete, events, gaps }) => ({ complete, events, gaps }))
      .toSorted((a, b) => Number(a.complete) - Number(b.complete)),
  ).toEqual([
    { complete: false, events: 8, gaps: 2 },
    { complete: true, events: 8, gaps: 1 },
  ]);
  expect(await listTapes(join(directory, 'none'), makeDecoder)).toEqual([]);
});

test('the cut of an unclosed tape is a gap that names the calls it left open', async () => {
  const gaps = await tapeGaps(await makeTape({ closed: false }), makeDecoder);
  expect(gaps).toContainEqual(expect.objectContaining({ reason: 'cut', calls: [4] }));
});

test.each([
  ['#3', 5],
  ['@6', 6],
  ['2.9ms', 5],
  ['0.003s', 5],
  ['1500 us', 1],
  ['0ms', 0],
  ['half', 4],
])('%s is a moment', async (text, event) => {
  using tape = open(await makeTape(), makeDecoder);
  expect(findPosition(tape, text)).toBe(event);
});

test.each([
  ['soon', 'DS4092'],
  ['1h', 'DS4093'],
  ['@99', 'DS4093'],
  ['#99', 'DS4091'],
])('%s is refused', async (text, code) => {
  using tape = open(await makeTape(), makeDecoder);
  expect(() => findPosition(tape, text)).toThrow(expect.objectContaining({ code }));
});
