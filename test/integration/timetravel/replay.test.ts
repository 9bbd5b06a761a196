// The main job on one recording of the shop: every call re-executed from the tape alone, while the shop is gone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { attach } from '../../../src/core/targets/index.ts';
import { checkVariant, compareVariants } from '../../../src/features/experiments/index.ts';
import {
  listCalls,
  replayAt,
  replayCall,
  replayCheck,
  replayWith,
  startRecording,
} from '../../../src/features/timetravel/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let tape: string;

const failedCalls = async (path: string) =>
  (await listCalls(path, { failed: true, roots: true })).calls.filter(({ error }) => error?.startsWith('TypeError'));

beforeAll(async () => {
  await using shop = await startShop();
  await using _customers = startTraffic(shop.url, { concurrency: 20, rate: 450 });
  await using target = await attach(String(shop.pid));
  const recording = await startRecording(target, { directory });
  // The race of the shop shows itself now and then: until it has, the tape goes on.
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 500))) {
    if ((await recording.status()).calls > 1_000 && (await failedCalls(recording.path)).length > 0) break;
  }
  tape = (await recording.stop()).path;
});

test('every root call is exact, or says where and why it is not', async () => {
  const seen: string[] = [];
  const report = await replayCheck(tape, { progress: (text) => void seen.push(text) });
  const { total } = await listCalls(tape, { roots: true, limit: 0 });
  expect(report.calls).toBe(total);
  expect(report.calls).toBeGreaterThan(100);
  expect(report.exact + report.diverged + report.gapped).toBe(report.calls);
  expect(report.diverged).toBe(0);
  expect(Object.values(report.byKind).reduce((sum, { calls }) => sum + calls, 0)).toBe(report.calls);
});

test('a tape that lost its end replays up to there, and diverges nowhere', async () => {
  const whole = readFileSync(tape);
  const cut = join(directory, 'cut.tape');
  writeFileSync(cut, whole.subarray(0, 2_000));
  await expect(replayCheck(cut)).rejects.toMatchObject({ code: 'DS3007' });
  let replayed = 0;
  for (let part = 4; part <= 14; part++) {
    writeFileSync(cut, whole.subarray(0, Math.floor((whole.length * (part + 0.37)) / 15)));
    const { calls, exact, diverged } = await replayCheck(cut);
    expect([part, diverged]).toEqual([part, 0]);
    replayed += exact;
    expect(calls - exact).toBeLessThan(25);
  }
  expect(replayed).toBeGreaterThan(500);
});

test('the failed call throws again where it threw, and the moment before it has its state', async () => {
  const [failed] = await failedCalls(tape);
  const report = await replayCall(tape, failed!.call);
  expect(report).toMatchObject({
    outcome: 'exact',
    error: { name: 'TypeError', place: expect.stringMatching(/^src\/cart\.ts:\d+$/) },
  });
  expect(report.error?.codeFrame).toContain('price');
  const moment = await replayAt(tape, `#${failed!.call}`);
  expect(moment).toMatchObject({ event: failed!.enter, call: { call: failed!.call } });
  expect(moment.codeFrame).toContain('/checkout');
  const stock = moment.state.find(({ module }) => module === 'src/stock.ts');
  expect(stock?.variables).toContainEqual({ name: 'keepSoldOut', preview: 'false' });
});

test('a change of a variable is a counterfactual that parts from the original', async () => {
  const report = await replayWith(tape, { 'src/stock.ts': { keepSoldOut: true } }, {});
  expect(report.counterfactual).toBe(true);
  expect(report.original.failed).toBeGreaterThan(0);
  expect(report.divergence).not.toBeNull();
  const same = await replayWith(tape, { 'src/stock.ts': { keepSoldOut: false } }, {});
  expect(same).toMatchObject({ changedResults: 0, divergence: null });
  expect(report.modified.state['src/stock.ts']?.['keepSoldOut']).toBe('true');
  await expect(replayWith(tape, { 'src/stock.ts': { keepSold: true } }, {})).rejects.toMatchObject({ code: 'DS4097' });
});

test('two variants of a function run on the recorded inputs, with a ratio of their times', async () => {
  const variant = {
    name: 'fixed',
    module: 'src/cart.ts',
    fn: 'total',
    source:
      'function total(lines, items) { return lines.reduce((sum, line, index) => sum + (items[index]?.price ?? 0) * line.quantity, 0); }',
  };
  await checkVariant(variant, tape);
  await expect(checkVariant({ ...variant, fn: 'nothing' }, tape)).rejects.toMatchObject({ code: 'DS8005' });
  const report = await compareVariants(tape, variant, undefined, { rounds: 2, seed: 7 });
  expect(report.b.runs).toBeGreaterThan(5);
  expect(report.a.runs).toBeGreaterThan(5);
  expect(report.ratio).toMatchObject({ seed: 7, confidence: 0.95 });
  expect(report.ratio!.low).toBeLessThanOrEqual(report.ratio!.high);
  expect(report.same).toBeGreaterThan(report.pairs - 100);
  expect(report.same).toBeGreaterThan(100);
});
