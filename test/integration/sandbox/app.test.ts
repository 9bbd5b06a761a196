// `app` in cells, over a target that is plain objects described by the code that is injected into real ones.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fail } from '../../../src/core/common/errors.ts';
import { answerAppRequest } from '../../../src/core/sandbox/index.ts';
import { editHistory, editValue, undoEdit } from '../../../src/features/livestate/index.ts';
import { FakeTarget } from '../../../src/core/targets/fake.ts';
import { bench } from './harness.ts';
import type { Bench } from './harness.ts';

class Cart {
  readonly id: number;
  readonly items = [
    { sku: 'A', n: 1 },
    { sku: 'B', n: 2 },
  ];
  constructor(id: number) {
    this.id = id;
  }
  total(factor: number): number {
    return this.items.length * factor;
  }
}

let getterRuns = 0;
const key = { k: 1 };
const state = {
  count: 1,
  carts: new Map<unknown, unknown>([
    ['42', new Cart(42)],
    ['7', new Cart(7)],
    [key, 'by object'],
    [5, 'five'],
  ]),
  tags: new Set(['x', 'y']),
  list: Array.from({ length: 1200 }, (_, index) => index),
  when: new Date('2026-01-02T03:04:05.678Z'),
  odd: {
    'a b': 1,
    nan: NaN,
    big: 2n ** 70n,
    zero: -0,
    none: undefined,
    nil: null,
    nested: { deep: { deeper: { deepest: 1 } } },
  },
  trap: {
    get boom(): never {
      getterRuns += 1;
      throw new Error('the getter ran');
    },
  },
  key,
  add: (a: number, b: number): number => a + b,
  password: 'hunter2',
};

const home = mkdtempSync(join(tmpdir(), 'devsandbox-app-'));
const homeBefore = process.env['DEVSANDBOX_HOME'];
let cells: Bench;
let open = new Set<string>();
const asked: string[] = [];
const target = new FakeTarget({
  'src/cart.ts': { variables: state, exported: ['carts'] },
  'lib/x.js': { variables: {}, own: false },
});

beforeAll(async () => {
  process.env['DEVSANDBOX_HOME'] = home;
  cells = await bench({
    front: {
      request: (method, parameters) =>
        answerAppRequest(target, method, parameters, {
          access: (kind, operation) => {
            asked.push(`${kind}: ${operation}`);
            if (!open.has(kind)) throw fail('DS5001', { operation, access: kind });
          },
          edit: (name, expression, holder) =>
            editValue(target, name, expression, holder === undefined ? {} : { holder }),
        }),
    },
  });
  await cells.run("const m = app.modules['src/cart.ts']");
});
afterAll(async () => {
  if (homeBefore === undefined) delete process.env['DEVSANDBOX_HOME'];
  else process.env['DEVSANDBOX_HOME'] = homeBefore;
  rmSync(home, { recursive: true, force: true });
  await cells[Symbol.asyncDispose]();
});

test.each([
  ['Object.keys(app.modules).join()', 'src/cart.ts,lib/x.js'],
  ["'src/cart.ts' in app.modules", true],
  ['m.count', 1],
  ["m.carts.get('42').id", 42],
  ['m.carts.size', 4],
  ['m.carts.get(5)', 'five'],
  ['m.carts.get(m.key)', 'by object'],
  [
    "[m.carts.has('7'), m.carts.has('8'), m.carts.has(m.key), m.carts.get('8') === undefined]",
    [true, false, true, true],
  ],
  ["[...m.carts.keys()].filter((k) => typeof k === 'string').join()", '42,7'],
  ['let sum = 0; for (const [, cart] of m.carts) sum += cart.id ?? 0; sum', 49],
  ["m.carts.get('42').items.map((item) => item.sku).join('')", 'AB'],
  ["m.carts.get('42').items.length", 2],
  ["m.carts.get('42').items[1].n", 2],
  ["const [firstItem, ...rest] = m.carts.get('42').items; [firstItem.sku, rest.length]", ['A', 1]],
  ["Array.isArray(m.carts.get('42').items)", true],
  ['m.carts instanceof Map', true],
  ["Object.keys(m.carts.get('42')).join()", 'id,items'],
  ["JSON.stringify({ ...m.carts.get('42').items[0] })", '{"sku":"A","n":1}'],
  ['JSON.stringify(m.carts.get("42").items)', '[{"sku":"A","n":1},{"sku":"B","n":2}]'],
  ['[...m.tags].join() + m.tags.has("y") + m.tags.size', 'x,ytrue2'],
  ['m.list.length + m.list[1199] + m.list.filter((n) => n % 2).length', 1200 + 1199 + 600],
  ['m.list.at(-1)', 1199],
  ['m.when.getTime()', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  [
    '[m.odd["a b"], Number.isNaN(m.odd.nan), m.odd.big === 2n ** 70n, Object.is(m.odd.zero, -0), m.odd.none === undefined, m.odd.nil, m.odd.nope === undefined]',
    [1, true, true, true, true, null, true],
  ],
  ['[m.odd.hasOwnProperty("nil"), "nan" in m.odd, "nope" in m.odd]', [true, true, false]],
  ['m.nope === undefined', true],
  ['m.carts === m.carts', true],
  ['String(m.trap.boom)', '[Getter]'],
  ['String(m.password)', '[redacted password]'],
  ['typeof m.add', 'function'],
])('%s', async (code, expected) => {
  expect(await cells.value(code)).toEqual(expected);
});

test('values are shown by what the target says of them', async () => {
  expect((await cells.run("m.carts.get('42')")).value).toEqual({
    'text/plain': "Cart { id: 42, items: [ { sku: 'A', n: 1 }, { sku: 'B', n: 2 } ] }",
    'application/json': {
      id: 42,
      items: [
        { sku: 'A', n: 1 },
        { sku: 'B', n: 2 },
      ],
    },
  });
  expect((await cells.run('m.trap')).value?.['text/plain']).toContain('[Getter]');
  const { out } = await cells.run('console.log(m.tags, { inside: m.carts.get("42").items })');
  expect(out.join('')).toBe("stdout: Set(2) { 'x', 'y' } { inside: [ { sku: 'A', n: 1 }, { sku: 'B', n: 2 } ] }\n");
  expect(getterRuns).toBe(0);
});

test('a change in the target is seen at once', async () => {
  await cells.run('const before = m.count; const held = m.odd');
  state.count = 9;
  (state.odd as Record<string, unknown>)['later'] = 'new';
  expect(await cells.value('[before, m.count, held.later]')).toEqual([1, 9, 'new']);
});

test('attach is read-only: assignment and calls are refused by the access check', async () => {
  asked.length = 0;
  for (const code of ['m.count = 5', "m.carts.get('42').items[0].n = 5", 'm.add(1, 2)', 'm.odd.nope = 1']) {
    expect((await cells.run(code)).error?.code, code).toBe('DS5001');
  }
  expect(asked).toEqual([
    'edit: assigning to src/cart.ts#count',
    'edit: assigning to src/cart.ts#carts.get("42").items[0].n',
    'code: calling a function of the target',
    'edit: assigning to src/cart.ts#odd.nope',
  ]);
  for (const code of [
    'm.list.push(1)',
    'm.carts.set("1", 1)',
    'm.tags.delete("x")',
    'delete m.odd.nil',
    'm.list.sort()',
    'Object.defineProperty(m.odd, "z", { value: 1 })',
  ]) {
    expect((await cells.run(code)).error?.code, code).toBe('DS2023');
  }
  expect(state.tags.has('x')).toBe(true);
});

test('with access, assignment and calls work; what cannot cross is refused', async () => {
  open = new Set(['edit', 'code']);
  try {
    await cells.value('m.count = 77; m.carts.get("42").items[0].n = { made: [1, "x", null] }; 0');
    expect(state.count).toBe(77);
    expect((state.carts.get('42') as Cart).items[0]!.n).toEqual({ made: [1, 'x', null] });
    const applied = (await editHistory(target)).filter((each) => each.state === 'applied');
    expect(applied.map((each) => [each.name, each.before])).toEqual([
      ['src/cart.ts#count', '9'],
      ['src/cart.ts#carts.get("42").items[0].n', '1'],
    ]);
    await undoEdit(target);
    expect((state.carts.get('42') as Cart).items[0]!.n).toBe(1);
    // What the name leads to by now is another object than the one at hand.
    await cells.run('const kept = m.carts.get("42").items[1]');
    (state.carts.get('42') as Cart).items[1] = { sku: 'B', n: 3 };
    expect((await cells.run('kept.n = 4')).error?.code).toBe('DS5003');
    expect((state.carts.get('42') as Cart).items[1]).toEqual({ sku: 'B', n: 3 });
    expect(await cells.value('m.add(20, 22)')).toBe(42);
    expect(await cells.value('m.carts.get("42").total(10)')).toBe(20);
    for (const code of [
      'm.count = () => 1',
      'm.count = m.odd',
      'm.add(Symbol())',
      'const loop = {}; loop.me = loop; m.count = loop',
    ]) {
      expect((await cells.run(code)).error?.code, code).toBe('DS2021');
    }
  } finally {
    open = new Set();
  }
});

test('the table of modules and a module show what they hold, as a value and when printed', async () => {
  const modules = "modules [ 'src/cart.ts', 'lib/x.js' ]";
  expect((await cells.run('app.modules')).value).toEqual({ 'text/plain': modules });
  expect((await cells.run('await app.modules; 1')).error).toBeUndefined();
  expect((await cells.run('console.log(app.modules)')).out).toEqual([`stdout: ${modules}\n`]);
  expect((await cells.run('({ all: app.modules })')).value?.['text/plain']).toBe(`{ all: ${modules} }`);
  const cart = String((await cells.run('m')).value?.['text/plain']);
  expect(cart).toMatch(/^src\/cart\.ts \{\n {2}count: 77,\n {2}carts: Map\(4\) \{ "42" → Cart \{/);
  expect(cart).toContain('password: [redacted password]');
  expect((await cells.run('console.log(m)')).out).toEqual([`stdout: ${cart}\n`]);
  expect((await cells.runner.inspect('app.modules', 11)).data['text/plain']).toContain(modules);
  expect(getterRuns).toBe(0);
});

test('what is shown of a large collection tells its size and how much was left out', async () => {
  const many = Array.from({ length: 250 }, (_, index) => [`k${index}`, index] as const);
  Object.assign(state.odd, { map: new Map(many), set: new Set(many.keys()), object: Object.fromEntries(many) });
  const text = async (code: string): Promise<string> => String((await cells.run(code)).value?.['text/plain']);
  expect(await text('m.odd.map')).toMatch(
    /^Map\(250\) \{\n {2}'k0' => 0,[^]*\n {2}'k99' => 99,\n {2}\.\.\. 150 more items\n\}$/,
  );
  expect(await text('m.odd.set')).toMatch(/^Set\(250\) \{[^]*\n {2}99,\n {2}\.\.\. 150 more items\n\}$/);
  expect(await text('m.list')).toMatch(/^\[[^]*\b99,\n {2}\.\.\. 1100 more items\n\]$/);
  expect(await text('m.odd.object')).toMatch(/^\{[^]*\bk99: 99,\n {2}'…': 150 more\n\}$/);
});

test('an unknown module is an error', async () => {
  expect((await cells.run("app.modules['src/nope.ts']")).error?.code).toBe('DS2024');
});

test('completion and inspection read members, and run nothing', async () => {
  const complete = async (code: string): Promise<readonly string[]> =>
    (await cells.runner.complete(code, code.length)).items.map((item) => item.text);
  expect(await complete("app.modules['src/")).toEqual(['src/cart.ts']);
  expect(await complete("app.modules['src/cart.ts'].ca")).toEqual(['carts']);
  expect(await complete('m.carts.get')).toEqual(['get']);
  expect(await complete('m.odd.ne')).toEqual(['nested']);
  expect(await complete('m.odd.nested.deep.')).toContain('deeper');
  expect(await complete('m.trap.')).toContain('boom');
  expect(await complete('m.trap.boom.')).not.toContain('message');
  expect((await cells.runner.inspect('m.odd.nested', 8)).data['text/plain']).toContain('deepest');
  expect(getterRuns).toBe(0);
});
