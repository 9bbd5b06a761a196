// What an object has besides plain properties reaches the other side, and never compares equal by accident.
import { types } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../../src/core/instrument/runtime/bytes.ts';
import { classify, useProxyTest } from '../../../../src/core/instrument/runtime/classify.ts';
import { Encoder } from '../../../../src/core/instrument/runtime/encode.ts';
import { listIntrinsics } from '../../../../src/core/instrument/runtime/intrinsics.ts';
import { Kind, setExtra, setKind } from '../../../../src/core/instrument/runtime/marks.ts';
import { createRecorder } from '../../../../src/core/instrument/runtime/recorder.ts';
import { makeRedaction } from '../../../../src/core/instrument/runtime/redaction.ts';
import { skipValue } from '../../../../src/core/replay/inside/cursor.ts';
import { Decoder } from '../../../../src/core/replay/inside/decode.ts';

const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
const makeEncoder = (): Encoder => new Encoder(intrinsics, makeRedaction(), { nodes: 10_000, string: 10_000 });

function bytesOf(value: unknown): { readonly bytes: Uint8Array; readonly lossy: boolean } {
  const encoder = makeEncoder();
  const out = new ByteWriter(1024);
  encoder.begin();
  encoder.value(out, value);
  return { bytes: out.bytes.slice(0, out.at), lossy: encoder.lossy };
}

function across<T>(value: T, classes: readonly (readonly [number, { readonly prototype: object }])[] = []): T {
  const { bytes, lossy } = bytesOf(value);
  expect(lossy).toBe(false);
  const reader = new ByteReader(bytes);
  skipValue(reader);
  expect(reader.at).toBe(bytes.length);
  const decoder = new Decoder(makeEncoder());
  for (const [number, made] of classes) decoder.classes.set(number, made);
  return decoder.read(new ByteReader(bytes)) as T;
}

const key = Symbol('key');
const own = <T extends object>(made: T, number: number): T => {
  setKind(made, Kind.ownFunction);
  setExtra(made, number);
  return made;
};

test('symbol keys, hidden properties and their attributes', () => {
  const value = Object.defineProperties({ a: 1 } as Record<PropertyKey, unknown>, {
    [key]: { value: { deep: 1 }, enumerable: true, writable: true, configurable: true },
    hidden: { value: [2], enumerable: false, writable: false, configurable: false },
  });
  const there = across(value);
  const [symbol] = Object.getOwnPropertySymbols(there);
  expect(symbol?.description).toBe('key');
  expect(there[symbol!]).toEqual({ deep: 1 });
  expect(Object.keys(there)).toEqual(['a']);
  expect(Reflect.getOwnPropertyDescriptor(there, 'hidden')).toEqual({
    value: [2],
    enumerable: false,
    writable: false,
    configurable: false,
  });
});

test('named properties of a list, and those of a match', () => {
  const match = across(/(?<digit>\d)/.exec('a1')!);
  expect([...match, match.index, match.input, match.groups?.['digit']]).toEqual(['1', '1', 1, 'a1', '1']);
  const sparse: unknown[] = Object.assign([1], { extra: 4 });
  sparse[2] = 3;
  expect(Object.entries(across(sparse))).toEqual(Object.entries(sparse));
});

test('properties of Maps, errors, dates and bytes', () => {
  const withNote = <T extends object>(value: T): T => Object.assign(value, { note: 1, [key]: 2 });
  for (const value of [new Map([[1, 2]]), new Set([1]), new Date(5), new Error('x'), new Uint8Array([1, 2]), /a/g]) {
    const there = across(withNote(value)) as { note?: number };
    expect(there.note).toBe(1);
    expect(Object.getOwnPropertySymbols(there)).toHaveLength(1);
  }
});

test('what is frozen, sealed or closed to new properties stays so', () => {
  expect(Object.isFrozen(across(Object.freeze({ a: 1 })))).toBe(true);
  expect(Object.isFrozen(across(Object.freeze(['a'])))).toBe(true);
  expect(Object.isSealed(across(Object.seal({ a: 1 })))).toBe(true);
  expect(Object.isFrozen(across(Object.seal({ a: 1 })))).toBe(false);
  expect(Object.isExtensible(across(Object.preventExtensions({ a: 1 })))).toBe(false);
});

test('accessors of own code', () => {
  const get = own(() => 5, 7);
  const { bytes, lossy } = bytesOf(Object.defineProperty({}, 'a', { get, enumerable: true, configurable: true }));
  expect(lossy).toBe(false);
  const decoder = new Decoder(makeEncoder());
  decoder.know(
    2,
    own(() => 6, 7),
  );
  expect((decoder.read(new ByteReader(bytes)) as { a: number }).a).toBe(6);
  expect(
    bytesOf({
      get a() {
        return 1;
      },
    }).lossy,
  ).toBe(true);
});

test('instances of classes that extend Map, Set, Array, Date and Error', () => {
  const make = {
    map: own(class extends Map<unknown, unknown> {}, 11),
    set: own(class extends Set<unknown> {}, 12),
    list: own(class extends Array<unknown> {}, 13),
    date: own(class extends Date {}, 14),
    error: own(
      class Failed extends Error {
        code = 3;
      },
      15,
    ),
  };
  const classes = Object.values(make).map((each, at) => [11 + at, each] as const);
  const value = {
    map: Object.assign(new make.map([[1, 2]]), { size2: 1 }),
    set: new make.set([3]),
    list: make.list.from([1, 2]),
    date: new make.date(9),
    error: new make.error('no'),
  };
  const there = across(value, classes);
  expect(there.map).toBeInstanceOf(make.map);
  expect([...there.map, ...there.set, ...there.list]).toEqual([[1, 2], 3, 1, 2]);
  expect(there.list).toBeInstanceOf(make.list);
  expect(Number(there.date)).toBe(9);
  expect([there.error instanceof make.error, there.error.message, there.error.code]).toEqual([true, 'no', 3]);
  expect(types.isNativeError(there.error)).toBe(true);
});

test.each([
  ['a symbol', { [key]: 1 }, { [key]: 2 }],
  ['no symbol', { [key]: 1 }, {}],
  ['a hidden property', Object.defineProperty({}, 'a', { value: 1 }), Object.defineProperty({}, 'a', { value: 2 })],
  ['visibility', Object.defineProperty({}, 'a', { value: 1 }), { a: 1 }],
  ['a name in a list', Object.assign([1], { a: 1 }), [1]],
])('values that differ in %s have different bytes', (_name, one, other) => {
  expect(bytesOf(one).bytes).not.toEqual(bytesOf(other).bytes);
});

test('what cannot be told is cut', () => {
  expect(bytesOf(new (own(class extends RegExp {}, 21))('a')).lossy).toBe(true);
  expect(
    bytesOf({
      get a() {
        return 1;
      },
    }).lossy,
  ).toBe(true);
});

afterEach(() => useProxyTest(types.isProxy));

test('whether an object is a proxy is what the agent says: old versions of Node tell nobody else', () => {
  const proxies = new WeakSet<object>();
  createRecorder({
    now: () => 0,
    send: () => undefined,
    defer: () => undefined,
    redact: [],
    maxBytesPerSecond: 1,
    isProxy: (value) => proxies.has(value),
  });
  const value = { a: 1 };
  expect(classify(value, intrinsics, true)).toBe(Kind.data);
  proxies.add(value);
  expect(classify(value, intrinsics, true)).toBe(Kind.foreign);
});
