import { expect, test } from 'vitest';
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import { ModulePlan } from '../../../src/core/instrument/transform/index.ts';
import { replacedManifest } from '../../../src/core/replay/replaced.ts';
import { stripTypes } from '../../../src/core/replay/strip-types.ts';

const source = `import { ask, tell } from './other.ts';
let count = 0;
let unused = 1;
export function before(list) { return list.map((item) => ask(item)); }
export function middle(list, id) {
  tell('start', id);
  const found = list.filter((item) => item.id === id).map((item) => ask(item));
  tell('start', id);
  return found;
}
export function after(list) { count += 1; return list.map((item) => tell(item)); }
export class Cart { add(line) { return tell(line); } }
`;

const [functionBase, siteBase] = [100, 500];
const plan = new ModulePlan({ path: 'src/a.ts', source, format: 'module', functionBase, siteBase });
const outer = plan.functions.filter((fn) => fn.outer === -1 && fn.ofClass === -1).map((fn) => fn.index);
const unit = plan.unit(outer);
const manifest = {
  modules: [
    { id: 'src/a.ts', url: '', format: 'module', source, functionBase, siteBase, sites: [], functions: plan.functions },
  ],
  instances: [
    {
      index: 0,
      module: 0,
      functions: outer,
      code: unit.code,
      cells: {},
      moduleVariables: unit.moduleVariables,
      activationVariables: unit.activationVariables,
    },
  ],
} as unknown as Manifest;

const replace = (fn: string, text: string): string =>
  replacedManifest(manifest, { module: 'src/a.ts', fn, source: text }).instances[0]!.code;
const numbers = (code: string, pattern: RegExp): number[] =>
  [...code.matchAll(pattern)].map((match) => Number(match[1]));
const sites = (code: string): number[] => numbers(code, /\$\.(?:c|m|k|n|g|s|a)\((\d+)/g);
const functions = (code: string): number[] => numbers(code, /(?:\$\.(?:f|fd|e|as|gs)\(|\}\)\),?|\),)(\d+)(?=[,)])/g);

const middle = `function middle(list, id) {
  tell('start', id);
  const found = list.filter((item) => item.id === id).map((item) => ask(item));
  tell('start', id);
  return found;
}`;

test('the same text, with types, export or other quotes, gives the recorded code: every number as on the tape', () => {
  expect(functions(unit.code)).toContain(functionBase + plan.functions.find((fn) => fn.name === 'Cart')!.index);
  expect(replace('middle', middle)).toBe(unit.code);
  expect(replace('middle', `export ${middle};`)).toBe(unit.code);
  const typed = middle.replace('list, id', 'list: readonly Item[], id: string').replaceAll("'", '"');
  const code = replace('middle', typed);
  expect(sites(code)).toEqual(sites(unit.code));
  expect(functions(code)).toEqual(functions(unit.code));
});

test('a text with fewer functions inside leaves the numbers of itself and of what stands behind it', () => {
  const loop = `function middle(list, id) {
  tell('start', id);
  const found = [];
  for (const item of list) if (item.id === id) found.push(ask(item));
  return found;
}`;
  const code = replace('middle', loop);
  const of = (name: string): number => functionBase + plan.functions.find((fn) => fn.name === name)!.index;
  for (const name of ['before', 'middle', 'after', 'Cart']) expect(functions(code)).toContain(of(name));
  // What only the recorded text has is not taken by anything else.
  const inner = plan.functions.filter(
    (fn) => fn.outer === plan.functions.find((item) => item.name === 'middle')!.index,
  );
  expect(inner).toHaveLength(2);
  for (const fn of inner) expect(functions(code)).not.toContain(functionBase + fn.index);
});

test('a text with more functions inside gives new numbers to those only', () => {
  const code = replace('middle', middle.replace('return found', 'return found.map((x) => x).map((y) => y)'));
  const known = new Set(functions(unit.code));
  const fresh = functions(code).filter((number) => !known.has(number));
  expect(fresh.length).toBeGreaterThan(0);
  for (const number of fresh) expect(number).toBeGreaterThan(10_000_000);
});

test('a place with the same text is the same place, in order; one that calls the same with other arguments too', () => {
  const all = sites(unit.code);
  const code = replace('middle', middle.replace("tell('start', id);\n  return", "tell('end', id, 1);\n  return"));
  expect(sites(code)).toEqual(all);
  expect(new Set(all).size).toBe(all.length);
});

test('a place that only the new text has gets a number that no tape has', () => {
  const code = replace('middle', middle.replace('return found', 'ask(id); return found'));
  expect(sites(code).filter((number) => number > 10_000_000)).toHaveLength(1);
});

test('a variable whose value the tape does not have is refused by name', () => {
  expect(() => replace('middle', 'function middle() { return unused; }')).toThrow(
    expect.objectContaining({ code: 'DS4022', details: expect.objectContaining({ variable: 'unused' }) }),
  );
  expect(() => replace('middle', 'function middle() { return count; }')).not.toThrow();
});

test('a method is replaced by a method', () => {
  expect(replace('add', 'add(line: Line): void { return tell(line); }')).toContain('tell');
  expect(() => replace('nothing', '() => 1')).toThrow(expect.objectContaining({ code: 'DS4020' }));
  expect(() => replace('middle', 'function middle( {')).toThrow(expect.objectContaining({ code: 'DS4021' }));
});

test('types become blanks of the same length', () => {
  const text = 'function a(x: number, y?: string[]): void { return x as never }';
  const stripped = stripTypes(text, 'a');
  expect(stripped).toHaveLength(text.length);
  expect(stripped.replace(/\s+/g, ' ')).toBe('function a(x , y ) { return x }');
});
