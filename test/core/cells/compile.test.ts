// Compiled cells run in a bare context of node:vm, with the smallest scope that keeps the contract of compile.ts.
import vm from 'node:vm';
import { originalPositionFor } from '@jridgewell/trace-mapping';
import { beforeEach, expect, test } from 'vitest';
import { compileCell } from '../../../src/core/cells/compile.ts';

let context: vm.Context;
let run: (code: string) => Promise<unknown>;

beforeEach(() => {
  context = vm.createContext({});
  vm.runInContext(
    `globalThis.__ds = (() => {
      const define = (name, value, writable) => Object.defineProperty(globalThis, name, { value, writable, configurable: true, enumerable: true });
      const declare = (writable) => (values) => { for (const name of Object.keys(values)) define(name, values[name], writable); };
      return {
        let: declare(true), const: declare(false),
        open: (...names) => names.forEach((name) => define(name, globalThis[name], true)),
        seal: (...names) => names.forEach((name) => define(name, globalThis[name], false)),
        var: (...names) => names.forEach((name) => name in globalThis || define(name, undefined, true)),
        assignable: (...names) => names.forEach((name) => name in globalThis || define(name, undefined, true)),
        import: async (name) => ({ default: 'default of ' + name, a: 'a of ' + name, 'b c': 'odd' }),
        bind: (module, specifier, names) => { for (const [local, exported] of Object.entries(names)) define(local, exported === '*' ? module : module[exported], false); },
        meta: { url: 'file:///here/cell.ts' },
      };
    })()`,
    context,
  );
  run = async (code) => {
    const cell = compileCell(code, 'cell 1');
    const body = vm.runInContext(cell.script, context, { filename: 'cell 1' }) as (
      scope: unknown,
    ) => Promise<{ value: unknown } | undefined>;
    const result = await body(vm.runInContext('__ds', context));
    return result && JSON.parse(JSON.stringify((await result.value) ?? null));
  };
});

test.each([
  ['1 + 1', 2],
  ['1; 2', 2],
  ['1;;', 1],
  ['(1, 2);', 2],
  ['((3))', 3],
  ['"text"', 'text'],
  ['{ a: 1, b: { c: 2 } }', { a: 1, b: { c: 2 } }],
  ['{ }', {}],
  ['{ "src/stock.ts": { keepSoldOut: true } }', { 'src/stock.ts': { keepSoldOut: true } }],
  ['await Promise.resolve(4)', 4],
  ['Promise.resolve(5)', 5],
  ['const x: number = 1 as const; x', 1],
  ['enum E { A = 3 }\nE.A', 3],
  ['function f(): number { return g() } function g() { return 7 } f()', 7],
  ['g(); function g() { return 8 }', undefined],
  ['const { a, b: [c = 2] } = { a: 1, b: [] }; [a, c]', [1, 2]],
  ['var t = 0; for (var i = 0; i < 3; i++) t += i; [t, i]', [3, 3]],
  ['for (var k in { p: 1 }) ; k', 'p'],
  ['let n = 0; for (const v of [1, 2]) n += v; n', 3],
  ['const f = () => {}; class K {} ; const o = class {}; [f.name, K.name, o.name]', ['f', 'K', 'o']],
  ['function h() {} ; async function* gen() {} ; [h.name, gen.name]', ['h', 'gen']],
  ['import d, { a as z } from "m"; import * as n from "n"; [d, z, n.a]', ['default of m', 'a of m', 'a of n']],
  ['import { "b c" as odd } from "m"; odd', 'odd'],
  ['(await import("q")).a', 'a of q'],
  ['import.meta.url', 'file:///here/cell.ts'],
  ['export const e = 1; export function ef() { return e } ; ef()', 1],
  ['export default (1, 9)', 9],
  ['import type { T } from "t"; let v: T = 3; v', 3],
  ['let __proto__ = 5; 6', 6],
  ['// only a comment', undefined],
  ['', undefined],
  ['let a1 = 1, { b1 } = { b1: 2 }, c1; [a1, b1, c1 ?? null]', [1, 2, null]],
  ['const tpl = `${1}${"x"}`; tpl', '1x'],
  ['label: for (;;) { break label } 3', 3],
])('%s', async (code, value) => {
  expect(await run(code)).toEqual(value);
});

test('closures of earlier cells see later assignments and redeclarations', async () => {
  await run('let x = 1; const read = () => x; function twice() { return inner() * 2 } function inner() { return x }');
  await run('x = 5');
  expect(await run('[read(), twice()]')).toEqual([5, 10]);
  await run('const x = 6');
  expect(await run('[read(), twice()]')).toEqual([6, 12]);
  await run('function inner() { return 100 }');
  expect(await run('twice()')).toBe(200);
  await run('class x { static n = 1 }');
  expect(await run('read().n')).toBe(1);
});

test('constants stay constant until they are declared again', async () => {
  await run('const c = 1; const { d } = { d: 2 }');
  await expect(run('c = 2')).rejects.toThrow(/read only/);
  await expect(run('d = 2')).rejects.toThrow(/read only/);
  expect(await run('let c = 3; c = 4; c')).toBe(4);
});

test('an undeclared name can be assigned at the top only', async () => {
  await run('found = 3');
  expect(await run('found')).toBe(3);
  await expect(run('(() => { lost = 1 })()')).rejects.toThrow(/lost is not defined/);
  await run('{ let inner = 1; inner = 2 }');
  await expect(run('inner')).rejects.toThrow(/inner is not defined/);
});

test('names that a cell defines are listed', () => {
  expect(
    compileCell(
      'const a = 1, [b, ...c] = []; function f() {} class K {} import d, * as e from "m"; for (var i of []) { let no }',
      'cell',
    ).defined.toSorted(),
  ).toEqual(['K', 'a', 'b', 'c', 'd', 'e', 'f', 'i']);
});

test('positions lead back to what was typed', () => {
  const source =
    'interface A { x: number }\nimport q from "q"\nconst a: number = 1;\nfunction bad(v: string): never {\n  return v.foo.bar;\n}\nbad("x")';
  const { script, map } = compileCell(source, 'cell 1');
  const lines = script.split('\n');
  const line = lines.findIndex((text) => text.includes('.foo.bar'));
  const found = originalPositionFor(map, { line: line + 1, column: lines[line]!.indexOf('bar') });
  expect({ line: found.line, column: found.column }).toEqual({ line: 5, column: 15 });
  const call = lines.findIndex((text) => text.includes('bad("x")'));
  expect(originalPositionFor(map, { line: call + 1, column: lines[call]!.indexOf('bad("x")') }).line).toBe(7);
});

test('an object at the start keeps its columns', () => {
  const { script, map } = compileCell('{ a: boom() }', 'cell 1');
  const lines = script.split('\n');
  const line = lines.findIndex((text) => text.includes('boom'));
  expect(originalPositionFor(map, { line: line + 1, column: lines[line]!.indexOf('boom') })).toMatchObject({
    line: 1,
    column: 5,
  });
});

test.each([
  ['let a = (1 + ;', 'DS2010', /cell 4:1:14/],
  ['let a = 1;\nlet a = 2;', 'DS2010', /already been declared.*cell 4:2:5/],
  ['return 1', 'DS2010', /return/i],
  ['const x', 'DS2010', /cell 4:1:/],
])('%s is refused with its place', (code, expected, message) => {
  expect(() => compileCell(code, 'cell 4')).toThrow(
    expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }),
  );
});
