// A wrong value on a tape is found where it shows. The long run has more of the same (test/long/corruption.ts).
import { expect, test } from 'vitest';
import { corruption } from '../support/programs/corrupt.ts';
import { fixedSource } from '../support/programs/generate.ts';
import { checkPrograms } from '../support/programs/run.ts';

test('one wrong value in the recording of a program is found at its place', { timeout: 240_000 }, async () => {
  const counts = { given: 0, taken: 0, unused: 0, unchecked: 0 };
  expect(await checkPrograms(300_000, 40, await corruption(counts))).toEqual([]);
  expect(counts.given).toBeGreaterThan(30);
  expect(counts.taken).toBeGreaterThan(counts.unused);
  expect(counts.unchecked).toBeLessThan(4);
});

test('a wrong answer is found in what an asynchronous function settles with', async () => {
  const counts = { given: 0, taken: 0, unused: 0, unchecked: 0 };
  const check = await corruption(counts);
  const body = 'async function f0(a) { return (async () => ({ n: (await a) ?? num() }))(); }';
  for (let seed = 1; seed < 20; seed++) {
    const steps = [{ wait: 0, kind: 'call', fn: 0, args: ['promise'] }] as const;
    expect(await check({ source: `${fixedSource}${body}\n`, steps, seed })).toBeUndefined();
  }
  expect(counts.taken).toBeGreaterThan(counts.unused);
  expect(counts.unchecked).toBe(0);
});
