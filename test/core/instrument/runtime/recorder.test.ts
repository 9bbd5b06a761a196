// A recorder knows at every moment whether own code runs, also where own code runs before its function has begun.
import { expect, test } from 'vitest';
import { createRecorder } from '../../../../src/core/instrument/runtime/recorder.ts';
import { ModulePlan } from '../../../../src/core/instrument/transform/index.ts';

/** Copies of the functions and classes of a module, in source order, under a recorder that is on. */
function recorded(source: string) {
  const chunks: Uint8Array[] = [];
  const recorder = createRecorder({
    now: () => performance.now() * 1000,
    send: (chunk) => void chunks.push(chunk.slice()),
    defer: (callback) => process.nextTick(callback),
    redact: [],
    maxBytesPerSecond: Infinity,
  });
  const plan = new ModulePlan({ path: 'a.js', source, format: 'module', functionBase: 1, siteBase: 1 });
  const make = (0, eval)(plan.unit(plan.moduleLevel.map(({ index }) => index)).code) as (
    $: object,
    m: object,
    a: object,
  ) => ((...args: unknown[]) => unknown)[];
  const copies = make(recorder.helpers, {}, {});
  recorder.start();
  return { recorder, copies };
}

test.each([
  ['a default parameter asks', 'function first(now = Date.now()) { return now; }', false],
  ['a default parameter of an arrow asks', 'const first = (now = Date.now()) => now;', false],
  ['a pattern has a default that asks', 'function first({ now } = { now: Date.now() }) { return now; }', false],
  ['a field of a class asks', 'class First { now = Date.now(); }', true],
])('calls are recorded after %s outside of any call', (_name, source, isClass) => {
  const { recorder, copies } = recorded(`${source}\nfunction second() { return 2; }`);
  const [first, second] = copies as [() => unknown, () => unknown];
  if (isClass) Reflect.construct(first, []);
  else expect(first()).toBeTypeOf('number');
  const before = recorder.stats().calls;
  // What a class asks on its own belongs to no call; a default belongs to the call that lacks the argument.
  expect(before).toBe(isClass ? 0 : 1);
  second();
  second();
  expect(recorder.stats().calls).toBe(before + 2);
  recorder.stop();
});
