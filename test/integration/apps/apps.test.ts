// The apps that other tests attach to do what those tests rely on: the shop fails under concurrent traffic only, and
// the apps from npm answer every kind of request.
import { describe, expect, test } from 'vitest';
import { driveShop } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { driveJsonServer, startJsonServer } from '../../apps/json-server.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';

const kinds = ['typescript', 'commonjs'] as const;

describe.each(kinds)('shop in %s', (kind) => {
  test('sequential traffic never fails, concurrent traffic does, in one way only', async () => {
    await using shop = await startShop({ kind });
    const alone = await driveShop(shop.url, { concurrency: 1, requests: 600 });
    expect(alone.broken).toBe(0);
    expect(alone.failures).toEqual([]);
    expect(alone.statuses['201']).toBeGreaterThan(100);
    let failures: readonly { request: string; body: string }[] = [];
    for (let seed = 1; failures.length === 0 && seed < 20; seed++) {
      failures = (await driveShop(shop.url, { concurrency: 24, requests: 3_000, seed })).failures;
    }
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure.request).toBe('POST /checkout');
      expect(failure.body).toContain("TypeError: Cannot read properties of undefined (reading 'price')");
    }
  });
});

test.each(nodeMajors)('the CommonJS shop runs on Node %i', async (major) => {
  await using shop = await startShop({ kind: 'commonjs', node: nodeBinary(major) });
  const { statuses, broken } = await driveShop(shop.url, { concurrency: 2, requests: 200 });
  expect(broken).toBe(0);
  expect(statuses['201']).toBeGreaterThan(30);
});

describe.each(['commonjs', 'module'] as const)('json-server as %s', (generation) => {
  test('answers requests of every kind', async () => {
    await using app = await startJsonServer(generation);
    const statuses = await driveJsonServer(app.url);
    const asked = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    expect(asked).toBeGreaterThanOrEqual(120);
    expect(statuses['200']).toBeGreaterThan(60);
    expect(statuses['201']).toBeGreaterThan(5);
    expect(statuses['404']).toBeGreaterThan(5);
    expect(Object.keys(statuses).filter((status) => Number(status) >= 500)).toEqual([]);
  });
});
