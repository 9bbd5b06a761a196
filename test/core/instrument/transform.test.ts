// The instrumented copy of a function computes what the function computes, when nothing foreign is near.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Boundary, Current } from '../../../src/core/instrument/runtime/boundary.ts';
import { ClassTable } from '../../../src/core/instrument/runtime/classes.ts';
import { Encoder } from '../../../src/core/instrument/runtime/encode.ts';
import { makeHelpers } from '../../../src/core/instrument/runtime/helpers.ts';
import { listIntrinsics } from '../../../src/core/instrument/runtime/intrinsics.ts';
import { makeRedaction } from '../../../src/core/instrument/runtime/redaction.ts';
import { ModulePlan } from '../../../src/core/instrument/transform/index.ts';

function helpers() {
  const asks: unknown[][] = [];
  const current: Current = { on: true, call: 1, depth: 0, steps: 0, live: true };
  const boundary: Boundary = {
    encoder: new Encoder(listIntrinsics(globalThis as unknown as Record<string, unknown>), makeRedaction(), {
      nodes: 1000,
      string: 1000,
    }),
    classes: new ClassTable(),
    constructOwn: (constructor, given, target) =>
      Reflect.construct(constructor as () => void, given, target as () => void) as object,
    ask: (op, _site, parts, perform) => {
      asks.push([op, ...parts]);
      return perform();
    },
    enter: () => 1,
    leave: () => undefined,
    settled: () => undefined,
    gate: (promise) => promise as Promise<unknown>,
    gap: () => undefined,
  };
  return { $: makeHelpers(boundary, current), asks };
}

/** Evaluates `source` (statements with `export default EXPRESSION`-like last function `main`) plainly and instrumented. */
const both = (source: string, ...args: unknown[]) => bothAs('module', source, () => structuredClone(args));

async function bothAs(
  format: 'module' | 'commonjs',
  source: string,
  args: () => unknown[],
): Promise<{ plain: unknown; copy: unknown; asks: unknown[][] }> {
  const run = async (call: () => unknown): Promise<unknown> => {
    try {
      return { value: await call() };
    } catch (error) {
      return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : error };
    }
  };
  const plain = (0, eval)(`(() => {${format === 'module' ? '"use strict";' : ''}return ${source}\n})()`) as (
    ...given: unknown[]
  ) => unknown;
  const plan = new ModulePlan({
    path: 'a.js',
    source: `const main = ${source};`,
    format,
    functionBase: 1,
    siteBase: 1,
  });
  const { $, asks } = helpers();
  const make = (0, eval)(plan.unit([0]).code) as (
    $: unknown,
    m: object,
    a: object,
  ) => [(...given: unknown[]) => unknown];
  const [copy] = make($, {}, {});
  return {
    plain: await run(() => plain(...args())),
    copy: await run(() => copy(...args())),
    asks,
  };
}

const programs: readonly (readonly [string, string, ...unknown[]])[] = [
  ['arithmetic and precedence', '(a, b) => (a + b) * 2 - (a ? 1 : 2) + +(a > b)', 3, 4],
  [
    'member updates',
    '(o) => { o.n++; ++o.n; o.n += 5; o.m ??= 7; o.k ||= 1; o.n &&= o.n + 1; delete o.gone; return o; }',
    { n: 1, gone: 1 },
  ],
  [
    'a comma in the place of a callee',
    '(o, n) => [(0, o.f)?.(1), (n++, String)(n), (0, Math.max)(1, ...[2, 3]), `${(1, n)}`, { k: (0, n) }]',
    {},
    1,
  ],
  [
    'optional chains',
    '(o) => [o?.a?.b, o.x?.y.z, o.f?.(1), o.g?.h(2), o?.["a"]?.b, o.a.b?.toFixed(1)]',
    { a: { b: 2 } },
  ],
  [
    'destructuring',
    '({ a, b: { c = 5, ...rest }, ...more }, [x, , y = 9]) => [a, c, rest, more, x, y]',
    { a: 1, b: { d: 2 }, e: 3 },
    [1, 2],
  ],
  [
    'assignment patterns',
    '(o) => { let a, b; ({ a, b = 2 } = o); [a, b] = [b, a]; [o.p, o["q"]] = [a, b]; return [a, b, o]; }',
    { a: 1 },
  ],
  [
    'loops and labels',
    '(n) => { const out = []; outer: for (let i = 0; i < n; i++) { for (const j of [1, 2, 3]) { if (j === 2) continue outer; if (i === 3) break outer; out.push(i * j); } } for (const k in { a: 1, b: 2 }) out.push(k); return out; }',
    5,
  ],
  [
    'for-of patterns',
    '(list) => { const out = []; for (const { a, b: [c] } of list) out.push(a + c); let x; for ([x] of [[1], [2]]) out.push(x); return out; }',
    [{ a: 1, b: [2] }],
  ],
  [
    'closures',
    '(n) => { const fns = []; for (let i = 0; i < n; i++) fns.push(() => i); function inner(k) { return k <= 0 ? 0 : k + inner(k - 1); } return fns.map((f) => f()).concat(inner(4)); }',
    3,
  ],
  [
    'classes',
    '() => { class A { #p = 1; static made = 0; x = 2; constructor(y) { this.y = y; A.made++; } get sum() { return this.#p + this.x + this.y; } set sum(v) { this.#p = v; } m(...r) { return [this.sum, ...r]; } static s() { return "s"; } } class B extends A { constructor() { super(5); } m(...r) { return ["b", ...super.m(...r)]; } } const b = new B(); b.sum = 10; return [b.m(1, 2), A.s(), A.made, b instanceof A, "x" in b]; }',
  ],
  [
    'generators',
    '() => { function* g(n) { try { for (let i = 0; i < n; i++) { const got = yield i; if (got) return got; } } finally { yield "end"; } } const it = g(3); return [[...g(2)], it.next(), it.next(), it.next("stop"), it.next()]; }',
  ],
  [
    'errors',
    '(o) => { try { return o.missing.price; } catch (e) { return [e instanceof TypeError, e.message]; } finally { o.done = true; } }',
    {},
  ],
  ['thrown through', '(o) => { const f = () => o.a.b.c; return f(); }', { a: {} }],
  [
    'template and tag',
    '(a) => { const tag = (s, ...v) => s.raw.join("|") + v.join(","); return [`x${a}y${a + 1}`, tag`p${a}q\\n${1}`]; }',
    4,
  ],
  [
    'spread and rest',
    '(...a) => Math.max(...a, ...[1, 2]) + [..."ab", ...a].length + Object.keys({ ...{ q: 1 }, w: 2 }).length',
    1,
    9,
  ],
  ['sequence, void, typeof', '(a) => (a++, [typeof nothing, typeof a, void 0, (1, a)])', 1],
  [
    'switch and comma',
    '(a) => { switch (a) { case 1: { const z = 1; return z; } case 2: return "two"; default: return null; } }',
    2,
  ],
  [
    'names',
    '() => { const f = () => {}; const o = { g() {}, h: function () {}, "k-l": () => 1 }; class C {} const D = class {}; return [f.name, o.g.name, o.h.name, o["k-l"].name, C.name, D.name, (function () {}).name, f.length, ((a, b = 1, ...c) => a).length]; }',
  ],
  [
    'regexp and strings',
    '(s) => [s.replace(/b(.)/g, (m, x) => x.toUpperCase()), s.split(""), /a/.test(s), s.at(-1)]',
    'abcd',
  ],
  [
    'maps and sets',
    '() => { const m = new Map([["a", 1]]); m.set("b", 2); const s = new Set(m.keys()); return [[...m], [...s], m.get("a"), s.has("b"), new Map([...m].filter(([k]) => k !== "a")).size]; }',
  ],
  ['default parameters', '(a, b = a + 1, { c = b } = {}) => [a, b, c]', 1],
  [
    'defaults that are computed',
    '(a) => { function f(b, g = () => b++, c = g() + a, [d] = [g()], ...e) { b += 10; return [arguments.length, b, c, d, e]; } const h = async (x = a + 1, y = x.z) => [x, y]; return Promise.all([f(1), f(1, undefined, undefined), f(1, () => 5, null, [6], 7), f.length, h(), h(3), h.length]); }',
    2,
  ],
  [
    'a default beside a variable of the body that has the name it means',
    '(a) => { const x = "outer"; function f(b = x + a, g = () => x) { var x = "inner"; return [b, g(), x]; } function* n(b = [a].pop(), c = b.d.e) { yield b; } let made = "made"; try { n({ d: 1 }); n(); } catch (error) { made = error.name; } return [f(), made]; }',
    2,
  ],
  [
    'defaults beside patterns',
    '(early = () => a, { a, log = [] }, { b = log.push("b") } = {}, c = log.push(a), d = () => c) => [early(), a, b, c, d(), d.name, log]',
    undefined,
    { a: 3 },
  ],
  ['length of defaults beside patterns', '() => [((a, { b }, c = 1, d) => 1).length, (({ b } = {}, c) => 1).length]'],
  [
    'async',
    'async (n) => { let s = 0; for (let i = 0; i < n; i++) s += await Promise.resolve(i); try { await Promise.reject(new Error("no")); } catch (e) { s += e.message.length; } finally { s += await 1; } return s; }',
    4,
  ],
  [
    'async order',
    'async () => { const log = []; const a = async (k) => { log.push(k + 1); await null; log.push(k + 2); return k; }; const p = a("x"); log.push("m"); const q = a("y"); const r = await Promise.all([p, q, 3]); log.push(r.join()); return log; }',
  ],
  [
    'async iteration',
    'async () => { async function* g() { yield 1; yield Promise.resolve(2); } const out = []; for await (const x of g()) { if (x === 3) break; out.push(x); } for await (const y of [Promise.resolve(5), 6]) out.push(y); return out; }',
  ],
  [
    'promise reactions',
    'async () => { const log = []; await new Promise((resolve) => { Promise.resolve(1).then((v) => { log.push(v); throw new Error("x"); }).catch((e) => log.push(e.message)).finally(() => resolve()); }); return log; }',
  ],
  [
    'getters',
    '() => { const o = { get a() { return this.b * 2; }, b: 4, set c(v) { this.b = v; } }; o.c = 5; return [o.a, Object.entries(o)]; }',
  ],
  [
    'call, apply, bind',
    '() => { function f(a, b) { return [this.x, a, b]; } return [f.call({ x: 1 }, 2, 3), f.apply({ x: 4 }, [5, 6]), f.bind({ x: 7 }, 8)(9)]; }',
  ],
  [
    'lists of arguments',
    '() => { const f = (...a) => a.length; const of = (g) => { try { return g(); } catch (e) { return e.name; } }; return [f.apply(null, { length: 2 }), f.apply(null, new Set([1])), of(() => f.apply(null, 5)), Reflect.apply(f, null, [1, , 3]), Reflect.construct(Array, { length: 1, 0: 4 }).length, of(() => Reflect.apply(f, null, "ab"))]; }',
  ],
  ['comments at ends', '(a) => { return a + 1 // one\n}', 1],
  [
    'bigint and negative zero',
    '() => { const o = { n: 5n }; o.n++; o.n **= 2n; return [String(o.n), Object.is(-0, -0), 1 / -0]; }',
  ],
];

const frozen = (): unknown[] => [Object.freeze({ a: 1, n: null })];
const sloppyPrograms: readonly (readonly [string, string, () => unknown[]])[] = [
  ['a write', '(o) => [o.a = 2, o.a]', frozen],
  ['a compound write', '(o) => [o.a += 2, o.a++, --o.a, o.n ??= 3, o.a]', frozen],
  ['a delete', '(o) => [delete o.a, o.a]', frozen],
  [
    'a write to a getter',
    '(o) => { o.a = 2; return o.a; }',
    () => [
      {
        get a() {
          return 5;
        },
      },
    ],
  ],
  ['a write to a primitive', '(o) => { o.x = 2; return o.x; }', () => ['text']],
  ['a write to nothing', '(o) => { o.x = 2; }', () => [null]],
  ['a strict function in it', '(o) => (() => { "use strict"; o.a = 2; })()', frozen],
  ['a class in it', '(o) => new (class { m() { return o.a = 2; } })().m()', frozen],
  [
    'this',
    '() => [(function () { return this === globalThis; })(), (function () { "use strict"; return this; })()]',
    () => [],
  ],
];

describe('an instrumented copy', () => {
  test.each(sloppyPrograms)('computes the same in sloppy code: %s', async (_, source, args) => {
    const { plain, copy } = await bothAs('commonjs', source, args);
    expect(copy).toEqual(plain);
  });

  test.each(programs)('computes the same: %s', async (...[, source, ...args]) => {
    const { plain, copy } = await both(source as string, ...args);
    expect(copy).toEqual(plain);
  });

  test('computes the same for generated expressions', async () => {
    const leaf = fc.oneof(
      fc.constantFrom('a', 'b', 'o.x', 'o["y"]', 'o?.z', 'f(a)', 'o.g(b)', '[a, b].length'),
      fc.integer({ min: -9, max: 9 }).map((n) => `(${n})`),
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '<', '===', '&&', '||', '??'), tie('expression'))
          .map(([l, op, r]) => `(${l} ${op} ${r})`),
        fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([c, t, e]) => `(${c} ? ${t} : ${e})`),
        tie('expression').map((e) => `f(${e})`),
        tie('expression').map((e) => `((v) => v)(${e})`),
        tie('expression').map((e) => `\`\${${e}}\``),
        tie('expression').map((e) => `[${e}, ...[${e}]].at(0)`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(expression, async (code) => {
        const { plain, copy } = await both(
          `(a, b) => { const o = { x: 1, y: "s", g: (v) => v }; const f = (v) => v; return ${code}; }`,
          3,
          'q',
        );
        expect(copy).toEqual(plain);
      }),
      { numRuns: 150, seed: 42 },
    );
  });

  test('asks before it touches something foreign, and leaves data alone', async () => {
    const { asks, copy } = await both(
      '() => { const o = { a: 1 }; o.a; process.pid; return Date.now() > 0 && Math.random() < 1; }',
    );
    expect(copy).toEqual({ value: true });
    expect(asks).toHaveLength(3);
  });

  test('takes nested patterns out of data that leads to something foreign, as it is', async () => {
    const program = `(o) => {
      const { outside: { pid }, late, hidden, __proto__: above, list: [first], ...rest } = o;
      return [pid > 0, late, hidden, above !== null, first, Object.keys(rest), o.reads];
    }`;
    const given = (): unknown[] => {
      const data = { outside: process, reads: 0, other: 1 };
      Object.defineProperties(data, {
        hidden: { value: 8 },
        list: { enumerable: true, get: () => [++data.reads] },
        late: { get: () => 7 },
      });
      return [data];
    };
    const { plain, copy, asks } = await bothAs('module', program, given);
    expect(copy).toEqual(plain);
    expect(asks.length).toBeGreaterThan(0);
  });

  test('looks at objects without running what they run when looked at', async () => {
    const ran: string[] = [];
    const noted = (name: string): never => {
      ran.push(name);
      throw new Error(name);
    };
    const traps: ProxyHandler<object> = {
      get: (target, key) => (key in target ? (Reflect.get(target, key) as unknown) : noted(String(key))),
      getPrototypeOf: () => noted('getPrototypeOf'),
      ownKeys: () => noted('ownKeys'),
      getOwnPropertyDescriptor: () => noted('getOwnPropertyDescriptor'),
    };
    class Tagged {
      a = 1;
      get [Symbol.toStringTag](): string {
        return noted('toStringTag');
      }
    }
    const objects: readonly (() => object)[] = [
      () => new Proxy({ a: 1 }, traps),
      () => new Proxy(new Tagged(), traps),
      () => new Tagged(),
      () => Object.assign(Object.create(new Proxy({ a: 2 }, traps)) as object, { a: 1 }),
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ];
    for (const make of objects) {
      const { plain, copy } = await bothAs('module', '(o) => [o.a, [o].includes(o)]', () => [make()]);
      expect(copy).toEqual(plain);
    }
    expect(ran).toEqual([]);
  });

  test('leaves proxies of own code their traps', async () => {
    const { plain, copy, asks } = await both(`() => {
      const log = [];
      const traps = {
        get(target, key) { log.push("get " + String(key)); if (!(key in target)) throw new Error(String(key)); return target[key]; },
        has(target, key) { log.push("has " + key); return key in target; },
        getPrototypeOf(target) { log.push("proto"); return Reflect.getPrototypeOf(target); },
      };
      class Made { a = 1 }
      const one = new Proxy(new Made(), traps);
      const { proxy } = Proxy.revocable({ a: 2 }, traps);
      return [one.a, "b" in one, proxy.a, one instanceof Made, log];
    }`);
    expect(copy).toEqual(plain);
    expect(asks).toEqual([]);
  });

  test('keeps the lines of the source', () => {
    const source = 'const main = (a,\n  b) => {\n  a\n    .x(\n      1);\n  throw new Error("line 6");\n};';
    const plan = new ModulePlan({ path: 'lines.js', source, format: 'module', functionBase: 1, siteBase: 1 });
    const { $ } = helpers();
    const [copy] = (
      (0, eval)(plan.unit([0]).code) as ($: unknown, m: object, a: object) => [(...given: unknown[]) => unknown]
    )($, {}, {});
    expect(() => copy({ x: () => 1 })).toThrow('line 6');
    try {
      copy({ x: () => 1 });
    } catch (error) {
      expect((error as Error).stack).toContain('lines.js:6:');
    }
  });
});
