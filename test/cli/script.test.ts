import { expect, test } from 'vitest';
import { notebookCells, readCells, scriptCells } from '../../src/cli/script.ts';

test('a script is divided by // %%', () => {
  expect(scriptCells('#!/usr/bin/env devsandbox\nlet a = 1;\n// %% a title\n\na\n//%%\n%status\n// %%\n   \n')).toEqual(
    ['let a = 1;', '\na', '%status'],
  );
});

test('magics may stand in comments, code may not be taken for them', () => {
  expect(scriptCells('// %record --scope src/**\n//%%replay with\n// {}\n// 5 % 2')).toEqual([
    '%record --scope src/**\n%%replay with\n// {}\n// 5 % 2',
  ]);
});

test('a notebook gives its code cells', () => {
  const notebook = {
    cells: [
      { cell_type: 'markdown', source: '# x' },
      { cell_type: 'code', source: ['a\n', 'b'] },
      { cell_type: 'code', source: ' ' },
      { cell_type: 'code', source: 'c' },
    ],
  };
  expect(notebookCells(JSON.stringify(notebook), 'n')).toEqual(['a\nb', 'c']);
  expect(() => notebookCells('{', 'n')).toThrow('DS6023 n is not a notebook: it is not JSON');
  expect(() => notebookCells('null', 'n')).toThrow(/^DS6023 /);
});

test('files that cannot be run', () => {
  expect(() => readCells('/nowhere/x.ts')).toThrow('DS6021 /nowhere/x.ts cannot be read (ENOENT)');
  expect(() => readCells(import.meta.dirname)).toThrow(/^DS6021 .*EISDIR/);
});
