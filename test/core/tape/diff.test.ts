import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, firstDifference, firstDifferenceOfLists } from '../../../src/core/tape/diff.ts';
import type { TapeValue } from '../../../src/core/tape/events.ts';

type Plain =
  | null
  | boolean
  | number
  | string
  | Plain[]
  | { [key: string]: Plain }
  | Map<Plain, Plain>
  | Set<Plain>
  | Uint8Array;

/** Plain data as recorded values; `shift` stands for another numbering. */
function record(data: unknown, shift = 0): TapeValue {
  const ids = new Map<object, number>();
  const walk = (value: unknown): TapeValue => {
    if (value === undefined || value === null) return { t: value === null ? 'null' : 'undefined' };
    if (typeof value === 'boolean') return { t: 'bool', v: value };
    if (typeof value === 'number')
      return Object.is(value, -0) ? { t: '-0' } : Number.isNaN(value) ? { t: 'nan' } : { t: 'num', v: value };
    if (typeof value === 'string') return { t: 'str', v: value };
    const object = value as object;
    const seen = ids.get(object);
    if (seen !== undefined) return { t: 'ref', id: seen };
    const id = ids.size + 1 + shift;
    ids.set(object, id);
    if (Array.isArray(object)) return { t: 'array', id, items: object.map(walk) };
    if (object instanceof Map)
      return { t: 'map', id, items: [...object].flatMap(([key, item]) => [walk(key), walk(item)]) };
    if (object instanceof Set) return { t: 'set', id, items: [...object].map(walk) };
    if (object instanceof Uint8Array)
      return { t: 'bytes', id, cls: 'Uint8Array', v: Buffer.from(object).toString('base64') };
    return { t: 'object', id, keys: Object.keys(object), items: Object.values(object).map(walk) };
  };
  return walk(data);
}

const plain = fc.letrec<{ tree: Plain }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 5 }) as fc.Arbitrary<{ [key: string]: Plain }>,
    fc.array(fc.tuple(fc.string(), tie('tree')), { maxLength: 4 }).map((entries) => new Map<Plain, Plain>(entries)),
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => new Set(items)),
    fc.uint8Array({ maxLength: 12 }),
  ),
})).tree;

const hasLoss = (value: TapeValue): boolean =>
  value.t === 'cut' || ('items' in value && (value.items ?? []).some(hasLoss));

/** Every place in a value: how to build the value again with another one there. */
function places(value: TapeValue): ((replacement: TapeValue) => TapeValue)[] {
  const own = [(replacement: TapeValue): TapeValue => replacement];
  if (!('items' in value)) return own;
  const items = value.items ?? [];
  return [
    ...own,
    ...items.flatMap((item, at) =>
      places(item).map((put) => (replacement: TapeValue): TapeValue => ({
        ...value,
        items: items.with(at, put(replacement)),
      })),
    ),
  ];
}

describe('the value diff', () => {
  it('finds nothing between a value and itself, whatever the numbers', () => {
    fc.assert(
      fc.property(plain, (data) => {
        expect(hasLoss(record(data))).toBe(false);
        expect(firstDifference(record(data), record(data, 1000))).toBeUndefined();
      }),
    );
  });

  it('finds exactly one planted change, in both directions', () => {
    fc.assert(
      fc.property(plain, fc.nat(), (data, seed) => {
        const value = record(data);
        const all = places(value);
        const planted: TapeValue = { t: 'big', v: '987654321' };
        const changed = (all[seed % all.length] as (v: TapeValue) => TapeValue)(planted);
        const found = firstDifference(value, changed);
        expect(found?.actual).toBe('987654321n');
        expect(firstDifference(changed, value)?.path).toBe(found?.path);
      }),
    );
  });

  it('names the place as one would write it', () => {
    const at = (a: unknown, b: unknown): unknown => {
      const found = firstDifference(record(a), record(b), { root: 'result' });
      return found && [found.path, found.expected, found.actual];
    };
    expect(at({ items: [{ price: 1 }, { price: 2 }] }, { items: [{ price: 1 }, { price: 3 }] })).toEqual([
      'result.items[1].price',
      '2',
      '3',
    ]);
    expect(at(new Map([['42', { n: 1 }]]), new Map([['42', { n: 2 }]]))).toEqual(['result.get("42").n', '1', '2']);
    expect(at(new Set([1, 2]), new Set([1, 3]))).toEqual(['result.values()[1]', '2', '3']);
    expect(at({ 'a b': 1 }, { 'a b': undefined })).toEqual(['result["a b"]', '1', 'undefined']);
    expect(at({ a: 1 }, { a: 1, b: 2 })).toEqual(['result.b', '<absent>', '2']);
    expect(at([1], [1, 2])).toEqual(['result[1]', '<absent>', '2']);
    expect(at({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual(['Object.keys(result)[0]', '"a"', '"b"']);
    expect(at(0, -0)).toEqual(['result', '0', '-0']);
    expect(at(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toEqual([
      'result',
      'Uint8Array(2 bytes)',
      'Uint8Array(2 bytes)',
    ]);
    const args = [record('x'), record({ items: [1, { price: 2 }] })];
    expect(firstDifferenceOfLists(args, [record('x'), record({ items: [1, { price: 9 }] })])?.path).toBe(
      'args[1].items[1].price',
    );
  });

  it('follows cycles and tells a shared object from an equal one', () => {
    const loop = (n: number): unknown => {
      const node: Record<string, unknown> = { n };
      node['self'] = node;
      return node;
    };
    expect(firstDifference(record(loop(1)), record(loop(1), 7))).toBeUndefined();
    expect(firstDifference(record(loop(1)), record(loop(2)))?.path).toBe('value.n');
    const shared = { n: 1 };
    expect(firstDifference(record([shared, shared]), record([{ n: 1 }, { n: 1 }]))?.path).toBe('value[1]');
  });

  it('takes what was cut or redacted as different from everything, itself too', () => {
    for (const t of ['cut', 'redacted'] as const)
      expect(firstDifference({ t, v: 'budget' }, { t, v: 'budget' })).toBeDefined();
  });

  it('compares foreign objects by number', () => {
    const foreign = (id: number): TapeValue => ({ t: 'foreign', id, cls: 'Socket', callable: false });
    expect(firstDifference(foreign(3), foreign(3))).toBeUndefined();
    expect(firstDifference(foreign(3), foreign(4))).toBeDefined();
    expect(firstDifference(foreign(3), foreign(4), { sameNumbering: false })).toBeUndefined();
  });

  it('is bounded, and survives values deeper than the stack', () => {
    const wide = record(Array.from({ length: 1000 }, (_, i) => i));
    expect(firstDifference(wide, wide, { nodes: 100 })?.expected).toBe('too large to compare');
    expect(differences(wide, record(Array.from({ length: 1000 }, (_, i) => -i - 1)), { limit: 7 })).toHaveLength(7);
    const chain = (end: number): TapeValue => {
      let value: TapeValue = { t: 'num', v: end };
      for (let id = 1; id < 50_000; id++) value = { t: 'array', id, items: [value] };
      return value;
    };
    expect(firstDifference(chain(1), chain(1))).toBeUndefined();
    expect(firstDifference(chain(1), chain(2))?.actual).toBe('2');
  });
});
