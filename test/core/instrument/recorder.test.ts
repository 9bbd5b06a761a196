// The recorder beside an app that is not as it expects: the app computes what it computes, and the end is the end.
import { afterEach, expect, test } from 'vitest';
import { createRecorder } from '../../../src/core/instrument/runtime/recorder.ts';
import type { Recorder } from '../../../src/core/instrument/runtime/recorder-port.ts';
import { ModulePlan } from '../../../src/core/instrument/transform/index.ts';

const NativePromise = Promise;
afterEach(() => void (globalThis.Promise = NativePromise));

const record = (send: (chunk: Uint8Array) => void = () => undefined): Recorder =>
  createRecorder({
    now: () => 1,
    send,
    defer: (callback) => process.nextTick(callback),
    redact: [],
    maxBytesPerSecond: 1e9,
  });

function copyOf(recorder: Recorder, source: string): (...args: unknown[]) => unknown {
  const plan = new ModulePlan({
    path: 'a.js',
    source: `const main = ${source};`,
    format: 'module',
    functionBase: 1,
    siteBase: 1,
  });
  const make = (0, eval)(plan.unit([0]).code) as (...given: unknown[]) => ((...args: unknown[]) => unknown)[];
  const copy = make(recorder.helpers, {}, {})[0]!;
  recorder.adopt(() => undefined, copy, 1);
  return copy;
}

test('promises of Node are waited for where the app has put another Promise on the global object', async () => {
  // As Bluebird does: its methods are for its own only.
  class Other<T> {
    readonly #inner: Promise<T>;
    constructor(run: ConstructorParameters<typeof Promise<T>>[0]) {
      this.#inner = new NativePromise(run);
    }
    static resolve(value: unknown): unknown {
      return value instanceof Other ? value : new Other((resolve) => resolve(value));
    }
    // oxlint-disable-next-line unicorn/no-thenable -- a promise is to have one
    then(...reactions: Parameters<Promise<T>['then']>): unknown {
      return this.#inner.then(...reactions);
    }
  }
  globalThis.Promise = Other as unknown as PromiseConstructor;
  const recorder = record();
  const copy = copyOf(recorder, 'async (native, other) => [await native(), await other()]');
  recorder.addState(0, () => []);
  recorder.start();
  const given = [() => NativePromise.resolve(1), () => new Other((resolve) => resolve(2))];
  expect(await copy(...given)).toEqual([1, 2]);
  recorder.stop();
});

test('own state that cannot be written neither keeps it from beginning nor from ending', () => {
  const chunks: Uint8Array[] = [];
  const recorder = record((chunk) => void chunks.push(chunk.slice()));
  const copy = copyOf(recorder, '(ask) => ask()');
  recorder.addState(0, () => {
    throw new ReferenceError('not initialised');
  });
  recorder.addState(1, () => [['x', 1]]);
  recorder.start();
  expect(copy(() => 5)).toBe(5);
  const { calls } = recorder.stats();
  recorder.stop();
  expect(copy(() => 6)).toBe(6);
  expect(recorder.stats().calls).toBe(calls);
  expect(Buffer.concat(chunks).toString('latin1')).toContain('not initialised');
});

test('a thenable whose getter throws rejects where it is awaited or returned', async () => {
  const recorder = record();
  const copy = copyOf(recorder, 'async (ask, wait) => { if (wait) await ask(); return ask(); }');
  recorder.addState(0, () => []);
  recorder.start();
  class Lazy {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what it is about
    get then(): never {
      throw new Error('not now');
    }
  }
  await expect(copy(() => new Lazy(), true)).rejects.toThrow('not now');
  await expect(copy(() => new Lazy(), false)).rejects.toThrow('not now');
  const resolving = copyOf(recorder, '(take) => new Promise((resolve) => take(resolve))');
  let resolve: ((value: unknown) => void) | undefined;
  const made = resolving((given: typeof resolve) => void (resolve = given));
  expect(() => resolve!(new Lazy())).not.toThrow();
  await expect(made).rejects.toThrow('not now');
  recorder.stop();
});

test('functions forget their copies when it ends', () => {
  const recorder = record();
  let made = 0;
  const copies = copyOf(recorder, '(fn) => fn()');
  const helper = (): number => 1;
  recorder.adopt(helper, () => ++made + 10, 2);
  recorder.addState(0, () => []);
  recorder.start();
  expect(copies(helper)).toBe(11);
  recorder.stop();
  expect(copies(helper)).toBe(1);
});
