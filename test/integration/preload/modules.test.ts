// Programs of ECMAScript modules recorded from their first line, and re-executed from the tape alone.
import { expect, test } from 'vitest';
import { listCalls, replayCall, replayWith } from '../../../src/features/timetravel/index.ts';
import { TestProgram } from '../../support/preload.ts';
import { openIndexedTape } from '../../support/tape.ts';

const allExact = { diverged: 0, gapped: 0, divergences: [] };

const files = {
  'package.json': '{ "type": "module" }',
  'main.js': `#!/usr/bin/env node
    import fs, { readFileSync as read } from 'node:fs';
    import * as path from 'node:path';
    import { EOL as eol, b, count, Thing, default as unnamed } from './lib.mts';
    import * as lib from './lib.mts';
    import cjs, { time } from './old.cjs';
    import { again, named, star } from './again.js';
    import data from './data.json' with { type: 'json' };
    export let state = 1;
    console.log(b, count(), new Thing().x > 0, unnamed(), unnamed.name, path.basename(import.meta.url), eol === '\\n');
    console.log(time(), cjs.time(), cjs.answer, again(), named, star(), data.list.map((x) => x * 2));
    lib.bump();
    console.log(lib.n, count(), Object.keys(lib), this === undefined);
    try { lib.n = 5; } catch (error) { console.log(error.name); }
    setTimeout(() => { state++; console.log('timer', lib.n, state); }, 5);`,
  'lib.mts': `import { b as own } from './b.mts';
    export { b } from './b.mts';
    export * from 'node:os';
    export let n: number = 1;
    export function bump(): void { n += 1; }
    export const count = (): number => n + own;
    export class Thing { #y: number = Date.now(); get x(): number { return this.#y; } }
    export default function (): string { return 'unnamed'; }`,
  'b.mts': `export const b: number = 1;`,
  'old.cjs': `exports.time = () => Date.now() > 1; exports.answer = require('./new.js').answer();`,
  'new.js': `export const answer = () => 42;`,
  'again.js': `import { back, early } from './back.js';
    export { count as again } from './lib.mts';
    export const named = back() + early;
    export * from './star.js';
    export function hoisted() { return 'hoisted '; }`,
  'back.js': `import { hoisted, named } from './again.js';
    let dead;
    try { named; } catch (error) { dead = error.name; }
    export const back = () => hoisted() + dead;
    export const early = hoisted();`,
  'star.js': `export const star = () => 'star';`,
  'data.json': `{ "list": [1, 2, 3] }`,
};

test.each([24, 26] as const)('imports, exports, cycles and types on Node %i', async (major) => {
  using program = new TestProgram(files);
  const plain = await program.run(['main.js'], { major });
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  expect(plain.stdout).toContain('hoisted ReferenceErrorhoisted');
  expect(await program.record(['main.js'], { major })).toEqual(plain);
  expect(await program.check()).toMatchObject(allExact);
  using tape = await openIndexedTape(program.tape);
  expect(tape.gaps()).toEqual([]);
  const names = [...tape.calls()].map(({ name }) => name).filter((name) => name.startsWith('load'));
  expect(names).toEqual(
    ['b.mts', 'lib.mts', 'old.cjs', 'new.js', 'back.js', 'star.js', 'again.js', 'main.js'].map(
      (name) => `load ${name}`,
    ),
  );
});

test('await at the top, import() and modules that throw', async () => {
  using program = new TestProgram({
    'main.mjs': `import fs from 'node:fs';
      import { slow } from './slow.mjs';
      const bytes = await fs.promises.readFile(new URL(import.meta.url));
      console.log(bytes.length > 10, slow, await Promise.all([slow, later(2)]));
      async function later(x) { await null; return x; }
      const dynamic = await import('./dynamic.mjs');
      console.log(dynamic.hello('x'), Object.keys(dynamic), dynamic === (await import('./dynamic.mjs')));
      for (const name of ['bad', 'late']) {
        try { await import('./' + name + '.mjs'); } catch (error) { console.log(error.message); }
        console.log(later.name);
      }
      setTimeout(() => console.log(dynamic.hello('y')), 3);
      await new Promise((resolve) => setTimeout(resolve, 10));
      export { bytes };`,
    'slow.mjs': `import { setTimeout } from 'node:timers/promises';
      await setTimeout(3);
      export const slow = await setTimeout(1, 'slow');`,
    'dynamic.mjs': `export const hello = (x) => 'hello ' + x; console.log('dynamic');`,
    'bad.mjs': `export const z = 1; console.log('bad'); null.x;`,
    'late.mjs': `await new Promise((resolve) => setTimeout(resolve, 2)); throw new RangeError('late');`,
  });
  const plain = await program.run(['main.mjs']);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  expect(await program.record(['main.mjs'])).toEqual(plain);
  const report = await program.check();
  expect(report).toMatchObject(allExact);
  expect(report.calls).toBeGreaterThan(6);
});

test.each([
  ['process.exit in a module', `import './first.mjs'; console.log('going'); process.exit(7);`, { code: 7 }],
  ['an error at the top', `import './first.mjs'; console.log('going'); null.x;`, { code: 1 }],
  ['an error behind an await', `import './first.mjs'; await null; console.log('going'); null.x;`, { code: 1 }],
  [
    'an await that never ends',
    `import './first.mjs'; console.log('going'); await new Promise(() => {});`,
    { code: 13 },
  ],
  [
    'a required module that throws',
    `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
    try { require('./bad.mjs'); } catch (error) { console.log(error.message); } console.log(require('./first.mjs').one());`,
    { code: 0 },
  ],
])('%s', async (_name, main, end) => {
  using program = new TestProgram({
    'main.mjs': main,
    'first.mjs': `export const one = () => 1; console.log(one());`,
    'bad.mjs': `console.log('bad'); throw new RangeError('thrown by bad');`,
  });
  const plain = await program.run(['main.mjs']);
  const recorded = await program.record(['main.mjs']);
  expect(recorded).toMatchObject(end);
  expect({ ...recorded, stderr: '' }).toEqual({ ...plain, stderr: '' });
  expect(await program.check()).toMatchObject(allExact);
});

test('a failed call shows its place and values; a change of the past takes the failure away', async () => {
  using program = new TestProgram({
    'main.mts': `import { check } from './stock.mts';
process.on('uncaughtException', (error: Error) => console.log(error.message));
for (const n of [1, 2, 3]) setTimeout(() => console.log(check(n)), n);`,
    'stock.mts': `const limit: number = 2;
const held = new Map([[1, 'a'], [2, 'b'], [3, 'c']]);
export function check(n: number): string {
  const name = held.get(n);
  if (n > limit) throw new RangeError('no ' + name);
  return name + String(Date.now() > 0);
}`,
  });
  const { stdout } = await program.record(['main.mts']);
  expect(stdout).toBe('atrue\nbtrue\nno c\n');
  expect(await program.check()).toMatchObject(allExact);
  const { calls } = await listCalls(program.tape, { roots: true, failed: true });
  const report = await replayCall(program.tape, calls[0]!.call);
  expect(report).toMatchObject({ outcome: 'exact', error: { message: 'no c', place: 'stock.mts:5' } });
  expect(report.locals.find(({ name }) => name === 'name')?.preview).toBe('"c"');
  const { original, modified } = await replayWith(program.tape, { 'stock.mts': { limit: 3 } }, {});
  expect([original.failed, modified.failed]).toEqual([1, 0]);
});
