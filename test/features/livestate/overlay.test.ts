import { expect, it } from 'vitest';
import { functionAt } from '../../../src/features/livestate/function-source.ts';
import { overlayFunction, withTypesOf } from '../../../src/features/livestate/overlay.ts';

it.each([
  [
    'function f(a, b) { return a; }',
    'function f(a: A, b?: B<\n  C\n>): R { }',
    'function f(a: A, b?: B< C >) : R { return a; }',
  ],
  ['(a, b) => a', '(a: A, b: B): R => b', '(a: A, b: B) : R => a'],
  ['async (a) => (b)', '(a: A) => 1', 'async (a: A) => (b)'],
  [
    'function f(a = 1, { b }, ...c) {}',
    'function f(a: A, { b }: { b: B }, ...c: C[]) {}',
    'function f(a: A = 1, { b }: { b: B }, ...c: C[]) {}',
  ],
  ['m(a) { return a; }', 'private m<T>(a: T): T { return a; }', 'm<T>(a: T) : T { return a; }'],
  ['function f(a: number) {}', 'function f(a: string): void {}', 'function f(a: number) : void {}'],
  ['a => a', '(a: A): R => a', 'a => a'],
  ['(...all) => 1', '(a: A) => 1', '(...all) => 1'],
])('gives %s the types of %s', (code, present, expected) => {
  const typed = withTypesOf(code, present);
  expect(typed).toBe(expected);
  expect(typed.split('\n').length).toBe(code.split('\n').length);
});

const text = `export function decl(a: number): number { return a; }
export const arrow = (a: number): number => a;
class C { static s(a: number) { return a; } m(a: number): number { return a; } }
const o = { p(a: number) { return a; }, q: (a: number) => a };
`;
it.each([
  ['decl', 1, 'function other(a) { return 1; }', 'export function decl(a: number) : number { return 1; }\n'],
  ['decl', 1, '(a) => 1', 'export const decl = (a: number) : number => 1;\n'],
  ['arrow', 2, 'function (a) { return 1; }', 'export const arrow = function (a: number) : number { return 1; };\n'],
  ['m', 3, 'm(a) { return 1; }', 'm(a: number) : number { return 1; } }\n'],
  ['m', 3, '(a) => 1', 'm = (a: number) : number => 1; }\n'],
  ['s', 3, 's(a) { return 1; }', 'static s(a: number) { return 1; }'],
  ['p', 4, 'p(a) { return 1; }', '{ p(a: number) { return 1; }'],
  ['p', 4, '(a) => 1', '{ p: (a: number) => 1,'],
])('puts a function in the place of %s', (name, line, source, expected) => {
  const found = functionAt(text, line, name)!;
  const overlay = overlayFunction({ path: 'src/a.ts', text, ...found }, source)!;
  expect(overlay.text).toContain(expected);
  expect(overlay.text.slice(overlay.start, overlay.end)).toContain('1');
});

it('has no overlay for what fits nowhere', () => {
  const found = functionAt(text, 1, 'decl')!;
  expect(overlayFunction({ path: 'src/a.ts', text, ...found }, 'class A {}')).toBeUndefined();
});

it('finds the only function of a name', () => {
  expect(functionAt(text, undefined, 'arrow')).toMatchObject({ form: 'expression' });
  expect(functionAt(`${text}{ function decl() {} }`, undefined, 'decl')).toBeUndefined();
});
