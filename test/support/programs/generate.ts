// Small async programs, and how they are driven: functions and closures over the state of one module, awaits, promises of
// both sides, timers, errors, iteration. fast-check makes and shrinks them. Every function and loop takes from `fuel`,
// so that each program ends.
import fc from 'fast-check';
import { expressions } from './expressions.ts';

export interface Step {
  /** Turns of the event loop to wait before; 0: in the same drain as the step before. */
  readonly wait: number;
  readonly kind: 'call' | 'emit';
  readonly fn: number;
  readonly args: readonly string[];
}

export interface Program {
  readonly source: string;
  readonly steps: readonly Step[];
  /** Of what foreign code does. */
  readonly seed: number;
}

export const functionCount = 5;

/** Names that every program takes from foreign code. */
export const imports = [
  'num',
  'pair',
  'any',
  'same',
  'ask',
  'fail',
  'soon',
  'lazy',
  'stream',
  'thing',
  'tell',
  'fill',
  'later',
  'often',
  'now',
  'each',
  'hold',
  'work',
  'reenter',
  'emitter',
] as const;

/** State and helpers that are the same in each program. */
const prelude = `
let fuel = 60;
let count = 0;
let text = '';
let last;
let sum = 0n;
const list = [];
const map = new Map([['k', 1]]);
const seen = new Set();
const kept = [];
const node = { v: 1, next: undefined };
node.next = node;
const unique = Symbol('unique');
class Oops extends Error { constructor(message, code) { super(message); this.code = code; } get name() { return 'Oops'; } }
class Box {
  static made = 0;
  items = [];
  constructor(v) { this.sum = v; Box.made++; }
  get double() { return [this.sum, this.sum]; }
  set double(v) { this.sum = v; }
  add(v, ...more) { this.items = [...this.items, v, ...more].slice(-3); return this; }
  async slow(v = num()) { try { this.sum = await ask(v); } finally { this.items.push('slow'); this.items = this.items.slice(-3); } return this; }
  *[Symbol.iterator]() { yield* this.items; }
  static from(v) { return new this(v); }
}
class Wide extends Box { constructor(v) { super(v); this.wide = true; } add(v) { return super.add(v, 'wide'); } }
let box = new Box(0);
function add(x, y) { return typeof x === 'number' && typeof y === 'number' ? x + y : \`\${str(x)}+\${str(y)}\`.slice(-12); }
function str(x) { return typeof x === 'object' || typeof x === 'function' || typeof x === 'symbol' ? typeof x : String(x); }
function keep(x) { list.push(x); if (list.length > 4) list.shift(); return x; }
function shut(f) { kept.push(f); if (kept.length > 3) kept.shift(); }
function* gen(n, v) { for (let i = 0; i < n; i++) { const got = yield add(i, v); if (got) return got; } }
async function* agen(n, v) { try { for (let i = 0; i < n; i++) { if (fuel-- < 0) break; yield i === 1 ? ask(v) : v; } } finally { count++; } }
function refill() { fuel = 30; }
`;

/** What each program begins with. */
export const fixedSource = `import { ${imports.join(', ')} } from 'foreign';\n${prelude.trim()}\n`;

// oxlint-disable-next-line typescript/consistent-type-definitions -- what letrec takes has an index signature
type Language = {
  readonly sync: string;
  readonly async: string;
  readonly syncBlock: string;
  readonly asyncBlock: string;
  readonly callback: string;
  readonly wait: string;
};

const t = (strings: TemplateStringsArray, ...parts: (fc.Arbitrary<string> | string)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((filled) => strings.map((text, at) => text + (filled[at] ?? '')).join(''));

const { value, place, truth, thrown, pattern } = expressions;
const fn = fc.integer({ min: 0, max: functionCount - 1 }).map((n) => `f${n}`);

const simple: readonly fc.Arbitrary<string>[] = [
  t`count += ${fc.integer({ min: -2, max: 5 }).map(String)};`,
  t`count++;`,
  t`text = add(text, ${value});`,
  t`keep(${value});`,
  t`last = ${value};`,
  t`sum += ${fc.constantFrom('1n', '2n', 'BigInt(list.length)')};`,
  t`map.set(${fc.constantFrom("'k'", 'str(a)', 'b', 'node')}, ${value}); if (map.size > 4) map.clear();`,
  t`map.delete('k');`,
  t`seen.add(${value}); if (seen.size > 3) seen.clear();`,
  t`node.v = ${value};`,
  t`node.next = ${fc.constantFrom('node', '{ v: a, next: node }', 'undefined', 'box')};`,
  t`box.add(${value});`,
  t`box = ${fc.constantFrom('new Box(a)', 'new Wide(b)', 'Box.from(c)', 'Wide.from(d)', 'box')};`,
  t`box.double = ${value};`,
  t`${place} = ${value};`,
  t`${place} ??= ${value};`,
  t`${pattern}`,
  t`tell(${value});`,
  t`tell(${value}, ${value});`,
  t`throw ${thrown};`,
  t`emitter.emit('x', ${value});`,
  t`[count, d] = [count + 1, list.at(0)];`,
  t`delete node.extra;`,
  t`node.extra = { ...node.extra, [str(a)]: ${value} }; if (Object.keys(node.extra).length > 3) delete node.extra;`,
];

const language = fc.letrec<Language>((tie) => {
  const callback = tie('callback');
  const withCallbacks: readonly fc.Arbitrary<string>[] = [
    t`later(${callback});`,
    t`often(${callback});`,
    t`${place} = now(${callback}, ${value});`,
    t`${place} = each([...list, a], ${callback});`,
    t`setTimeout(${callback}, ${fc.integer({ min: 0, max: 3 }).map(String)}, a);`,
    t`{ const timer = setImmediate(${callback}); if (${truth}) clearTimeout(timer); }`,
    t`if (emitter.listenerCount('x') < 4) emitter.${fc.constantFrom('on', 'once', 'prependListener')}('x', ${callback});`,
    t`{ const f = ${callback}; if (emitter.listenerCount('x') < 4) emitter.on('x', f); ${tie('sync')} emitter.off('x', f); }`,
    t`shut(${callback});`,
    t`${place} = kept.at(-1)?.(a);`,
    t`${place} = [...list].map(${callback}).length;`,
    t`list.forEach(${callback});`,
    t`${place} = [a, ...list].find(${callback});`,
    t`hold(${tie('wait')});`,
    t`${place} = ${tie('wait')};`,
    t`${tie('wait')}.catch(() => { count++; });`,
  ];
  const nested = (kind: 'sync' | 'async'): readonly fc.Arbitrary<string>[] => {
    const block = tie(`${kind}Block`);
    return [
      t`if (${truth}) ${block} else ${block}`,
      t`for (let i = 0; i < 2; i++) { if (fuel-- < 0) break; ${tie(kind)} }`,
      t`for (const x of ${fc.constantFrom('[a, ...list]', 'box', 'gen(2, b)', 'thing()', 'map.keys()', 'kept')}) { if (fuel-- < 0) break; c = x; ${tie(kind)} }`,
      t`for (const k in ${fc.constantFrom('node', 'pair()', 'box', 'thing()')}) { d = k; ${tie(kind)} }`,
      t`try ${block} catch (e) { last = e; ${tie(kind)} }`,
      t`try ${block} catch { c = 'caught'; } finally { count++; }`,
      t`try ${block} finally ${block}`,
      t`switch (str(a).length % 3) { case 0: ${tie(kind)} case 1: ${tie(kind)} break; default: ${tie(kind)} }`,
      t`{ let c = ${value}; shut(() => c); ${tie(kind)} }`,
      t`return ${value};`,
    ];
  };
  const syncStatement = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    ...simple,
    ...withCallbacks,
    ...nested('sync'),
    t`${place} = ${fn}(${value}, ${value});`,
  );
  const asyncStatement = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    ...simple,
    ...withCallbacks,
    ...nested('async'),
    t`await ${tie('wait')};`,
    t`${place} = await ${tie('wait')};`,
    t`${place} = await ${tie('wait')};`,
    t`count = [count, await ${tie('wait')}].length + count;`,
    t`keep(await ${tie('wait')});`,
    t`try { ${place} = await ${tie('wait')}; } catch (e) { last = e; } finally ${tie('asyncBlock')}`,
    t`for await (const x of ${fc.constantFrom('agen(3, a)', 'stream()', '[ask(a), b, soon()]', 'agen(2, soon())')}) { if (fuel-- < 0) break; d = x; ${tie('async')} }`,
    t`{ const [x, y] = await Promise.all([${tie('wait')}, ${tie('wait')}]); c = x; d = y; }`,
    t`return ${tie('wait')};`,
    t`await null;`,
  );
  const several = (statement: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> =>
    fc.array(statement, { minLength: 1, maxLength: most }).map((all) => all.join('\n  '));
  const waits: readonly fc.Arbitrary<string>[] = [
    t`ask(${value})`,
    t`fail()`,
    t`soon()`,
    t`lazy()`,
    t`thing().slow(${value})`,
    t`box.slow(${value})`,
    t`work(async (x) => { if (fuel-- < 0) return; c = x; ${tie('async')} })`,
    t`Promise.resolve(${fn}(${value}))`,
    t`(async () => ${tie('asyncBlock')})()`,
    t`new Promise((resolve, reject) => { ${fc.constantFrom('resolve(a)', 'reject(b)', 'later(resolve)', 'later(reject)', 'often(resolve)', 'setTimeout(resolve, 1, c)', 'resolve(ask(a))', 'now(resolve, fail())', 'resolve(lazy())')}; })`,
    t`new Promise((resolve) => { ${tie('sync')} later(() => { count++; resolve(count); }); })`,
    t`Promise.${fc.constantFrom('all', 'race', 'any', 'allSettled')}([${tie('wait')}, ${tie('wait')}, ${value}])`,
    t`Promise.race([${tie('wait')}, new Promise((done) => setTimeout(done, 2, 'late'))])`,
    t`Promise.resolve(${tie('wait')}).then(${callback})`,
    t`Promise.resolve(${tie('wait')}).then(${callback}, ${callback})`,
    t`Promise.resolve(${tie('wait')}).catch(${callback})`,
    t`Promise.resolve(${tie('wait')}).finally(() => { count++; })`,
    t`ask(${value}).then(${callback}).finally(() => { ${tie('sync')} })`,
    t`agen(2, a).next()`,
  ];
  return {
    sync: syncStatement,
    async: asyncStatement,
    syncBlock: several(syncStatement, 2).map((inner) => `{ ${inner} }`),
    asyncBlock: several(asyncStatement, 2).map((inner) => `{ ${inner} }`),
    callback: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      t`(x) => (${value})`,
      t`(x) => { if (fuel-- < 0) return; c = x; ${tie('sync')} }`,
      t`(x, ...rest) => { if (fuel-- < 0) return; d = rest.length; ${tie('sync')} return x; }`,
      t`function (x) { if (fuel-- < 0) return; a = typeof this; c = arguments.length; ${tie('sync')} }`,
      t`async (x) => { if (fuel-- < 0) return; c = x; ${tie('async')} }`,
      fn,
      t`async function named(x, y = ${value}) { if (fuel-- < 0) return; c = [x, y]; ${tie('async')} }`,
    ),
    wait: fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...waits),
  };
});

const parameters = fc.constantFrom(
  'a, b',
  'a = num(), b',
  '{ n: a, ...b } = {}, c',
  '[a, b = 1] = [], ...c',
  'a, ...b',
  'a, b = a',
);
const declared = (given: string): string => (given.includes('c') ? 'let d;' : 'let c, d;');
const several = (statement: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(statement, { minLength: 1, maxLength: 5 }).map((all) => all.join('\n  '));
const functionText = (n: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(parameters, several(language.async), value)
      .map(
        ([given, body, end]) =>
          `async function f${n}(${given}) {\n  ${declared(given)} if (fuel-- < 0) return 'spent';\n  ${body}\n  return ${end};\n}`,
      ),
    fc
      .tuple(parameters, several(language.sync), value)
      .map(
        ([given, body, end]) =>
          `function f${n}(${given}) {\n  ${declared(given)} if (fuel-- < 0) return 'spent';\n  ${body}\n  return ${end};\n}`,
      ),
    fc
      .tuple(several(language.async), value)
      .map(
        ([body, end]) =>
          `const f${n} = async (a, b) => {\n  let c, d; if (fuel-- < 0) return 'spent';\n  ${body}\n  return ${end};\n};`,
      ),
  );

const step: fc.Arbitrary<Step> = fc.record({
  wait: fc.constantFrom(0, 0, 1, 1, 2, 3),
  kind: fc.constantFrom('call', 'call', 'call', 'call', 'emit'),
  fn: fc.integer({ min: 0, max: functionCount - 1 }),
  args: fc.array(fc.constantFrom('number', 'value', 'text', 'data', 'bag', 'thing', 'promise', 'callback'), {
    maxLength: 3,
  }),
});

export const program: fc.Arbitrary<Program> = fc
  .tuple(
    fc.tuple(...Array.from({ length: functionCount }, (_, n) => functionText(n))),
    fc.array(step, { minLength: 1, maxLength: 14 }),
    fc.integer({ min: 1, max: 0x7fffffff }),
  )
  .map(([functions, steps, seed]) => ({
    source: `${fixedSource}${functions.join('\n')}\n`,
    steps,
    seed,
  }));
