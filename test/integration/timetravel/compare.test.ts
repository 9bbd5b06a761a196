// What comparing variants counts, on recordings of the shop in which calls failed: the code as it was recorded fails as
// often as the tape says, a variant that changes nothing changes nothing, and what has no answer is told by name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { replay } from '../../../src/core/replay/index.ts';
import type { ReplayResult } from '../../../src/core/replay/types.ts';
import { attach } from '../../../src/core/targets/index.ts';
import { compareVariants } from '../../../src/features/experiments/index.ts';
import { listCalls, replayCheck, startRecording } from '../../../src/features/timetravel/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'compare-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const failedRoots = async (path: string) => (await listCalls(path, { failed: true, roots: true, limit: 1_000 })).calls;

async function record(kind: 'typescript' | 'commonjs'): Promise<string> {
  await using shop = await startShop({ kind });
  await using _customers = startTraffic(shop.url, { concurrency: 24, rate: 500 });
  await using target = await attach(String(shop.pid));
  const recording = await startRecording(target, { directory });
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 500))) {
    if ((await recording.status()).calls > 1_000 && (await failedRoots(recording.path)).length >= 5) break;
  }
  return (await recording.stop()).path;
}

const told = ({ calls }: ReplayResult) =>
  calls.map(({ call, failed, result, digest, outcome }) => ({ call, failed, result, digest, outcome }));
const body = `(lines, items) {
  return lines.reduce((sum, line, index) => sum + items[index].price * line.quantity, 0);
}`;

describe.each(['typescript', 'commonjs'] as const)('the shop (%s)', (kind) => {
  const module = kind === 'typescript' ? 'src/cart.ts' : 'src/cart.js';
  const variant = (name: string, source: string) => ({ name, module, fn: 'total', source });
  let tape: string;
  let failures: number;
  let checked: ReplayResult;

  beforeAll(async () => {
    tape = await record(kind);
    failures = (await failedRoots(tape)).length;
    if (failures === 0) throw new Error('the traffic met no failure');
    checked = await replay({ tape });
  });

  test('a counterfactual without a change gives what the checked replay gives, call by call', async () => {
    expect((await replayCheck(tape)).exact).toBe(checked.calls.length);
    expect(checked.calls.filter((call) => call.failed)).toHaveLength(failures);
    for (const change of [{ changes: {} }, { replaced: variant('same', `function total${body}`) }]) {
      const run = await replay({ tape, ...change });
      expect(told(run)).toEqual(told(checked));
      expect(run.calls.filter((call) => call.parted || call.unanswered || call.unfinished || call.borrowed)).toEqual(
        [],
      );
    }
  });

  test('a variant with the text of the function changes nothing, and the present code fails as the tape says', async () => {
    const same = variant('same', `export function total${body}`);
    const report = await compareVariants(tape, same, undefined, { rounds: 3 });
    const side = {
      calls: checked.calls.length,
      failed: failures,
      unanswered: 0,
      unfinished: 0,
      borrowed: 0,
      adapted: 0,
    };
    expect(report).toMatchObject({ a: side, b: side, different: 0, stopped: [] });
    expect(report.pairs).toBe(checked.calls.length);
    expect(report.others.same).toBe(report.others.calls);
    expect(report.ratio!.low).toBeLessThan(report.ratio!.high);
  });

  test('a variant that fails otherwise, or not at all, is counted by what it does', async () => {
    const fixed = variant(
      'fixed',
      `function total(lines, items) {
  const gone = lines.find((line, index) => items[index] === undefined);
  if (gone) throw notFound(\`product \${gone.sku}\`);
  return lines.reduce((sum, line, index) => sum + items[index].price * line.quantity, 0);
}`,
    );
    const report = await compareVariants(tape, fixed, undefined, { rounds: 1 });
    expect(report).toMatchObject({ a: { failed: 0, unanswered: 0, unfinished: 0 }, b: { failed: failures } });
    expect(report.others.same).toBe(report.others.calls);
    // The error handler answers 404 where it answered 500: at a place where other calls answered, and this one did not.
    expect(report.a.borrowed).toBe(failures);
    expect(report.recommendation).toMatchObject({
      choose: 'fixed',
      reason: expect.stringContaining('used an answer of another call'),
    });
  });

  test('a variant that always throws fails in every call that it runs in', async () => {
    const never = variant('never', 'function total() { throw new Error("never"); }');
    const report = await compareVariants(tape, never, undefined, { rounds: 1 });
    const run = await replay({ tape, replaced: never, timed: { module, fn: 'total' } });
    const ran = run.calls.filter((call) => (call.timed?.runs ?? 0) > 0);
    expect(ran.length).toBeGreaterThan(failures);
    expect(ran.filter((call) => !call.failed)).toEqual([]);
    expect(report.a.failed).toBe(ran.length);
    expect(report.b.failed).toBe(failures);
    expect(report.recommendation.choose).not.toBe('never');
  });

  test('a variant that asks what no call asked is unanswered there, by name, and neither fails nor succeeds', async () => {
    const asking = variant('asking', 'function total(lines, items) { return fetch("http://127.0.0.1:1/total"); }');
    const report = await compareVariants(tape, asking, undefined, { rounds: 1 });
    expect(report.a.unanswered).toBeGreaterThan(failures);
    expect(report.a.failed).toBe(0);
    expect(report.stopped[0]).toMatchObject({
      variant: 'asking',
      kind: 'unanswered',
      place: `${module}#total`,
      ask: expect.stringContaining('127.0.0.1:1/total'),
    });
    expect(report.recommendation.choose).toBeUndefined();
  });

  test('a variant that does not come back is an error, not a shorter comparison', async () => {
    const endless = variant('endless', 'function total() { for (;;); }');
    await expect(compareVariants(tape, endless, undefined, { rounds: 1 })).rejects.toMatchObject({ code: 'DS8007' });
  });
});
