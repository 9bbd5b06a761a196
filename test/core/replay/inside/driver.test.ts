// What a recorder wrote is re-executed as it was, or the replay says where it is not: recorder and driver in one process,
// foreign code played by the test.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Manifest } from '../../../../src/core/instrument/manifest.ts';
import { createRecorder } from '../../../../src/core/instrument/runtime/recorder.ts';
import { ModulePlan } from '../../../../src/core/instrument/transform/index.ts';
import { makeDriver } from '../../../../src/core/replay/inside/driver.ts';

type Callable = (...args: never[]) => unknown;
type Functions = Readonly<Record<string, Callable>>;

/** Records what `run` does with the functions of a module, and re-executes it. */
async function recordAndReplay(
  source: string,
  variables: () => Record<string, unknown>,
  run: (own: Functions) => unknown,
) {
  const plan = new ModulePlan({ path: 'a.js', source, format: 'module', functionBase: 1, siteBase: 1 });
  const indices = plan.moduleLevel.map(({ index }) => index);
  const unit = plan.unit(indices);
  const chunks: Uint8Array[] = [];
  const recorder = createRecorder({
    now: () => 1,
    send: (chunk) => void chunks.push(chunk.slice()),
    defer: (callback) => process.nextTick(callback),
    redact: [],
    maxBytesPerSecond: 1e9,
  });
  const held = variables();
  const copies = ((0, eval)(unit.code) as (...given: unknown[]) => Callable[])(recorder.helpers, held, {});
  const originals = indices.map(() => () => undefined);
  copies.forEach((copy, at) => {
    recorder.adopt(originals[at]!, copy, 1 + indices[at]!);
    held[plan.functions[indices[at]!]!.name] = originals[at];
  });
  const names = unit.moduleVariables.map(({ name }) => name);
  recorder.addState(0, () => [['$functions', originals], ...names.map((name) => [name, held[name]] as const)]);
  recorder.start();
  await run(Object.fromEntries(copies.map((copy, at) => [plan.functions[indices[at]!]!.name, copy])));
  await turn();
  recorder.stop();

  const manifest = {
    modules: [{ id: 'a.js', source, functionBase: 1, siteBase: 1, sites: plan.sites, functions: plan.functions }],
    instances: [
      {
        index: 0,
        module: 0,
        functions: indices,
        code: unit.code,
        cells: {},
        moduleVariables: unit.moduleVariables,
        activationVariables: [],
      },
    ],
  } as unknown as Manifest;
  const driver = makeDriver(
    {
      manifest,
      changes: {},
      changesAt: 0,
      until: 0,
      watch: 0,
      stopBefore: Number.MAX_SAFE_INTEGER,
      counterfactual: false,
      endsEarly: false,
      redact: [],
      timed: 0,
      ownAnswers: [],
    },
    () => 0,
  );
  for (const chunk of chunks) driver.feed(chunk.slice().buffer);
  driver.prepare();
  while (driver.step()) await turn();
  return driver.report();
}

const exact = { divergence: undefined, gap: undefined, ended: true };

test('a frozen list that crosses the boundary again and again is left as it is', async () => {
  const { calls, states, stray } = await recordAndReplay(
    'const tags = 0; export function first(list) { return list.at(-1) + tags.length; } export const same = (get) => get() === tags;',
    () => ({ tags: Object.freeze(['a', 'b']) }),
    (own) => {
      const list = Object.freeze(['x']);
      own['first']!(list as never);
      own['first']!(list as never);
      own['same']!((() => list) as never);
    },
  );
  expect(calls).toMatchObject([
    { ...exact, result: 'returned "x2"' },
    { ...exact, result: 'returned "x2"' },
    { ...exact, result: 'returned false' },
  ]);
  expect({ states, stray }).toEqual({ states: [], stray: undefined });
});

test('proxies of own code are made again, with their traps', async () => {
  const { calls, stray } = await recordAndReplay(
    `const kept = 0; const make = (tell) => new Proxy({ a: 1 }, { get: (target, key) => (tell(String(key)), target[key]) });
     export function use(tell) { kept.one = make(tell); return kept.one.a; }
`,
    () => ({ kept: {} }),
    (own) => {
      const told: string[] = [];
      own['use']!(((key: string) => void told.push(key)) as never);
      own['use']!(((key: string) => void told.push(key)) as never);
      expect(told).toEqual(['a', 'a']);
    },
  );
  expect(calls).toMatchObject([
    { ...exact, result: 'returned 1' },
    { ...exact, result: 'returned 1' },
  ]);
  expect(stray).toBeUndefined();
});

const long = 'x'.repeat(300_000);

test('a call that was entered with something that the tape lacks is gapped', async () => {
  const { calls } = await recordAndReplay(
    'export function size(text) { return typeof text; }',
    () => ({}),
    (own) => own['size']!(long as never),
  );
  expect(calls).toMatchObject([{ gap: { reason: 'cut' } }]);
});

test('a call that waited for something that the tape lacks is gapped', async () => {
  const { calls } = await recordAndReplay(
    'export async function load(get) { const text = await get(); return text === "never"; }',
    () => ({}),
    async (own) => {
      const shared = Promise.resolve(long);
      await Promise.all([own['load']!((() => shared) as never), own['load']!((() => shared) as never)]);
    },
  );
  expect(calls).toMatchObject([{ gap: { reason: 'cut' } }, { gap: { reason: 'cut' } }]);
});

test('what comes in the tick after one in which own code ran comes before its microtasks', async () => {
  const { calls, states, stray } = await recordAndReplay(
    'let n = 0; export async function first() { await null; n++; } export function tell(to) { to(n); }',
    () => ({ n: 0 }),
    async (own) => {
      const told: number[] = [];
      own['first']!();
      process.nextTick(() => own['first']!());
      // After the drain that the first call began, and in one queue of ticks with the second call.
      await Promise.resolve();
      await Promise.resolve();
      process.nextTick(() => own['tell']!(((n: number) => void told.push(n)) as never));
      await turn();
      expect(told).toEqual([1]);
    },
  );
  expect(calls).toMatchObject([exact, exact, exact]);
  expect({ states, stray }).toEqual({ states: [], stray: undefined });
});

test('two entries without a microtask between them are none the further apart in a replay', async () => {
  const { calls, states, stray } = await recordAndReplay(
    `let log = 0; const hop = (p) => Promise.all([p]);
     export async function first(to) { hop(hop(null)).then(() => to(1)); await null; }
     export async function second(to) { await null; await null; to(2); }`,
    () => ({ log: 0 }),
    async (own) => {
      const told: number[] = [];
      const to = (n: number): void => void told.push(n);
      own['first']!(to as never);
      own['second']!(to as never);
      await turn();
      expect(told).toHaveLength(2);
    },
  );
  expect(calls).toMatchObject([exact, exact]);
  expect({ states, stray }).toEqual({ states: [], stray: undefined });
});
