// Whole modules: what runs in the program and what runs in a replay are the same text with the same numbers and lines.
import { expect, test } from 'vitest';
import { ModulePlan } from '../../../../src/core/instrument/transform/index.ts';

const plan = (source: string, format: 'module' | 'commonjs', base = 1): ModulePlan =>
  new ModulePlan({ path: 'a.js', source, format, functionBase: base, siteBase: base, program: true });

const lineOf = (code: string, text: string): number => code.slice(0, code.indexOf(text)).split('\n').length;

const source = `#!/usr/bin/env node
// what it does
'use strict';
class A {
  get() { return this.x; }
}
const made = new A(), { x,
  y = 2 } = made;
function use(a, b = x) {
  return a.call(b, y);
}
use(made.get, '__last__');`;

test.each(['module', 'commonjs'] as const)('lines and numbers of a %s', (format) => {
  const made = plan(source, format, 100);
  const { running, replayed, variables } = made.program();
  for (const code of [running, replayed]) {
    for (const [text, line] of [
      ['class A', 4],
      ['function use', 9],
      ['__last__', 12],
    ] as const)
      expect(lineOf(code, text)).toBe(line);
  }
  const numbers = (code: string): readonly string[] => [...code.matchAll(/\$\.[a-z]+\((\d+)/g)].map(([each]) => each);
  const inBoth = (list: readonly string[]): readonly string[] =>
    list.filter((each) => !/^\$\.(?:mg|mx|ex|tp)/.test(each));
  expect(inBoth(numbers(running)).toSorted()).toEqual(inBoth(numbers(replayed)).toSorted());
  expect(variables).toEqual(['made', 'x', 'y']);
  const top = made.functions.at(-1)!;
  expect(top).toMatchObject({ kind: 'module', name: 'load a.js', index: made.functions.length - 1 });
  // Constants may be set in a replay, and only there.
  expect(running).toContain('const made=');
  expect(replayed).toContain('let made=');
});

test('a constant that is assigned stays one: that throws where it stands', () => {
  const { replayed } = plan(`const a = 1; try { a = 2; } catch {}`, 'commonjs').program();
  expect(replayed).toContain('const a=1');
});

test.each([
  ['const $ = 1', 'declares $'],
  ['const f = ($x) => $x', 'declares $x'],
  ['eval("1")', 'uses eval'],
  ['with (Math) sin(1)', 'uses with'],
])('%s: refused, because it would compute something else', (code, problem) => {
  expect(() => plan(code, 'commonjs')).toThrow(problem);
});

test('modules that are only exported from are imported behind all others', () => {
  const { running } = plan(`export { b } from './b.js'; import './c.js'; export * from './d.js';`, 'module').program();
  const [b, c, d, again] = ["from './b.js'", "import './c.js'", "from './d.js'", "from'./b.js'"].map((text) =>
    running.indexOf(text),
  );
  expect([b, c, d, again].every((at) => at! >= 0)).toBe(true);
  expect(again).toBeGreaterThan(Math.max(b!, c!, d!));
});
