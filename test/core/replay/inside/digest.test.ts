import { expect, test } from 'vitest';
import { digest } from '../../../../src/core/replay/inside/digest.ts';

const deep = (leaf: unknown): unknown => ({ a: [{ b: new Map([['k', { c: new Set([leaf]) }]]) }] });
const cyclic = (name: string): object => {
  const made: { name: string; self?: object } = { name };
  made.self = made;
  return made;
};

test('the same values have the same digest, whoever made them', () => {
  for (const make of [
    () => deep(1),
    () => cyclic('x'),
    () => [1, 'a', null, undefined, 2n, NaN, new Date(5), /x/g],
    () => Object.assign(new TypeError('no'), { status: 404 }),
    () => new Uint8Array([1, 2, 3]),
  ])
    expect(digest(make())).toBe(digest(make()));
});

test.each([
  [deep(1), deep(2)],
  [cyclic('x'), cyclic('y')],
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  [
    ['ab', 'c'],
    ['a', 'bc'],
  ],
  [0, -0],
  [1, '1'],
  [null, undefined],
  [[[1], 2], [[1, 2]]],
  [new Error('a'), new TypeError('a')],
  [new Date(1), new Date(2)],
  [Array.from({ length: 12 }, (_, i) => i), Array.from({ length: 12 }, (_, i) => (i === 11 ? 0 : i))],
  ['x'.repeat(90) + 'a', 'x'.repeat(90) + 'b'],
])('different values have different digests: %o, %o', (a, b) => {
  expect(digest(a)).not.toBe(digest(b));
});

test('a stack and getters are not looked at', () => {
  let ran = 0;
  const value = {
    get x() {
      return ++ran;
    },
  };
  digest(value);
  expect(ran).toBe(0);
  const make = (): Error => new Error('same');
  const [one, two] = [make(), make()];
  two.stack = 'elsewhere';
  expect(digest(one)).toBe(digest(two));
});
