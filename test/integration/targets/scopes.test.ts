// Scope capture on functions of every kind, under load: the scope is reached and no body, default or initialiser runs.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attachNode } from '../../../src/core/targets/node/attach.ts';
import { Remote } from '../../../src/core/targets/node/session.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';
import { load, startTarget } from '../../support/target-process.ts';

const code = `
const { createServer } = require('node:http');
(() => {
  let inner = 1;
  const ran = (what, value) => { globalThis.ran = what; return value; };
  class Klass {
    field = ran('field'); #own = 5;
    constructor() { ran('constructor'); }
    method(a = ran('default')) { ran('method'); return this.#own + inner; }
    static fixed() { ran('static'); return inner; }
    get got() { ran('getter'); return inner; }
    async later() { ran('async method'); return inner; }
    *each() { ran('generator method'); yield inner; }
    async *stream() { ran('async generator'); yield inner; }
  }
  globalThis.subjects = {
    declaration: function f(a, b = ran('default'), ...rest) { ran('function'); return inner; },
    arrow: () => ran('arrow', inner),
    block: (x) => { ran('block'); return inner + x; },
    asyncArrow: async () => { ran('async'); return inner; },
    asyncDefault: async (a = ran('default')) => { ran('async'); return inner; },
    generator: function* () { ran('generator'); yield inner; },
    asyncGenerator: async function* () { ran('async generator'); yield inner; },
    strict: function () { 'use strict'; ran('strict'); return inner; },
    method: Klass.prototype.method, fixed: Klass.fixed, later: Klass.prototype.later, each: Klass.prototype.each, stream: Klass.prototype.stream,
    getter: Object.getOwnPropertyDescriptor(Klass.prototype, 'got').get,
    object: { short() { ran('short'); return inner; } }.short,
  };
  globalThis.refused = {
    Klass, native: Array.prototype.map, bound: (() => inner).bind(null), proxy: new Proxy(() => inner, {}),
    destructured: ({ a }) => ran('destructured', a + inner),
    asyncDestructured: async ({ a }) => ran('async destructured', a + inner),
  };
  globalThis.rejections = 0;
  process.on('unhandledRejection', () => globalThis.rejections++);
  const hot = (n) => { let sum = 0; for (let i = 0; i < n; i++) sum += inner; return sum; };
  globalThis.subjects.hot = hot;
  const server = createServer((request, response) => response.end(JSON.stringify({ sum: hot(1000), inner }))).listen(0, '127.0.0.1', () => console.log('listening ' + server.address().port));
})();
`;

/** Closures of one function: the second has baseline code, the first was optimised after that. */
const closures = `
globalThis.ran = 0;
let own = 1;
const make = (factor) => (a) => { globalThis.ran++; return own * a * factor; };
const [first, second] = globalThis.pair = [make(1), make(2)];
for (let i = 0; i < 10; i++) for (const each of pair) each(i);
%CompileBaseline(second);
second(1);
%PrepareFunctionForOptimization(first);
first(1);
first(2);
%OptimizeFunctionOnNextCall(first);
first(3);
globalThis.ran = 0;
console.log('listening 0');
setInterval(() => {}, 1000);
`;

describe.each(nodeMajors.filter((each) => existsSync(nodeBinary(each))))('scope capture on Node %i', (major) => {
  it('captures every closure of a function, also where V8 compiled it past its breakpoints', async () => {
    await using app = await startTarget({ major, code: closures, options: ['--allow-natives-syntax'] });
    await using target = await attachNode({ pid: app.pid });
    const { session, scopes } = target;
    for (const which of [1, 0]) {
      const fn = await session.cdp.send('Runtime.evaluate', { expression: `pair[${which}]` });
      const [captured] = await scopes.capture([new Remote(fn.result.objectId!)]);
      expect([which, captured]).toEqual([which, { token: expect.any(Number) }]);
      await scopes.release(captured && 'token' in captured ? [captured.token] : []);
    }
    expect((await session.cdp.send('Runtime.evaluate', { expression: 'ran' })).result.value).toBe(0);
  });

  it('captures functions of every kind again and again under load and runs none of them', async () => {
    await using app = await startTarget({ major, code });
    await using target = await attachNode({ pid: app.pid });
    const { session, scopes } = target;
    const functionsOf = async (name: string) => {
      const holder = await session.cdp.send('Runtime.evaluate', { expression: name });
      const { result } = await session.cdp.send('Runtime.getProperties', {
        objectId: holder.result.objectId!,
        ownProperties: true,
      });
      return result.flatMap((each) =>
        each.value?.objectId !== undefined && each.name !== '__proto__'
          ? [{ name: each.name, fn: new Remote(each.value.objectId) }]
          : [],
      );
    };
    const subjects = await functionsOf('subjects');
    const refused = await functionsOf('refused');
    expect(subjects.length).toBe(16);
    const traffic = load(app);
    for (let round = 0; round < 20; round++) {
      const captured = await scopes.capture(subjects.map((each) => each.fn));
      expect(
        captured.map((each, i) => ('problem' in each ? `${subjects[i]!.name}: ${each.problem}` : 'captured')),
      ).toEqual(subjects.map(() => 'captured'));
      const tokens = captured.map((each) => ('token' in each ? each.token : 0));
      for (const [i, token] of tokens.entries()) {
        const value = await scopes.evalIn(token, 'inner');
        expect([subjects[i]!.name, value.value]).toEqual([subjects[i]!.name, round + 1]);
      }
      await scopes.evalIn(tokens[round % tokens.length]!, 'inner = inner + 1');
      if (round === 0) {
        const own = tokens[subjects.findIndex((each) => each.name === 'method')]!;
        expect((await scopes.evalIn(own, 'String((o) => o.#own)')).value).toContain('#own');
      }
      await scopes.release(tokens);
      const problems = await scopes.capture(refused.map((each) => each.fn));
      expect(problems.map((each, i) => ('problem' in each ? 'refused' : refused[i]!.name))).toEqual(
        refused.map(() => 'refused'),
      );
    }
    const { requests, failed } = await traffic.stop();
    expect(failed).toEqual([]);
    expect(requests).toBeGreaterThan(20);
    const facts = await session.cdp.send('Runtime.evaluate', {
      expression: '[globalThis.ran, globalThis.rejections]',
      returnByValue: true,
    });
    expect(facts.result.value).toEqual([null, 0]);
    // Optimised code has folded `inner`, which the source never assigns.
    await target.bindings.flush();
    expect(await app.get()).toEqual({ sum: 21_000, inner: 21 });
  });
});
