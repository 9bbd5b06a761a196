// The copy of a class with private names, which cannot name them, does what the class does.
import { expect, test } from 'vitest';
import type { Boundary, Current } from '../../../../src/core/instrument/runtime/boundary.ts';
import { ClassTable } from '../../../../src/core/instrument/runtime/classes.ts';
import { Encoder } from '../../../../src/core/instrument/runtime/encode.ts';
import { makeHelpers } from '../../../../src/core/instrument/runtime/helpers.ts';
import { listIntrinsics } from '../../../../src/core/instrument/runtime/intrinsics.ts';
import { makeRedaction } from '../../../../src/core/instrument/runtime/redaction.ts';
import { ModulePlan } from '../../../../src/core/instrument/transform/index.ts';

type Class = new (...args: unknown[]) => Record<string, (...args: unknown[]) => unknown>;

function copyOf(source: string): Class {
  const plan = new ModulePlan({ path: 'a.js', source, format: 'module', functionBase: 1, siteBase: 1 });
  const classes = new ClassTable();
  const current: Current = { on: true, call: 1, depth: 0, steps: 0, live: true };
  const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);
  const boundary: Boundary = {
    encoder: new Encoder(intrinsics, makeRedaction(), { nodes: 1000, string: 1000 }),
    classes,
    constructOwn: (constructor, args, target) =>
      Reflect.construct(constructor as Class, args, target as Class) as object,
    ask: (_op, _site, _parts, perform) => perform(),
    enter: () => 1,
    leave: () => undefined,
    settled: () => undefined,
    gate: (promise) => promise as Promise<unknown>,
    gap: () => undefined,
  };
  const variables: Record<string, unknown> = {};
  const { code } = plan.unit(plan.moduleLevel.map(({ index }) => index));
  const make = (0, eval)(code) as (...given: unknown[]) => Class[];
  const [made] = make(makeHelpers(boundary, current), variables, {});
  variables['C'] = made;
  return made!;
}

const plainOf = (source: string): Class => (0, eval)(`"use strict";(() => {${source};return C})()`) as Class;

/** What `use` gives with the class and with its copy. */
function both(source: string, use: (made: Class) => unknown): void {
  const run = (made: Class): unknown => {
    try {
      return { value: use(made) };
    } catch (error) {
      return { thrown: String(error) };
    }
  };
  expect(run(copyOf(source))).toEqual(run(plainOf(source)));
}

const call = (made: Class, name: string, ...args: unknown[]): unknown => {
  const instance = new made(2);
  return [instance[name]!(...args, instance), instance['show']!()];
};
const body = (method: string): string =>
  `class C { #a; #b = [1]; constructor(a) { this.#a = a; } show() { return [this.#a, this.#b]; } ${method} }`;

test.each([
  ['compound assignment', 'run() { this.#a += 3; this.#a **= 2; return this.#a -= 1; }'],
  ['logical assignment', 'run() { this.#a ||= 5; this.#a &&= 6; this.#c ??= 7; return this.#c; } #c;'],
  ['updates', 'run() { return [this.#a++, ++this.#a, this.#a--, --this.#a]; }'],
  ['updates of bigints', 'run() { this.#a = 5n; return String(this.#a++ + ++this.#a); }'],
  [
    'destructuring into private names',
    'run() { [this.#a, ...this.#b] = [1, 2, 3]; ({ x: this.#a } = { x: 9 }); return 1; }',
  ],
  [
    'loops over private names',
    'run() { let n = 0; for (this.#a of [1, 2]) n += this.#a; for (this.#a in { k: 1 }) n += this.#a; return n; }',
  ],
  ['brand checks', 'run(o) { return [#a in o, #m in o, #a in {}, #m in {}]; } #m() {}'],
  ['a brand check of no object', 'run() { return #a in 1; }'],
  [
    'optional chains',
    'run(o) { return [o?.#a, null?.#a, o.#b?.length, o?.#m?.(1), o.#n?.(), undefined?.#m()]; } #m(x) { return x + this.#a; } #n;',
  ],
  [
    'private methods',
    'run() { return [this.#m(1), this.#m.name, this.#m === this.#m]; } #m(x) { return [x, this.#a, arguments.length]; }',
  ],
  [
    'private accessors',
    'run() { this.#p = 4; this.#p += 1; return [this.#p, this.#a]; } get #p() { return this.#a * 2; } set #p(v) { this.#a = v; }',
  ],
  ['a private getter without a setter', 'run() { this.#p = 4; } get #p() { return 1; }'],
  ['a write to a private method', 'run() { this.#m = 4; } #m() {}'],
  ['tagged templates', 'run() { return this.#t`a${1}b`; } #t(s, v) { return [...s.raw, v, this.#a]; }'],
  ['generators', 'run() { return [...this.#g(3)]; } *#g(n) { for (let i = 0; i < n; i++) yield i + this.#a; }'],
  ['closures', 'run() { const f = () => ++this.#a; return [f(), f()]; }'],
  ['another object', 'run() { return ({}).#a; }'],
  ['a method of another object', 'run() { const o = {}; o.#m(); } #m() {}'],
  ['a class within', 'run() { class D { #a = 8; both(o) { return [this.#a, o.#b]; } } return new D().both(this); }'],
  [
    'initialisers in their order',
    'run() { return this.#order; } #order = [this.z, this.#b.length]; z = this.#order.length;',
  ],
])('%s', (_name, method) => {
  both(body(method), (made) => call(made, 'run'));
});

test('async private methods', async () => {
  const source = body(
    'async run() { return (await this.#later(1)) + this.#a; } async #later(n) { await null; return n; }',
  );
  const [copy, plain] = [new (copyOf(source))(2), new (plainOf(source))(2)];
  expect(await copy['run']!()).toBe(await plain['run']!());
});

test('static private methods', () => {
  const source = body(
    'static make(n) { return C.#checked(n); } static #checked(n) { return n * 2; } run() { return C.make(4); }',
  );
  both(source, (made) => call(made, 'run'));
});
