import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatLiveName, formatStep, parseLiveName, type LiveStep } from '../../../src/core/targets/live-name.ts';

describe('parseLiveName', () => {
  test.each<[string, string, string | undefined, string[]]>([
    ["src/cart.ts#carts.get('42').items[0]", 'src/cart.ts', 'carts', ['.get("42")', 'items', '[0]']],
    ['src/cart.ts', 'src/cart.ts', undefined, []],
    ['a b/c.mjs#$x', 'a b/c.mjs', '$x', []],
    ['a.js#cart.#secret.name', 'a.js', 'cart', ['#secret', 'name']],
    ['a.js#o["a b"]["it\'s"]', 'a.js', 'o', ['["a b"]', '["it\'s"]']],
    ["a.js#o['q\"\\n\\u{1f600}']", 'a.js', 'o', ['["q\\"\\n😀"]']],
    ['a.js#o["plain"]', 'a.js', 'o', ['plain']],
    [
      'a.js#m.get(7).get(true).get(null).get(1n).get(undefined)',
      'a.js',
      'm',
      ['.get(7)', '.get(true)', '.get(null)', '.get(1n)', '.get(undefined)'],
    ],
    [
      'a.js#o[Symbol.iterator][Symbol(my thing)][Symbol.for("k")]',
      'a.js',
      'o',
      ['[Symbol.iterator]', '[Symbol(my thing)]', '[Symbol.for("k")]'],
    ],
    ['a.js#o?.getter.get', 'a.js', 'o', ['getter', 'get']],
    ['a.js#o[-1]', 'a.js', 'o', ['["-1"]']],
    ['a.js#größe.ü', 'a.js', 'größe', ['ü']],
  ])('%s', (text, module, member, steps) => {
    const name = parseLiveName(text);
    expect(name.module).toBe(module);
    expect(name.member).toBe(member);
    expect(name.steps.map(formatStep)).toEqual(steps);
  });

  test.each([
    ['#x', 0],
    ['a.js#', 5],
    ['a.js#1x', 5],
    ['a.js#x..y', 7],
    ['a.js#x[', 7],
    ['a.js#x["a', 7],
    ['a.js#x.get(y)', 11],
    ['a.js#x.get("k"', 14],
    ['a.js#x y', 6],
  ])('refuses %s at %i', (text, position) => {
    expect(() => parseLiveName(text)).toThrow(
      expect.objectContaining({ code: 'DS5020', details: expect.objectContaining({ position }) }),
    );
  });

  test('reads back whatever it writes', () => {
    const step: fc.Arbitrary<LiveStep> = fc.oneof(
      fc
        .string({ unit: 'grapheme' })
        .filter((name) => !/^\d+$/.test(name))
        .map((name): LiveStep => ({ kind: 'property', name })),
      fc.nat().map((index): LiveStep => ({ kind: 'index', index })),
      fc.constantFrom('a', '$b', 'été').map((name): LiveStep => ({ kind: 'private', name })),
      fc
        .oneof(
          fc.string({ unit: 'binary' }),
          fc.integer(),
          fc.double(),
          fc.boolean(),
          fc.bigInt(),
          fc.constant(null),
          fc.constant(undefined),
        )
        .map((key): LiveStep => ({ kind: 'entry', key })),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const text = formatLiveName({ module: 'src/a.ts', member: 'x', steps });
        expect(parseLiveName(text)).toEqual({ module: 'src/a.ts', member: 'x', steps });
      }),
    );
  });
});
