import { expect, test } from 'vitest';
import { formatBytes, formatDuration, parseBytes, parseDuration } from '../../src/magics/quantities.ts';
import { nearest } from '../../src/magics/suggest.ts';
import { cutLine, splitInterpolations } from '../../src/magics/words.ts';

test.each([
  ['a  b', ['a', 'b']],
  [`'a b' "c d"`, ['a b', 'c d']],
  ['a\\ b', ['a b']],
  ['"say \\"hi\\""', ['say "hi"']],
  ['C:\\dir\\x', ['C:\\dir\\x']],
  [`src/a.ts#m.get("k k").x`, ['src/a.ts#m.get(k k).x']],
  ["it's fine", ["it's", 'fine']],
  ['""', ['']],
])('%s', (line, words) => {
  expect(cutLine([line]).words.map((word) => word.text)).toEqual(words);
});

test('a word knows how it was written', () => {
  expect(cutLine([`a src/a.ts#m.get("k k").x `]).words[1]).toMatchObject({
    raw: 'src/a.ts#m.get("k k").x',
    start: 2,
    end: 25,
  });
});

test('$(…) takes brackets, quotes and templates within', () => {
  expect(splitInterpolations('a $(f(")", [1])) b$(`${x})`)')).toEqual({
    texts: ['a ', ' b', ''],
    expressions: ['f(")", [1])', '`${x})`'],
  });
  expect(splitInterpolations('cost \\$(x)')).toEqual({ texts: ['cost $(x)'], expressions: [] });
});

test('durations and sizes', () => {
  expect(['10m', '1.5s', '250ms', '2h', '40', '5us'].map(parseDuration)).toEqual([
    600_000, 1500, 250, 7_200_000, 40, 0.005,
  ]);
  expect(['x', '', '1y', '-1s', '1 2'].map(parseDuration)).toEqual(Array(5).fill(undefined));
  expect(['64MB', '1KiB', '512', '1.5g'].map(parseBytes)).toEqual([67_108_864, 1024, 512, 1_610_612_736]);
  expect([0.25, 5.25, 15.4, 4200, 185_000].map(formatDuration)).toEqual([
    '250 µs',
    '5.3 ms',
    '15 ms',
    '4.2 s',
    '3 min 5 s',
  ]);
  expect([512, 1536, 5_347_738].map(formatBytes)).toEqual(['512 B', '1.5 KB', '5.1 MB']);
});

test('the nearest name, if it is near', () => {
  const names = ['record', 'replay', 'status', 'tape'];
  expect(['recrod', 'repaly', 'satus', 'Tape', 'xyz', 'foobar'].map((name) => nearest(name, names))).toEqual([
    'record',
    'replay',
    'status',
    'tape',
    undefined,
    undefined,
  ]);
});
