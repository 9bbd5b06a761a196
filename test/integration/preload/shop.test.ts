// The shops of examples/, recorded from their first line under traffic; and the same requests recorded both ways.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { replay } from '../../../src/core/replay/index.ts';
import { attach } from '../../../src/core/targets/index.ts';
import { replayCheck, startRecording } from '../../../src/features/timetravel/index.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { registerUrl } from '../../support/preload.ts';
import { eventually } from '../../support/target-process.ts';
import { openIndexedTape } from '../../support/tape.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'devsandbox-preload-shop-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const isClosed = (tape: string): Promise<void> =>
  eventually(async () => {
    using opened = await openIndexedTape(tape);
    expect(opened.cut).toBeUndefined();
  });

test.each([
  ['typescript', 24],
  ['commonjs', 24],
  ['typescript', 26],
] as const)(
  'the shop (%s) on Node %i: every call is exact, with the app gone',
  async (kind, major) => {
    const tape = join(directory, `${kind}-${major}.tape`);
    {
      await using shop = await startShop({
        kind,
        node: nodeBinary(major),
        nodeOptions: ['--import', registerUrl],
        environment: { DEVSANDBOX_TAPE: tape },
      });
      await using traffic = startTraffic(shop.url, { concurrency: 16, rate: 400, seed: 7, requests: 800 });
      await traffic.done;
    }
    await isClosed(tape);
    const report = await replayCheck(tape);
    expect(report.divergences).toEqual([]);
    expect(report).toMatchObject({ exact: report.calls, gapped: 0, gaps: [] });
    expect(report.byKind['http']!.calls).toBeGreaterThan(800);
  },
  120_000,
);

/** One customer, who knows no chance. */
async function customer(url: string): Promise<void> {
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return response.text();
  };
  for (let round = 0; round < 3; round++) {
    await ask('GET', '/products?currency=EUR');
    const { id } = JSON.parse(await ask('POST', '/carts')) as { id: string };
    await ask('POST', `/carts/${id}/items`, { sku: 'B-2', quantity: 1 });
    await ask('POST', `/carts/${id}/items`, { sku: 'none', quantity: 1 });
    await ask('GET', `/carts/${id}`);
    await ask('GET', '/products/C-3');
    await ask('GET', '/orders/missing');
    await ask('GET', '/nowhere');
  }
}

/** Calls of requests, each by its request and what became of it. */
async function inbound(tape: string): Promise<readonly string[]> {
  const { calls } = await replay({ tape });
  expect(calls.filter(({ outcome }) => outcome !== 'exact')).toEqual([]);
  return calls
    .filter(({ kind }) => kind === 'http')
    .map(({ name, result, failed }) => `${name} ${result.replaceAll(/\d{13}/g, '(now)')} ${failed}`);
}

test.each(['typescript', 'commonjs'] as const)(
  'attached to or recorded from its first line, the shop (%s) has the same calls with the same results',
  async (kind) => {
    const quiet = { SHOP_RESTOCK_MS: '3600000' };
    const preloaded = join(directory, `both-${kind}.tape`);
    {
      await using shop = await startShop({
        kind,
        nodeOptions: ['--import', registerUrl],
        environment: { ...quiet, DEVSANDBOX_TAPE: preloaded },
      });
      await customer(shop.url);
      await setTimeout(50);
    }
    await isClosed(preloaded);
    let attached: string;
    {
      await using shop = await startShop({ kind, environment: quiet });
      await using target = await attach(String(shop.pid));
      const recording = await startRecording(target, { directory });
      await customer(shop.url);
      await setTimeout(50);
      ({ path: attached } = await recording.stop());
    }
    const [one, other] = [await inbound(preloaded), await inbound(attached)];
    expect(one.length).toBeGreaterThan(24);
    expect(one).toEqual(other);
  },
  120_000,
);
