import { expect, it } from 'vitest';
import type { TapeValue } from '../../../src/core/tape/events.ts';
import { errorText, renderValue, toPlainJson } from '../../../src/core/tape/render.ts';

const num = (v: number): TapeValue => ({ t: 'num', v });
const str = (v: string): TapeValue => ({ t: 'str', v });
const many: TapeValue = { t: 'array', id: 1, items: Array.from({ length: 5000 }, (_, i) => num(i)) };

it('writes values on one line', () => {
  const cases: [TapeValue, string][] = [
    [{ t: 'undefined' }, 'undefined'],
    [{ t: 'inf' }, 'Infinity'],
    [str('a\n"b"'), '"a\\n\\"b\\""'],
    [{ t: 'object', id: 1, keys: ['id', 'a-b'], items: [num(1), { t: 'ref', id: 1 }] }, '{ id: 1, "a-b": <#1> }'],
    [{ t: 'map', id: 1, items: [str('k'), num(1)] }, 'Map(1) { "k" → 1 }'],
    [{ t: 'set', id: 1, items: [] }, 'Set(0) {}'],
    [{ t: 'instance', id: 1, cls: 'Cart', place: 'src/cart.ts:3', keys: ['n'], items: [num(1)] }, 'Cart { n: 1 }'],
    [{ t: 'date', id: 1, v: 0 }, 'Date(1970-01-01T00:00:00.000Z)'],
    [{ t: 'bytes', id: 1, cls: 'Buffer', v: 'AQID' }, 'Buffer(3 bytes)'],
    [{ t: 'function', id: 1, place: 'src/a.ts:1', name: 'total' }, 'ƒ total(src/a.ts:1)'],
    [{ t: 'cut', v: 'budget' }, '<cut: budget>'],
  ];
  for (const [value, text] of cases) expect(renderValue(value)).toBe(text);
});

it('says what was thrown', () => {
  const error: TapeValue = { t: 'error', id: 1, cls: 'TypeError', keys: ['message'], items: [str('no\n price')] };
  expect(errorText(error)).toBe('TypeError: no price');
  expect(errorText(str('plain'))).toBe('"plain"');
  expect(renderValue(error)).toBe('[TypeError: no price]');
});

it('bounds what it gives', () => {
  expect(renderValue(many)).toBe('[ 0, 1, 2, 3, 4, 5, 6, 7, … 4992 more ]');
  expect(renderValue(str('x'.repeat(10_000))).length).toBeLessThanOrEqual(240);
  expect(JSON.stringify(toPlainJson(many)).length).toBeLessThan(2000);
  let deep: TapeValue = num(1);
  for (let id = 1; id < 10_000; id++) deep = { t: 'array', id, items: [deep] };
  expect(renderValue(deep)).toBe('[ [ [ [ 1 items ] ] ] ]');
  expect(JSON.stringify(toPlainJson(deep)).length).toBeLessThan(200);
});

it('gives JSON, with marks where JSON has no word', () => {
  const value: TapeValue = {
    t: 'object',
    id: 1,
    keys: ['m', 'self', 's', 'n'],
    items: [
      { t: 'map', id: 2, items: [str('k'), num(1)] },
      { t: 'ref', id: 1 },
      { t: 'set', id: 3, items: [num(2)] },
      { t: 'nan' },
    ],
  };
  expect(toPlainJson(value)).toEqual({ m: { $map: [['k', 1]] }, self: { $ref: 1 }, s: { $set: [2] }, n: 'NaN' });
});
