// The chain as a user meets it: a running app that was started without us is recorded under load, stopped, and every
// root call re-executes from the tape alone.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { attach } from '../../../src/core/targets/index.ts';
import {
  listCalls,
  replayCall,
  replayCheck,
  replayWith,
  startRecording,
  tapeGaps,
} from '../../../src/features/timetravel/index.ts';
import { driveJsonServer, startJsonServer } from '../../apps/json-server.ts';
import { nodeBinary } from '../../support/nodes.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'devsandbox-replay-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function recordShop(kind: 'typescript' | 'commonjs', node?: string): Promise<string> {
  await using shop = await startShop({ kind, ...(node === undefined ? {} : { node }) });
  await using traffic = startTraffic(shop.url, { concurrency: 24, rate: 500, seed: 7 });
  await using target = await attach(String(shop.pid));
  const recording = await startRecording(target, { directory });
  const end = Date.now() + 30_000;
  while ((await recording.status()).calls < 2500 && Date.now() < end) await setTimeout(100);
  const { path: tape } = await recording.stop();
  await traffic.stop();
  return tape;
}

describe.each([
  { kind: 'typescript', version: 24 },
  { kind: 'commonjs', version: 20 },
] as const)('the shop ($kind) on Node $version', ({ kind, version }) => {
  let tape: string;
  beforeAll(async () => {
    tape = await recordShop(kind, nodeBinary(version));
  }, 120_000);

  test('re-executes exactly, every root call, with the app gone', async () => {
    const report = await replayCheck(tape);
    expect(report.exact + report.diverged + report.gapped).toBe(report.calls);
    expect(report.calls).toBeGreaterThan(1000);
    expect(report.divergences).toEqual([]);
    expect(report.exact).toBe(report.calls);
  });

  test('names what was not captured', async () => {
    const gaps = await tapeGaps(tape);
    // A function that nobody holds any more; every class is recorded, its private names included.
    expect(new Set(gaps.map((gap) => gap.reason))).toEqual(new Set(['function-not-found']));
    for (const gap of gaps) expect(gap.remedy).not.toBe('');
  });

  test('shows the wrong value where the first failed call threw', async () => {
    const { calls } = await listCalls(tape, { failed: true, roots: true, limit: 1 });
    const [first] = calls;
    if (!first) throw new Error('the traffic met no failure');
    const report = await replayCall(tape, first.call);
    expect(report.outcome).toBe('exact');
    expect(report.error?.message).toContain("reading 'price'");
    expect(report.error?.place).toMatch(/src\/cart\.[jt]s:\d+/);
    expect(report.locals.find((local) => local.name === 'items')?.preview).toContain('undefined');
  });

  test('a change of the past takes the failures away', async () => {
    const report = await replayWith(
      tape,
      { [kind === 'typescript' ? 'src/stock.ts' : 'src/stock.js']: { keepSoldOut: true } },
      {},
    );
    expect(report.counterfactual).toBe(true);
    expect(report.original.failed).toBeGreaterThan(0);
    expect(report.modified.failed).toBeLessThan(report.original.failed);
  });

  test('a planted wrong answer is caught at its call', async () => {
    const bytes = await readFile(tape);
    const copy = path.join(directory, `planted-${kind}.tape`);
    const { plantWrongAnswer } = await import('../../support/plant.ts');
    // The clock that the job which clears old carts was told has no consequence.
    for (let skip = 0; skip < 5; skip++) {
      const planted = await plantWrongAnswer(tape, skip);
      await writeFile(copy, planted.bytes);
      expect(planted.bytes.length).toBeGreaterThan(bytes.length / 4);
      const { diverged, divergences } = await replayCheck(copy);
      if (diverged === 0) continue;
      expect(Number(divergences[0]?.event)).toBeGreaterThanOrEqual(planted.event);
      return;
    }
    expect.unreachable('none of five wrong answers was caught');
  });
});

test('json-server 0.17, that nobody here wrote, re-executes exactly with its own folder as scope', async () => {
  const server = await startJsonServer('commonjs');
  try {
    await using target = await attach(String(server.pid));
    const recording = await startRecording(target, { directory, scope: [server.scope].flat() });
    await driveJsonServer(server.url, 130);
    const { path: tape } = await recording.stop();
    const report = await replayCheck(tape);
    expect(report.calls).toBeGreaterThan(100);
    expect(report.exact + report.gapped).toBe(report.calls);
    expect(report.exact).toBeGreaterThanOrEqual(report.calls * 0.95);
  } finally {
    await server.stop();
  }
}, 120_000);
