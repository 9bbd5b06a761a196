import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bench, until } from './harness.ts';
import type { Bench } from './harness.ts';

let cells: Bench;
beforeAll(async () => void (cells = await bench()));
afterAll(() => cells[Symbol.asyncDispose]());

test('output comes in order and before the result', async () => {
  const seen: string[] = [];
  const listeners = {
    output: ({ text }: { text: string }) => void seen.push(text),
    display: () => void seen.push('display'),
  };
  await cells.runner
    .run('for (let i = 0; i < 200; i++) console.log(i); console.error("end"); display({ "text/plain": "d" }); 1', {
      name: 'cell 900',
      listeners,
    })
    .then(() => seen.push('result'));
  expect(seen).toEqual([...Array.from({ length: 200 }, (_, index) => `${index}\n`), 'end\n', 'display', 'result']);
});

test('console prints as Node does', async () => {
  const { out } = await cells.run(
    'console.log("%s is %d", "x", 4, { a: [1, new Map([[1, { b: { c: { d: 1 } } }]])] }); console.table([{ a: 1 }]); console.group("g"); console.log("in\\nside"); console.groupEnd(); console.assert(false, "no")',
  );
  expect(out).toEqual([
    'stdout: x is 4 { a: [ 1, Map(1) { 1 => [Object] } ] }\n',
    'stdout: ┌─────────┬───┐\n│ (index) │ a │\n├─────────┼───┤\n│ 0       │ 1 │\n└─────────┴───┘\n',
    'stdout: g\n',
    'stdout:   in\n  side\n',
    'stderr: Assertion failed: no\n',
  ]);
});

test('late output goes to the cell that started it', async () => {
  const early = await cells.run('setTimeout(() => console.log("from early"), 60); 1');
  const late = await cells.run('await new Promise((done) => setTimeout(done, 200)); console.log("from late")');
  await until(() => early.out.length > 0);
  expect(early.out).toEqual(['stdout: from early\n']);
  expect(late.out).toEqual(['stdout: from late\n']);
});

test('what fails late is said on stderr of its cell, with its place', async () => {
  const cell = await cells.run(
    'setTimeout(() => { throw new Error("timer") }, 1); setTimeout(() => Promise.reject(new Error("rejection")), 2); 1',
  );
  await until(() => cell.out.length === 2);
  expect(cell.out.join('')).toContain(`Error: timer (cell ${cell.number}:1:26)`);
  expect(cell.out.join('')).toContain('Error: rejection');
});

test('a rejection that nobody handles is an error of the running cell', async () => {
  const { status, error } = await cells.run(
    'Promise.reject(new TypeError("floating"));\nawait new Promise((done) => setTimeout(done, 20_000))',
  );
  expect(status).toBe('error');
  expect(error).toMatchObject({ name: 'TypeError', message: 'floating', frames: [{ line: 1, column: 16 }] });
  expect(await cells.value('const handled = Promise.reject(new Error("x")); await handled.catch(() => "caught")')).toBe(
    'caught',
  );
});

test('errors have positions of what was typed and a code frame', async () => {
  const { error, number } = await cells.run(
    'interface A { b: string }\nfunction bad(v: A): unknown {\n  return (v as any).foo.bar;\n}\nbad({ b: "" })',
  );
  expect(error).toEqual({
    name: 'TypeError',
    message: "Cannot read properties of undefined (reading 'bar')",
    frames: [
      { file: `cell ${number}`, line: 3, column: 25, name: 'bad' },
      { file: `cell ${number}`, line: 5, column: 1 },
    ],
    codeFrame:
      '  1 | interface A { b: string }\n  2 | function bad(v: A): unknown {\n> 3 |   return (v as any).foo.bar;\n    |                         ^\n  4 | }',
  });
});

test('syntax errors are coded and placed; nothing runs', async () => {
  const { error, out } = await cells.run('console.log("no");\nlet a = (1 + ;');
  expect(error).toMatchObject({ code: 'DS2010', name: 'SyntaxError', frames: [{ line: 2, column: 14 }] });
  expect(error?.codeFrame).toContain('> 2 | let a = (1 + ;');
  expect(out).toEqual([]);
  expect((await cells.run('/(/')).error?.name).toBe('SyntaxError');
});

test.each([
  ['throw { a: 1 }', { name: 'Uncaught', message: '{ a: 1 }' }],
  ['throw null', { name: 'Uncaught', message: 'null' }],
  ['const fixed = 1; fixed = 2', { name: 'TypeError', message: 'Assignment to constant variable.' }],
  ['throw new Error("outer", { cause: new RangeError("inner") })', { message: 'outer\n  cause: RangeError: inner' }],
])('%s', async (code, error) => {
  expect((await cells.run(code)).error).toMatchObject(error);
});

describe('values', () => {
  test.each([
    ['[1, { a: null }]', { 'text/plain': '[ 1, { a: null } ]', 'application/json': [1, { a: null }] }],
    ['new Map([[1, 2]])', { 'text/plain': 'Map(1) { 1 => 2 }' }],
    ['1n', { 'text/plain': '1n' }],
    ['NaN', { 'text/plain': 'NaN' }],
    ['class K { z = 1 } new K()', { 'text/plain': 'K { z: 1 }' }],
    ['({ get g() { throw 1 } })', { 'text/plain': '{ g: [Getter] }' }],
    ['new Proxy({}, { get() { throw 1 }, ownKeys() { throw 1 } })', { 'text/plain': '[Proxy]' }],
    ['await Promise.resolve("x")', { 'text/plain': "'x'", 'application/json': 'x' }],
    ['undefined', undefined],
    ['let none = 1', undefined],
  ])('%s', async (code, value) => {
    expect((await cells.run(code)).value).toEqual(value);
  });

  test('a value may show itself', async () => {
    const { value } = await cells.run('({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>" }) })');
    expect(value).toMatchObject({ 'text/html': '<b>x</b>' });
  });

  test('the last value is `_`', async () => {
    await cells.run('new Set([7])');
    expect(await cells.value('_.has(7)')).toBe(true);
  });
});

test.each([
  ['new URL("http://a/b?c=1").searchParams.get("c")', '1'],
  ['[...structuredClone(new Map([[1, new Date(0)]])).values()][0].getTime()', 0],
  ['new TextDecoder().decode(new TextEncoder().encode("hä€😀"))', 'hä€😀'],
  [
    'const d = new TextDecoder(); const bytes = new TextEncoder().encode("€"); d.decode(bytes.slice(0, 1), { stream: true }) + d.decode(bytes.slice(1))',
    '€',
  ],
  ['Buffer.from("hi").toString("hex")', '6869'],
  ['crypto.randomUUID().length', 36],
  [
    'Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"))).toString("hex").slice(0, 8)',
    'ba7816bf',
  ],
  [
    'const ac = new AbortController(); setTimeout(() => ac.abort(), 1); await new Promise((done) => ac.signal.addEventListener("abort", done)); ac.signal.reason.name',
    'AbortError',
  ],
  ['let order = ""; queueMicrotask(() => order += "m"); await new Promise((done) => setImmediate(done)); order', 'm'],
  [
    'let ticks = 0; await new Promise((done) => { const t = setInterval(() => { if (++ticks === 3) { clearInterval(t); done() } }, 1) }); ticks',
    3,
  ],
  ['typeof process.env.HOME', 'undefined'],
  ['atob(btoa("x"))', 'x'],
  ['await new Blob(["a", new Uint8Array([98])]).text()', 'ab'],
])('%s', async (code, expected) => {
  expect(await cells.value(code)).toEqual(expected);
});

test('completion and inspection run no code of the user', async () => {
  await cells.run(
    'let ran = 0; const o = { get boom() { ran++; return {} }, deep: { arr: [1] }, "odd key": 1 }; const trap = new Proxy({}, { get() { ran++ }, ownKeys() { ran++; return [] }, getOwnPropertyDescriptor() { ran++ }, getPrototypeOf() { ran++; return null } }); class Sub { meth(a: number) { return a } }; const sub = new Sub()',
  );
  const complete = async (code: string): Promise<readonly string[]> =>
    (await cells.runner.complete(code, code.length)).items.map((item) => item.text);
  expect((await complete('o.')).slice(0, 2)).toEqual(['boom', 'deep']);
  expect(await complete('o["odd')).toEqual(['odd key']);
  expect(await complete('o.boom.')).toEqual([]);
  expect(await complete('trap.')).toEqual([]);
  expect(await complete('trap.x.')).toEqual([]);
  expect(await complete('sub.me')).toEqual(['meth']);
  expect(await complete('o.deep.ar')).toEqual(['arr']);
  expect(await complete('structuredC')).toEqual(['structuredClone']);
  expect(await complete('conti')).toEqual(['continue']);
  expect((await cells.runner.inspect('o.deep', 4)).data['text/plain']).toBe('o.deep: object\n{ arr: [ 1 ] }');
  expect((await cells.runner.inspect('o.boom', 4)).found).toBe(false);
  await cells.runner.inspect('trap', 1);
  expect((await cells.runner.inspect('nope', 1)).found).toBe(false);
  expect(await cells.value('ran')).toBe(0);
});

test("assign and evaluateJson reach the cells' scope", async () => {
  await cells.runner.assign('last', { tape: '7f3a' });
  expect(await cells.value('last.tape')).toBe('7f3a');
  expect(await cells.runner.evaluateJson('{ a: last.tape, b: [1] }')).toEqual({ a: '7f3a', b: [1] });
  await expect(cells.runner.evaluateJson('() => 1')).rejects.toMatchObject({ code: 'DS2020' });
  await expect(cells.runner.evaluateJson('nowhere')).rejects.toMatchObject({ code: 'DS2020' });
});

test('kept values and redeclarations agree with a model', async () => {
  const name = fc.constantFrom('pa', 'pb', 'pc');
  const step = fc.record({
    name,
    value: fc.integer(),
    how: fc.constantFrom('let', 'const', 'var', 'function', 'class', 'pattern', 'assign'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await cells.run('const readers = {}; for (const n of ["pa", "pb", "pc"]) delete globalThis[n]');
      await cells.run('readers.pa = () => pa; readers.pb = () => pb; readers.pc = () => pc');
      const model = new Map<string, { value: number; wrapped: string; constant: boolean }>();
      for (const { name: variable, value, how } of steps) {
        const known = model.get(variable);
        const source = {
          let: `let ${variable} = ${value}`,
          const: `const ${variable}: number = ${value}`,
          var: `var ${variable} = ${value}`,
          function: `function ${variable}() { return ${value} }`,
          class: `class ${variable} { static v = ${value} }`,
          pattern: `const { q: [${variable}] } = { q: [${value}] }`,
          assign: `${variable} = ${value}`,
        }[how];
        const { status } = await cells.run(source);
        const refused = how === 'assign' && known?.constant === true;
        expect(status).toBe(refused ? 'error' : 'ok');
        if (!refused)
          model.set(variable, {
            value,
            wrapped: how === 'function' ? '()' : how === 'class' ? '.v' : '',
            constant: how === 'const' || how === 'pattern',
          });
      }
      for (const [variable, { value, wrapped }] of model) {
        expect(await cells.value(`[${variable}${wrapped}, readers.${variable}()${wrapped}]`)).toEqual([value, value]);
      }
    }),
    { numRuns: 25 },
  );
});
