import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode } from '../../../src/core/sandbox/codec.ts';
import type { CodecSide } from '../../../src/core/sandbox/codec.ts';

const side: CodecSide = {
  refer: (value) => (typeof value === 'function' ? { $: 'named', name: value.name } : undefined),
  resolve: (reference) => `resolved ${String(reference['name'])}`,
};
const across = (value: unknown): unknown => decode(JSON.parse(JSON.stringify(encode(value, side))), side);

test('a property of its own by the name of the prototype is one more property', () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": 1}, "$": 2, "b": [{"__proto__": 3}]}');
  const back = across(value) as object;
  expect(back).toEqual(value);
  expect(Object.keys(back)).toEqual(['__proto__', '$', 'b']);
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
});

test('a date that is none stays so', () => {
  expect(Number((across(new Date(Number.NaN)) as Date).getTime())).toBeNaN();
});

test('data crosses unchanged', () => {
  const data = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: false,
    withSparseArray: false,
  });
  fc.assert(
    fc.property(data, (value) => {
      expect(across(value)).toEqual(value);
    }),
  );
});

test('what JSON loses is kept', () => {
  const value = { nan: NaN, zero: -0, none: undefined, big: 2n, $: 'tag', re: /a/gi, buffer: Buffer.from('hi') };
  const back = across(value) as typeof value;
  expect(back).toEqual(value);
  expect(Object.is(back.zero, -0)).toBe(true);
  expect(Object.hasOwn(back, 'none')).toBe(true);
  expect(Buffer.isBuffer(back.buffer)).toBe(true);
});

test('errors keep name, message and data', () => {
  const back = across(Object.assign(new RangeError('far'), { code: 'E1' })) as RangeError & { code: string };
  expect(back).toBeInstanceOf(RangeError);
  expect([back.message, back.code]).toEqual(['far', 'E1']);
});

test('behaviour crosses as a reference', () => {
  expect(across({ f: function work() {} })).toEqual({ f: 'resolved work' });
});

test('data that refers to itself is refused', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  expect(() => encode(loop, side)).toThrow(/refers to itself/);
});
