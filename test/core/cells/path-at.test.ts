import { expect, test } from 'vitest';
import { nameAt, pathAt } from '../../../src/core/cells/path-at.ts';

test.each([
  ['ab', [], 'ab'],
  ['', [], ''],
  ['a.', ['a'], ''],
  ['a.b.c', ['a', 'b'], 'c'],
  ['x = a?.b', ['a'], 'b'],
  ['app.modules["src/cart.ts"].ca', ['app', 'modules', 'src/cart.ts'], 'ca'],
  ['app.modules["src/ca', ['app', 'modules'], 'src/ca'],
  ["a['b'][0].c", ['a', 'b', '0'], 'c'],
  ['f(...ab', [], 'ab'],
  ['a . b', ['a'], 'b'],
])('%j', (code, path, prefix) => {
  expect(pathAt(code, code.length)).toMatchObject({ path, prefix, start: code.length - prefix.length });
});

test.each(['f().', '[1].', '"x".', '1.', 'a[i].'])('%j cannot be followed', (code) => {
  expect(pathAt(code, code.length)).toBeUndefined();
});

test('the name under the cursor is taken whole', () => {
  expect(nameAt('foo.bar.baz', 5)).toEqual(['foo', 'bar']);
  expect(nameAt('1 + 2', 1)).toEqual([]);
});
