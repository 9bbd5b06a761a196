// Generated programs: recorded while foreign code answers as it likes, they replay exactly from the tape alone; and with a
// recording they do what they do without one. The long run has more of the same (test/long/programs.ts).
import { beforeAll, describe, expect, test } from 'vitest';
import { fixedSource } from '../support/programs/generate.ts';
import type { Step } from '../support/programs/generate.ts';
import { checkPrograms, exactness, neutrality } from '../support/programs/run.ts';
import type { Check } from '../support/programs/run.ts';

const checks = {} as Record<'shuffled' | 'wild' | 'neutral', Check>;
beforeAll(async () => {
  checks.shuffled = await exactness('shuffled');
  checks.wild = await exactness('wild');
  checks.neutral = await neutrality();
});

const limit = 240_000;

test('programs replay exactly, whatever foreign code does in between', { timeout: limit }, async () => {
  expect(await checkPrograms(1, 160, checks.shuffled)).toEqual([]);
});

test('programs replay exactly where foreign code is driven by timers', { timeout: limit }, async () => {
  expect(await checkPrograms(100_000, 50, checks.wild)).toEqual([]);
});

test('programs do with a recording what they do without', { timeout: limit }, async () => {
  expect(await checkPrograms(200_000, 120, checks.neutral)).toEqual([]);
});

const call = (...args: readonly string[]): Step => ({ wait: 0, kind: 'call', fn: 0, args });

/** What generated programs have brought to light, each as small as it goes. */
const found: readonly (readonly [string, string, readonly Step[]])[] = [
  [
    'an own class extends an own class',
    'function f0() { box = new Wide(1); return [box.add(2), box instanceof Box]; }',
    [call(), call()],
  ],
  ['a symbol of a module crosses', 'function f0() { tell(unique); return unique; }', [call()]],
  ['an own error has a computed name', "function f0() { throw new Oops('own', 1); }", [call(), call()]],
  [
    'own code iterates its own asynchronous generator',
    'async function f0(a) { const g = agen(3, a); await g.next(); for await (const x of g) tell(x); }',
    [call('promise')],
  ],
  [
    'a thenable of foreign code is plain data',
    'async function f0() { const x = await lazy(); return [x, await new Promise((resolve) => resolve(lazy()))]; }',
    [call()],
  ],
  [
    'a plain object of foreign code can be gone through',
    'async function f0() { for await (const x of stream()) tell(x); }',
    [call()],
  ],
  [
    'an await throws in a loop over something foreign',
    'async function f0() { for (const x of thing()) await fail(); }',
    [call(), call()],
  ],
  [
    'an await throws in a loop over own code',
    'function* own() { try { yield 1; yield 2; } finally { tell(num()); } }\nasync function f0() { for (const x of own()) await fail(); }',
    [call(), call()],
  ],
  [
    'an await throws in an asynchronous loop',
    'async function f0() { for await (const x of stream()) await fail(); }',
    [call(), call()],
  ],
  [
    'nothing catches an await that throws while foreign code enters',
    'async function f0() { often(() => num()); await Promise.all([fail(), fail()]); }',
    [call(), call(), call(), call()],
  ],
  [
    'resolving functions are shown to foreign code',
    'function f0() { return new Promise((resolve, reject) => { tell(resolve, reject); later(resolve); }); }',
    [call()],
  ],
  [
    'nobody handles a rejection with an own error whose name is computed',
    "async function f0() { await null; throw new Oops('own', 1); }\nfunction f1() { f0(); }",
    [{ ...call(), fn: 1 }, call()],
  ],
  [
    'an asynchronous function returns promises',
    'async function f0(a) { try { return agen(2, a).next(); } finally { tell(1); } }\nasync function f1() { try { return fail(); } finally { return lazy(); } }',
    [call('promise'), { ...call(), fn: 1 }, call('value')],
  ],
  [
    'a call waits for ever without asking anything',
    'async function f0() { await new Promise(() => {}); }',
    [call(), call()],
  ],
];

describe('found before', () => {
  test.each(found)('%s', async (_, body, steps) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const given = { source: `${fixedSource}${body}\n`, steps, seed };
      expect(await checks.shuffled(given)).toBeUndefined();
      expect(await checks.neutral(given)).toBeUndefined();
    }
  });
});
