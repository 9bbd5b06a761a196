// Of each class with private names it is told whether a recording can follow its construction.
import { expect, test } from 'vitest';
import { ModulePlan } from '../../../../src/core/instrument/transform/index.ts';

/** How the class `C` of a module is constructed, as its copy says. */
function construction(source: string): { how: string; reason: string } {
  const plan = new ModulePlan({ path: 'a.js', source, format: 'module', functionBase: 1, siteBase: 1 });
  const { index } = plan.functions.find(({ kind, name }) => kind === 'class' && name === 'C')!;
  return JSON.parse(/\],(\{"how":[^}]*\}),"/.exec(plan.unit([index]).code)![1]!) as { how: string; reason: string };
}

const imports = `import { randomUUID } from 'node:crypto'; import { helper } from './own.js'; import { EventEmitter } from 'events'; import pkg from 'some-package';`;

test.each([
  ['fields of literals', 'class C { #a = 1; #b = new Map(); b = [{}]; }'],
  [
    'what it is given',
    'class C { #a; #b; constructor(a, { b = 2 } = {}) { this.#a = a; this.#b = b; this.c = a.c; } }',
  ],
  ['methods that are copies', 'class C { #a; constructor() { this.#a = 1; this.start(); } start() {} }'],
  ['a private method that asks nothing', 'class C { #a; constructor() { this.#fill(2); } #fill(n) { this.#a = n; } }'],
  ['a base of the language', 'class C extends Error { #a; constructor(m) { super(m); this.#a = m; } }'],
  ['a base of the module', 'class B { #x = 1; } class C extends B { #a = 2; }'],
  ['a variable of the module', 'let n = 0; class C { #a = n; constructor() { n += 1; } }'],
  ['a list of the module', 'const all = []; class C { #a; constructor() { all.push(this); } }'],
])('plain: %s', (_name, source) => {
  expect(construction(`${imports} ${source}`).how).toBe('plain');
});

test.each([
  ['the clock', 'class C { #a = Date.now(); }'],
  ['the clock, by new', 'class C { #a = new Date(); }'],
  ['chance', 'class C { #a = Math.random(); }'],
  ['a builtin module', 'class C { #a = randomUUID(); }'],
  ['a package', 'class C { #a; constructor() { this.#a = pkg.make(); } }'],
  ['a part of a part of what it is given', 'class C { #a; constructor(a) { this.#a = a.b.c; } }'],
  ['a part of what a parameter took apart', 'class C { #a; constructor({ db }) { this.#a = db.name; } }'],
  ['a pattern within a pattern', 'class C { #a; constructor({ db: { name } }) { this.#a = name; } }'],
  ['a part of a field', 'class C { #a; constructor(a) { this.#a = a; const { name } = this.#a; this.b = name; } }'],
  ['the environment', 'class C { #a = process.env.HOME; }'],
  ['a foreign base', 'class C extends EventEmitter { #a = 1; }'],
  ['a private method that asks', 'class C { #a; constructor() { this.#fill(); } #fill() { this.#a = Date.now(); } }'],
  [
    'a private getter that asks',
    'class C { #a; constructor() { this.#a = this.#now; } get #now() { return Date.now(); } }',
  ],
])('asked as a whole: %s', (_name, source) => {
  expect(construction(`${imports} ${source}`).how).toBe('asked');
});

test.each([
  ['it makes a function', 'class C { #a = () => 1; }'],
  ['it hands out a function', 'class C { #a = setTimeout(() => 1); }'],
  ['it calls helper, which is own code', 'class C { #a = helper(); }'],
  ['it calls all.push', 'const all = make(); class C { #a; constructor() { all.push(this); } }'],
  ['it writes to all', 'const all = []; class C { #a = Date.now(); constructor() { all.push(this); } }'],
  ['it assigns n', 'let n = 0; class C { #a = Date.now(); constructor() { n++; } }'],
  ['it writes to something else than itself', 'const all = {}; class C { #a; constructor() { all.x = 1; } }'],
  ['it extends helper, which is own code', 'class C extends helper { #a; }'],
])('a gap: %s', (reason, source) => {
  expect(construction(`${imports} ${source}`)).toEqual({ how: 'gap', reason });
});
