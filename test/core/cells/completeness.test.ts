import { expect, test } from 'vitest';
import { readCompleteness } from '../../../src/core/cells/completeness.ts';

test.each([
  ['', 'complete', ''],
  ['1 + 1', 'complete', ''],
  ['{ a: 1 }', 'complete', ''],
  ['const x: number = 1', 'complete', ''],
  ['await f()', 'complete', ''],
  ['const x =', 'incomplete', ''],
  ['f(', 'incomplete', '  '],
  ['function f() {', 'incomplete', '  '],
  ['if (a) {\n  b()', 'incomplete', '  '],
  ['if (a) {\n  b({', 'incomplete', '    '],
  ['[1, 2,', 'incomplete', ''],
  ['`text', 'incomplete', ''],
  ['/* note', 'incomplete', ''],
  ['x.', 'incomplete', ''],
  ['class A { m() {', 'incomplete', '  '],
  ['const s = "(";', 'complete', ''],
  ['let a = (1 + ;', 'invalid', ''],
  ['}', 'invalid', ''],
  ['"text', 'invalid', ''],
  ['const const', 'invalid', ''],
  ['function f() { const const', 'invalid', ''],
])('%j is %s', (code, status, indent) => {
  expect(readCompleteness(code)).toEqual({ status, indent });
});
