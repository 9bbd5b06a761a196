// CommonJS programs recorded from their first line, and re-executed from the tape alone.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listCalls, replayCall, replayWith } from '../../../src/features/timetravel/index.ts';
import { openIndexedTape } from '../../support/tape.ts';
import { TestProgram } from '../../support/preload.ts';
import { eventually } from '../../support/target-process.ts';

const allExact = { diverged: 0, gapped: 0, divergences: [] };

const cycle = {
  'a.js': `const fs = require('fs');
    const { add, nameOfA } = require('./b');
    exports.name = 'a';
    Object.defineProperty(exports, 'late', { get: () => nameOfA(), enumerable: true });
    const b = require('./b');
    class Clock { started = Date.now(); age() { return Date.now() - this.started; } }
    const clock = new Clock();
    console.log(add(1, 2), b.count(), nameOfA(), typeof clock.age());
    (async () => {
      console.log((await fs.promises.readFile(__filename)).length > 10);
      setTimeout(() => console.log('timer', add(1, 1), fs.readFileSync(__filename, 'utf8').length > 10), 5);
    })();
    process.on('exit', () => console.log('bye', add(3, 4), b.count()));`,
  'b.js': `'use strict';
    const a = require('./a');
    let n = 0;
    module.exports = { add: (x, y) => (n++, x + y), nameOfA: () => a.name };
    module.exports.count = () => n;`,
};

test('modules in a circle, timers, promises and exit handlers are exact', async () => {
  using program = new TestProgram(cycle);
  const plain = await program.run(['a.js']);
  const recorded = await program.record(['a.js']);
  expect(recorded).toEqual(plain);
  expect(plain.stdout).toContain('bye 7 3');
  const report = await program.check();
  expect(report).toMatchObject({ ...allExact, calls: 3 });
  using tape = await openIndexedTape(program.tape);
  expect(tape.gaps()).toEqual([]);
  expect([...tape.calls()].map(({ name }) => name)).toEqual([
    'load a.js',
    'load b.js',
    expect.any(String),
    expect.any(String),
  ]);
});

test('what own code hands out and fills later is known by where it stands', async () => {
  using program = new TestProgram({
    'main.js': `const { EventEmitter } = require('events');
      const handlers = {};
      const bus = new EventEmitter();
      bus.on('ask', (name, value) => handlers[name](value));
      const bound = function (by, value) { console.log('bound', by, this.x, value); }.bind({ x: 3 }, 'by');
      bus.on('bound', bound);
      setImmediate(Function.prototype.call.bind(function later() { console.log('later'); }));
      handlers.double = (x) => console.log('double', x * 2);
      bus.emit('ask', 'double', 21);
      bus.emit('bound', 9);
      for (const n of [1, 2]) queueMicrotask(() => console.log('micro', n));
      module.exports = { handlers };`,
  });
  const plain = await program.run(['main.js']);
  expect(await program.record(['main.js'])).toEqual(plain);
  expect(await program.check()).toMatchObject(allExact);
});

test.each([
  ['process.exit', `setTimeout(() => { console.log('going'); process.exit(7); }, 5)`, { code: 7 }],
  ['process.exit at the top', `console.log('going'); process.exit(8)`, { code: 8 }],
  ['process.exitCode', `process.exitCode = 3; console.log('going')`, { code: 3 }],
  ['an uncaught error', `setTimeout(() => { console.log('going'); throw new TypeError('lost'); }, 5)`, { code: 1 }],
  ['a rejection', `console.log('going'); (async () => { throw new TypeError('lost'); })()`, { code: 1 }],
  [
    'a module that throws',
    `console.log('going'); try { require('./bad'); } catch (e) { console.log(e.message); } require('./bad')`,
    { code: 1 },
  ],
  [
    'a signal of its own',
    `setTimeout(() => { console.log('going'); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 100); }, 5)`,
    { signal: 'SIGTERM' },
  ],
])('%s: the end is that of the program, and the tape is whole', async (_name, main, end) => {
  using program = new TestProgram({ 'main.js': main, 'bad.js': `exports.a = 1; throw new RangeError('bad module');` });
  const plain = await program.run(['main.js']);
  const recorded = await program.record(['main.js']);
  expect(recorded).toMatchObject(end);
  expect({ ...recorded, stderr: '' }).toEqual({ ...plain, stderr: '' });
  const report = await program.check();
  expect(report.calls).toBeGreaterThan(0);
  expect(report).toMatchObject(allExact);
});

test('kill -9 leaves a tape of everything that the program had done', async () => {
  using program = new TestProgram({
    'main.js': `let n = 0; setInterval(() => { n += 1; process.stdout.write('turn ' + n + '\\n'); }, 2);`,
  });
  const { signal, stdout } = await program.record(['main.js'], {
    during: async (child, output) => {
      await eventually(() => expect(output()).toContain('turn 20\n'));
      child.kill('SIGKILL');
    },
  });
  expect(signal).toBe('SIGKILL');
  const turns = stdout.trim().split('\n').length;
  const report = await program.check();
  expect(report).toMatchObject(allExact);
  // A turn may have been under way.
  expect(report.calls).toBeGreaterThanOrEqual(turns);
});

test('strict and sloppy code, hoisting, this and return at the top mean what they mean', async () => {
  using program = new TestProgram({
    'main.js': `#!/usr/bin/env node
      'use strict';
      console.log(hoisted(), this === module.exports, arguments.length, typeof require.resolve, require.main === module);
      function hoisted() { return typeof later; }
      var later = 1;
      try { early; } catch (error) { console.log(error.name); }
      const early = 2;
      try { missing = 1; } catch (error) { console.log(error.name); }
      require('./sloppy');`,
    'sloppy.js': `function twice() { return 1; } function twice() { return 2; }
      var twice;
      undeclared = twice();
      console.log(undeclared, (function () { return this === globalThis; })());
      if (undeclared === 2) return;
      console.log('never');`,
  });
  const plain = await program.run(['main.js']);
  expect(plain.code).toBe(0);
  expect(await program.record(['main.js'])).toEqual(plain);
  expect(await program.check()).toMatchObject(allExact);
});

test('a module that cannot be instrumented runs as it is and is a gap; nothing else suffers', async () => {
  using program = new TestProgram({
    'main.js': `const dollar = require('./dollar'); console.log(dollar.both(2), require('./evil').run('1 + 1'));`,
    'dollar.js': `const $ = (x) => x * 2; exports.both = (x) => $(x) + 1;`,
    'evil.js': `exports.run = (code) => eval(code);`,
  });
  const plain = await program.run(['main.js']);
  expect(plain.stdout).toBe('5 2\n');
  expect(await program.record(['main.js'])).toEqual(plain);
  expect(await program.check()).toMatchObject(allExact);
  using tape = await openIndexedTape(program.tape);
  expect(tape.gaps().map(({ reason, place }) => `${reason} ${place}`)).toEqual([
    'not-instrumented dollar.js',
    'not-instrumented evil.js',
  ]);
});

test('the program sees its own environment, its own modules, and nothing of ours', async () => {
  using program = new TestProgram({
    'main.js': `console.log(Object.keys(process.env).filter((name) => name.startsWith('DEVSANDBOX')).length,
      Object.keys(require.cache).length, Object.keys(globalThis).includes('devsandbox'), process._getActiveHandles().length > 9);`,
  });
  const { stdout, code } = await program.record(['main.js']);
  expect({ stdout, code }).toEqual({ stdout: '0 1 false false\n', code: 0 });
});

test('where the tape cannot be written the program is not run', async () => {
  using program = new TestProgram({ 'main.js': `console.log('ran')`, 'recorded.tape': 'taken' });
  const ran = await program.run(['main.js'], {
    nodeOptions: ['--import', (await import('../../support/preload.ts')).registerUrl],
    env: { DEVSANDBOX_TAPE: program.tape },
  });
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(/^DS3010 /);
  expect(existsSync(program.tape)).toBe(true);
});

test('scope says what is own code', async () => {
  using program = new TestProgram({
    'main.js': `console.log(require('./lib/a').a());`,
    'lib/a.js': `exports.a = () => 1;`,
  });
  const { stderr } = await program.record(['main.js'], { env: { DEVSANDBOX_SCOPE: 'lib/**' } });
  expect(stderr).toBe('');
  using tape = await openIndexedTape(program.tape);
  expect([...tape.calls()].map(({ name }) => name)).toEqual(['load lib/a.js', 'a']);
});

test('a call that failed shows where and with what; a change of the past, and another text of a function, take it away', async () => {
  using program = new TestProgram({
    'main.js': `const { check } = require('./stock');
      let asked = 0;
      const ask = (n) => { asked += 1; return check(n, Date.now()); };
      process.on('uncaughtException', (error) => console.log(error.message));
      for (const n of [1, 2, 3]) setTimeout(() => console.log(ask(n)), n);`,
    'stock.js': `let limit = 2;
      const held = new Map([[1, 'a'], [2, 'b'], [3, 'c']]);
      function check(n, at) {
        const name = held.get(n);
        if (n > limit) throw new RangeError('no ' + name);
        return name + (at > 0);
      }
      module.exports = { check };`,
  });
  const { stdout } = await program.record(['main.js']);
  expect(stdout).toBe('atrue\nbtrue\nno c\n');
  expect(await program.check()).toMatchObject({ ...allExact, calls: 5 });
  const { calls } = await listCalls(program.tape, { roots: true, failed: true });
  const report = await replayCall(program.tape, calls[0]!.call);
  expect(report).toMatchObject({ outcome: 'exact', error: { message: 'no c', place: 'stock.js:5' } });
  expect(report.locals.find(({ name }) => name === 'name')?.preview).toBe('"c"');
  const { original, modified } = await replayWith(program.tape, { 'stock.js': { limit: 3 } }, {});
  expect([original.failed, modified.failed]).toEqual([1, 0]);
});
