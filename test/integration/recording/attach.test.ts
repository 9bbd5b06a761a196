// Recording attaches to running, unmodified apps and leaves no trace: whatever a walk through the app's objects finds
// before is the same after, reference by reference, and no copy is reachable any more.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { attachNode } from '../../../src/core/targets/node/attach.ts';
import type { NodeTarget } from '../../../src/core/targets/node/node-target.ts';
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import { makeChunkDecoder } from '../../../src/core/tape/decode-events.ts';
import type { TapeEvent } from '../../../src/core/tape/events.ts';
import { driveJsonServer, startJsonServer } from '../../apps/json-server.ts';
import { compared, observed } from '../../support/leftovers.ts';
import { nodeBinary } from '../../support/nodes.ts';

const limit = 120_000;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function attached(pid: number): Promise<NodeTarget> {
  const target = await attachNode({ pid });
  cleanups.push(() => target.detach());
  return target;
}

function decoded(manifest: Manifest, chunks: readonly Uint8Array[]): readonly TapeEvent[] {
  const decoder = makeChunkDecoder(manifest)();
  const events: TapeEvent[] = [];
  for (const chunk of chunks) events.push(...decoder.decode(chunk, events.length));
  return events;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const shops = [
  { kind: 'typescript', major: 24 },
  { kind: 'commonjs', major: 20 },
  { kind: 'commonjs', major: 22 },
  { kind: 'typescript', major: 26 },
] as const;

test.each(shops)(
  'the $kind shop on Node $major is recorded under load and left as it was',
  { timeout: limit },
  async ({ kind, major }) => {
    const shop = await startShop({ kind, node: nodeBinary(major) });
    cleanups.push(() => shop.stop());
    const warm = startTraffic(shop.url, { concurrency: 4, requests: 60 });
    await warm.done;
    const target = await attached(shop.pid);
    const before = await observed(target);

    const traffic = startTraffic(shop.url, { concurrency: 4, rate: 150 });
    cleanups.push(() => traffic.stop());
    const chunks: Uint8Array[] = [];
    const recording = await target.record({ onChunk: (chunk) => chunks.push(chunk) });
    await until(async () => (await recording.status()).calls >= 100);
    await recording.mark('here');
    const status = await recording.stop();
    const atEnd = chunks.length;
    const report = await traffic.stop();

    expect(report.broken).toBe(0);
    // The shop's own bug, and nothing else, answers 500.
    for (const failure of report.failures) expect(failure.body).toMatch(/reading 'price'/);
    expect(status.calls).toBeGreaterThanOrEqual(100);
    expect(status.dropped).toBe(0);
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(status.bytes);
    expect(chunks).toHaveLength(atEnd);

    const manifest = recording.manifest as unknown as Manifest;
    const events = decoded(manifest, chunks);
    expect(events).toHaveLength(status.events);
    expect(events.filter((each) => each.kind === 'mark')).toHaveLength(1);
    expect(manifest.modules.length).toBeGreaterThanOrEqual(9);
    expect(manifest.instances.filter((each) => each.kind === 'module')).toHaveLength(manifest.modules.length);
    expect(status.functions).toBeGreaterThanOrEqual(40);
    for (const gap of manifest.gaps) expect(gap.place + gap.reason).not.toBe('');
    expect(JSON.stringify(manifest.meta)).not.toContain(process.env['PATH']);

    const { changed, copies, globals, listeners, places } = await compared(target, before);
    expect(places).toBeGreaterThan(100);
    expect({ changed, copies, globals, listeners }).toEqual({ changed: [], copies: 0, globals: [], listeners: true });
  },
);

test('detaching while a recording runs leaves nothing either', { timeout: limit }, async () => {
  const shop = await startShop();
  cleanups.push(() => shop.stop());
  await startTraffic(shop.url, { concurrency: 2, requests: 40 }).done;
  const first = await attachNode({ pid: shop.pid });
  cleanups.push(() => first.detach());
  const recording = await first.record({ onChunk: () => undefined });
  await startTraffic(shop.url, { concurrency: 2, requests: 40 }).done;
  expect((await recording.status()).calls).toBeGreaterThan(10);
  const during = await observed(first);
  expect((await compared(first, during)).copies).toBeGreaterThanOrEqual(8);
  await first.detach();
  const again = await startTraffic(shop.url, { concurrency: 2, requests: 40 }).done;
  expect(again.broken).toBe(0);
  const second = await attached(shop.pid);
  await until(async () => (await compared(second, await observed(second))).copies === 0);
});

test.each(['commonjs', 'module'] as const)(
  'json-server (%s), which nobody here wrote, is recorded with its own folder as scope',
  { timeout: limit },
  async (generation) => {
    const app = await startJsonServer(generation);
    cleanups.push(() => app.stop());
    const plain = await driveJsonServer(app.url, 60);
    const target = await attached(app.pid);
    const before = await observed(target);
    const chunks: Uint8Array[] = [];
    const recording = await target.record({ scope: app.scope, onChunk: (chunk) => chunks.push(chunk) });
    const during = await driveJsonServer(app.url, 60);
    const status = await recording.stop();
    expect(during).toEqual(plain);
    expect(status.calls).toBeGreaterThan(60);
    const manifest = recording.manifest as unknown as Manifest;
    expect(decoded(manifest, chunks)).toHaveLength(status.events);
    // Handlers of the router are closures over the database: one instance for each table.
    expect(manifest.instances.filter((each) => each.kind === 'activation').length).toBeGreaterThanOrEqual(10);
    // `server` and `app` of the command line are assigned after their declaration: cells of their own.
    if (generation === 'commonjs')
      expect(
        manifest.instances.some(
          (each) => Object.keys(each.cells).length > 1 && new Set(Object.values(each.cells)).size > 1,
        ),
      ).toBe(true);
    const { changed, copies, globals, listeners } = await compared(target, before);
    expect({ changed, copies, globals, listeners }).toEqual({ changed: [], copies: 0, globals: [], listeners: true });
    expect(await driveJsonServer(app.url, 60)).toEqual(plain);
  },
);

test('a scope that names nothing loaded is an error that says so', { timeout: limit }, async () => {
  const shop = await startShop();
  cleanups.push(() => shop.stop());
  const target = await attached(shop.pid);
  await expect(target.record({ scope: ['nowhere/**'], onChunk: () => undefined })).rejects.toThrow(/DS4011/);
  const recording = await target.record({ scope: ['src/cart.ts'], onChunk: () => undefined });
  expect((recording.manifest as unknown as Manifest).modules.map((each) => each.id)).toEqual(['src/cart.ts']);
  await expect(target.record({ onChunk: () => undefined })).rejects.toThrow(/DS4012/);
  await recording.stop();
});

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/recording/${name}`, import.meta.url));

function started(
  node: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (output += text.toString()));
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  return { child, output: () => output };
}

async function counters(
  node: string,
): Promise<{ readonly pid: number; readonly ask: () => Promise<Counters>; readonly asked: () => number }> {
  const { child, output } = started(node, [fixture('counters.mjs')]);
  await until(async () => /listening on/.test(output()));
  const url = /http:\S+/.exec(output())![0];
  let asked = 0;
  return {
    pid: child.pid!,
    asked: () => asked,
    async ask() {
      asked++;
      return (await fetch(url)).json() as Promise<Counters>;
    },
  };
}

interface Counters {
  readonly total: number;
  readonly one: number;
  readonly two: number;
  readonly value: number;
  readonly ticks: number;
  readonly changes: number;
  readonly text: string;
}

const expected = (asked: number) => ({
  total: asked,
  one: asked,
  two: asked * 2,
  value: asked + 5,
  changes: asked,
  text: 'module!',
});

test.each([20, 22, 24, 26] as const)(
  'on Node %d originals and copies share every variable, at each moment',
  { timeout: limit },
  async (major) => {
    const app = await counters(nodeBinary(major));
    await app.ask();
    const target = await attached(app.pid);
    const loaded = await target.session.withAgent<number>(
      '() => { performance.now(); return process.moduleLoadList.length; }',
    );
    const recording = await target.record({ onChunk: () => undefined });
    let last: Counters | undefined;
    for (let round = 0; round < 5; round++) {
      last = await app.ask();
      expect(last).toMatchObject(expected(app.asked()));
    }
    const { ticks } = last!;
    await until(async () => (await app.ask()).ticks > ticks);
    const manifest = recording.manifest as unknown as Manifest;
    // Nobody holds these any more, so nobody calls them.
    expect(manifest.gaps.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['function-not-found', 'makePair was not found live'],
      ['function-not-found', 'a function was not found live'],
    ]);
    // Two activations of makePair with two closures each, and each pair is one variable.
    const shared = manifest.instances.filter((each) => each.activationVariables.some(({ name }) => name === 'shared'));
    expect(shared).toHaveLength(4);
    expect(new Set(shared.map(({ cells }) => cells['shared'])).size).toBe(2);
    expect((await recording.stop()).calls).toBeGreaterThan(6);
    expect(await app.ask()).toMatchObject(expected(app.asked()));
    // What the inspector itself needs was there before; the recording adds nothing.
    expect(await target.session.withAgent<number>('() => process.moduleLoadList.length')).toBeLessThanOrEqual(
      loaded + 15,
    );
    await target.detach();
    expect(await app.ask()).toMatchObject(expected(app.asked()));
  },
);

test('when we are killed the app goes on with its originals', { timeout: limit }, async () => {
  const app = await counters(nodeBinary(24));
  const { child, output } = started(process.execPath, [fixture('record-until-killed.ts'), String(app.pid)]);
  await until(async () => {
    await app.ask();
    return Number(/calls (\d+)\s*$/.exec(output())?.[1] ?? 0) > 5;
  });
  child.kill('SIGKILL');
  for (let round = 0; round < 50; round++) expect(await app.ask()).toMatchObject(expected(app.asked()));
  let second: NodeTarget | undefined;
  await until(async () => (second ??= await attached(app.pid).catch(() => undefined)) !== undefined);
  await until(async () => (await compared(second!, await observed(second!))).copies === 0);
  expect(await app.ask()).toMatchObject(expected(app.asked()));
});
