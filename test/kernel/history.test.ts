import { expect, it } from 'vitest';
import { History } from '../../src/kernel/history.ts';

const filled = (): History => {
  const history = new History();
  ['let a = 1', 'a + 1', 'let b = 2', 'a + 1'].forEach((input, index) => {
    const entry = history.add(index + 1, input);
    if (input === 'a + 1') entry.output = '2';
  });
  return history;
};

it('gives the tail, newest last, with or without output', () => {
  expect(filled().find({ kind: 'tail', n: 2, output: false })).toEqual([
    [1, 3, 'let b = 2'],
    [1, 4, 'a + 1'],
  ]);
  expect(filled().find({ kind: 'tail', n: 2, output: true })).toEqual([
    [1, 3, ['let b = 2', null]],
    [1, 4, ['a + 1', '2']],
  ]);
  expect(filled().find({ kind: 'tail', n: 0, output: false })).toEqual([]);
});

it('gives a range, its end excluded', () => {
  expect(
    filled()
      .find({ kind: 'range', session: 0, start: 2, stop: 4, output: false })
      .map(([, line]) => line),
  ).toEqual([2, 3]);
  expect(filled().find({ kind: 'range', session: -1, start: 1, output: false })).toEqual([]);
});

it('searches by glob, and characters of a pattern that mean something elsewhere mean themselves', () => {
  expect(
    filled()
      .find({ kind: 'search', pattern: 'let*', output: false })
      .map(([, line]) => line),
  ).toEqual([1, 3]);
  expect(
    filled()
      .find({ kind: 'search', pattern: 'a + ?', output: false, unique: true })
      .map(([, line]) => line),
  ).toEqual([4]);
  expect(filled().find({ kind: 'search', pattern: 'a (', output: false })).toEqual([]);
});

it('keeps the newest when it is full', () => {
  const history = new History(10);
  for (let line = 1; line <= 100; line++) history.add(line, String(line));
  const lines = history.find({ kind: 'tail', output: false }).map(([, line]) => line);
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(lines.at(-1)).toBe(100);
});
