import { types } from 'node:util';
import { describe, expect, it } from 'vitest';
import { makeRedaction } from '../../../../../src/core/instrument/runtime/redaction.ts';
import { makeDescriber } from '../../../../../src/core/targets/node/agent/describe.ts';
import { makeHandles } from '../../../../../src/core/targets/node/agent/handles.ts';
import { makeMembers } from '../../../../../src/core/targets/node/agent/members.ts';

const describer = makeDescriber(types, makeHandles(100), makeRedaction());
const members = makeMembers(types, describer);
const preview = (value: unknown) => describer.preview(value, undefined, 2);
const never = (): never => {
  throw new Error('code of the target ran');
};

describe('describing without running code of the target', () => {
  it('leaves getters, traps, toString, toStringTag and overridden intrinsics alone', () => {
    const trap = new Proxy({}, { get: never, ownKeys: never, getPrototypeOf: never, getOwnPropertyDescriptor: never });
    class Hostile extends Map<unknown, unknown> {
      override get size(): number {
        return never();
      }
      override get [Symbol.toStringTag](): string {
        return never();
      }
      override forEach = never;
      override toString = never;
    }
    const hostile = new Hostile([['k', trap]]);
    const under = Object.create(trap) as object;
    const date = Object.assign(new Date(0), { toISOString: never, getTime: never });
    const regexp = Object.defineProperty(/a/g, 'source', { get: never });
    const error = Object.defineProperty(new Error('said'), 'stack', { get: never });
    const constructorTrap = Object.create(Object.create(null, { constructor: { get: never } })) as object;
    for (const value of [trap, hostile, under, date, regexp, error, constructorTrap, { trap, hostile, under }]) {
      expect(() => [describer.describe(value), preview(value), members.list(value, 0, 100)]).not.toThrow();
    }
    expect(preview(hostile)).toContain('"k" → Proxy');
    expect(preview(date)).toBe('1970-01-01T00:00:00.000Z');
  });

  it.each([
    [{ a: 1, 'b c': [1, 'x'] }, '{ a: 1, "b c": [ 1, "x" ] }'],
    [[], '[]'],
    [new Set([1]), 'Set(1) { 1 }'],
    [
      { password: 'p', Authorization: 'x', note: 'Bearer abcdefghijkl' },
      '{ password: [redacted], Authorization: [redacted], note: "[redacted]" }',
    ],
    [new Map([['token', 'x']]), 'Map(1) { "token" → [redacted] }'],
    [-0, '-0'],
    [10n, '10n'],
    [new RangeError('far'), 'RangeError: far'],
    [Object.create(null), 'Object <null> {}'],
  ])('%#: %s', (value, text) => expect(preview(value)).toBe(text));

  it('steps lead back to what they came from', () => {
    const symbol = Symbol('s');
    const value = {
      plain: 1,
      'a b': 2,
      [symbol]: 3,
      [Symbol.for('r')]: 4,
      nested: new Map<unknown, unknown>([
        ['k"', 5],
        [7, 6],
        [null, 7],
        [{}, 8],
      ]),
    };
    for (const member of members.list(value, 0, 100)) expect(members.find(value, member.step).ok).toBe(true);
    const entries = members.list(value.nested, 0, 100);
    expect(entries.map((each) => each.step)).toEqual(['.get("k\\"")', '.get(7)', '.get(null)', '.entry(3)']);
    expect(entries.map((each) => (members.find(value.nested, each.step) as { value: unknown }).value)).toEqual([
      5, 6, 7, 8,
    ]);
  });

  it('assigns data and refuses what would run code', () => {
    const value = {
      a: 1,
      get g() {
        return never();
      },
      m: new Map([['k', 1]]),
    };
    expect(members.assign(value, 'a', 2)).toBeUndefined();
    expect(members.assign(value.m, '.get("k")', 3)).toBeUndefined();
    expect([value.a, value.m.get('k')]).toEqual([2, 3]);
    expect(members.assign(value, 'g', 1)).toContain('getter');
    expect(members.assign(Object.freeze({ f: 1 }), 'f', 2)).toContain('read-only');
    expect(members.assign(new Proxy({}, { set: never }), 'x', 1)).toContain('proxy');
  });

  it('lists ranges of what is large without listing all of it', () => {
    const list = Array.from({ length: 50_000 }, (_, i) => i);
    expect(members.list(list, 40_000, 2).map((each) => each.step)).toEqual(['[40000]', '[40001]']);
    expect(members.list(new Map(list.map((i) => [i, i])), 10, 1).map((each) => each.step)).toEqual(['.get(10)']);
  });
});
