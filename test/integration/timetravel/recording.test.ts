// A shop in a process of its own, recorded while customers are in it, on the versions of Node.js that are installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { attach } from '../../../src/core/targets/index.ts';
import {
  describeTape,
  listCalls,
  listTapes,
  startRecording,
  tapeGaps,
} from '../../../src/features/timetravel/index.ts';
import { ms } from '../../../src/core/common/units.ts';

const directory = mkdtempSync(join(tmpdir(), 'recording-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(['typescript', 'commonjs'] as const)('a shop in %s', (kind) => {
  test('its calls are on the tape while it is recorded and afterwards', async () => {
    await using shop = await startShop({ kind });
    await using customers = startTraffic(shop.url, { concurrency: 4, rate: 100 });
    await using target = await attach(String(shop.pid));
    const recording = await startRecording(target, { directory, interval: ms(200) });
    expect(recording.functions).toBeGreaterThan(10);
    await recording.mark('begun');
    await expect.poll(async () => (await recording.status()).calls, { timeout: 30_000 }).toBeGreaterThan(150);
    // Another reader, while it is being written.
    await expect.poll(async () => (await describeTape(recording.path)).calls, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await describeTape(recording.path)).toMatchObject({ complete: false });
    const report = await recording.stop();
    expect(report).toMatchObject({ tape: recording.tape, complete: true, dropped: 0 });
    expect(report.roots).toBeGreaterThan(100);
    expect(report.marks).toMatchObject([{ name: 'begun' }]);
    expect((await listTapes(directory)).map(({ tape }) => tape)).toContain(recording.tape);
    const { calls } = await listCalls(report.path, { roots: true, name: '/checkout' });
    expect(calls.map(({ place }) => place.replace(/\.[jt]s:.*/, ''))).toContain('src/server');
    expect(calls.some(({ status }) => status !== undefined)).toBe(true);
    for (const gap of await tapeGaps(report.path)) expect(gap.remedy).not.toBe('');
    // The app goes on, without us.
    customers.lap();
    await target.detach();
    await expect.poll(() => customers.lap().requests, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(customers.lap().broken).toBe(0);
  });
});

test('an app that is killed while it is recorded leaves a tape of what it did', async () => {
  await using shop = await startShop();
  await using customers = startTraffic(shop.url, { concurrency: 4, rate: 100 });
  await using target = await attach(String(shop.pid));
  const recording = await startRecording(target, { directory });
  await expect.poll(async () => (await describeTape(recording.path)).calls, { timeout: 30_000 }).toBeGreaterThan(20);
  void customers.stop();
  shop.process.kill('SIGKILL');
  const report = await recording.stop();
  expect(report).toMatchObject({ complete: true });
  expect(report.calls).toBeGreaterThan(20);
});
