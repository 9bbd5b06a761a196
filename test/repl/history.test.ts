import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromLine, History, toLine } from '../../src/repl/history.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'history-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('is kept over sessions, newest first, cells of several lines whole', () => {
  const path = join(folder, 'h.jsonl');
  const history = new History(path);
  history.add('let a = 1;');
  history.add('for (;;) {\n  break;\n}');
  history.add('for (;;) {\n  break;\n}');
  history.add('  ');
  expect(new History(path).entries).toEqual(['for (;;) {\n  break;\n}', 'let a = 1;']);
});

test('two terminals at once lose nothing', () => {
  const path = join(folder, 'h.jsonl');
  const [a, b] = [new History(path), new History(path)];
  a.add('1');
  b.add('2');
  a.add('3');
  expect(new History(path).entries).toEqual(['3', '2', '1']);
});

test('a line that a crash cut off is left out', () => {
  const path = join(folder, 'h.jsonl');
  new History(path).add('whole');
  appendFileSync(path, '"cut o');
  expect(new History(path).entries).toEqual(['whole']);
});

test('does not grow for ever', () => {
  const path = join(folder, 'h.jsonl');
  const history = new History(path);
  for (let index = 0; index < 4100; index += 1) history.add(`${index}`);
  expect(new History(path).entries).toHaveLength(2000);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2000);
});

test('a home that cannot be written is no error', () => {
  const history = new History('/proc/nothing/h.jsonl');
  history.add('1');
  expect(history.entries).toEqual(['1']);
});

test('a cell stands on one line of the editor and comes back as it was', () => {
  const cell = 'a {\n  b // c\n}';
  expect(toLine(cell)).not.toContain('\n');
  expect(fromLine(toLine(cell))).toBe(cell);
});
