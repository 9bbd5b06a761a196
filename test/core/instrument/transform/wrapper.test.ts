import { describe, expect, it } from 'vitest';
import { ModulePlan, unwrap } from '../../../../src/core/instrument/transform/index.ts';

const parameters = '__vite_ssr_exports__,__vite_ssr_import__,__vite_ssr_exportName__';
const wrap = (code: string): string => `'use strict';async (${parameters})=>{{${code}\n}}`;

describe('unwrap', () => {
  it('gives the text of a module at its place, and blanks what tells the loader of exports', () => {
    const told = '__vite_ssr_exportName__("add", () => { try { return add } catch {} });';
    const script = wrap(`${told}\nfunction add(a) { return a; }`);
    const found = unwrap(script)!;
    expect(found).toMatchObject({ format: 'module', wrapper: parameters.split(',') });
    expect(found.source).toBe(`${' '.repeat(told.length)}\nfunction add(a) { return a; }\n`);
    expect(script.slice(found.start, found.start + told.length)).toBe(told);
  });

  it('knows the forms in which loaders write a wrapper', () => {
    expect(unwrap('(async function anonymous(__vite_ssr_exports__\n) {\n"use strict";\nlet a = 1\n})')).toMatchObject({
      format: 'module',
      wrapper: ['__vite_ssr_exports__'],
    });
    expect(unwrap('(function (exports, require, module) { exports.a = 1; });')).toMatchObject({
      format: 'commonjs',
      source: ' exports.a = 1; ',
    });
  });

  it('leaves every other script alone', () => {
    for (const script of [
      'function add(a) { return a; }',
      '(function (a) { return a; })(1)',
      '(function () { return 1; })',
      '(({ a }) => { return a; })',
      '(a) => a',
      'const a = (b) => { b; };',
      '(function (a) { syntax error',
      '',
    ])
      expect(unwrap(script), script).toBeUndefined();
  });
});

describe('a wrapped module', () => {
  const unitOf = (code: string): ReturnType<ModulePlan['unit']> => {
    const { source, format, wrapper } = unwrap(wrap(code))!;
    return new ModulePlan({ path: 'a.js', source, format, wrapper, functionBase: 1, siteBase: 1 }).unit([0]);
  };
  const names = ({ moduleVariables }: ReturnType<typeof unitOf>): string[] =>
    moduleVariables.map(({ name, kind }) => `${kind} ${name}`);

  it('reads what it imports as variables, by any way that such a read is written', () => {
    const unit = unitOf(`const __vite_ssr_import_0__ = await __vite_ssr_import__("x");
function main() {
  return [(0,__vite_ssr_import_0__.f)(1), __vite_ssr_import_0__.n, __vite_ssr_import_0__.o?.p, { q: __vite_ssr_import_0__.q }];
}`);
    expect(names(unit)).toEqual(['f', 'n', 'o', 'q'].map((name) => `import __vite_ssr_import_0__.${name}`));
    expect(unit.code).not.toContain('$M.__vite_ssr_import_0__');
  });

  it('calls a member of a namespace with the namespace as receiver', () => {
    const unit = unitOf(`const ns = await __vite_ssr_import__("x");
function main() { return ns.f(1) ?? ns.f(2)?.g; }`);
    const calls: unknown[][] = [];
    const helpers = {
      on: false,
      e: () => null,
      l: () => undefined,
      v: (_: unknown, value: unknown) => value,
      g: (_: unknown, object: object, key: string) => (object as Record<string, unknown>)[key],
      k: (_: unknown, fn: unknown, self: unknown, args: unknown[]) => void calls.push([fn, self, args]),
      f: (_: unknown, make: (self: object) => unknown) => make({}),
    };
    const namespace = {};
    const variables = { ns: namespace, 'ns.f': 'the function' };
    const make = (0, eval)(unit.code) as (h: object, m: object, a: object) => [() => unknown];
    make(helpers, variables, {})[0]();
    expect(calls).toEqual([
      ['the function', namespace, [1]],
      ['the function', namespace, [2]],
    ]);
  });

  it('takes a member of anything else for what it is', () => {
    expect(names(unitOf(`const own = { a: 1 };\nfunction main() { return own.a; }`))).toEqual(['variable own']);
    expect(names(unitOf(`const ns = await __vite_ssr_import__("x");\nfunction main(ns) { return ns.a; }`))).toEqual([]);
  });
});
