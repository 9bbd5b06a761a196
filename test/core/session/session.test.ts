import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Session } from '../../../src/core/session/session.ts';
import type { Grants } from '../../../src/core/session/state.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'session-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('access is refused, then given, then over; every step is on the trail', () => {
  let now = 1_700_000_000_000;
  using session = new Session({ auditPath: join(folder, 'a.jsonl'), now: () => now });
  expect(() => session.requireAccess('edit', 'edit x')).toThrow('DS5001 edit x needs edit access');
  session.apply({ type: 'access.allow', kinds: ['edit'], forMs: 1000 });
  session.requireAccess('edit', 'edit x');
  expect(() => session.requireAccess('code', '%%target')).toThrow(/DS5001/);
  now += 1000;
  expect(() => session.requireAccess('edit', 'edit y')).toThrow(/DS5001/);
  expect(session.audit.entries().map(({ what }) => what)).toEqual(['refuse', 'allow', 'use', 'refuse', 'refuse']);
  expect(session.audit.verify().intact).toBe(true);
});

test('a grant that ends is taken away without anyone asking', async () => {
  using session = new Session({ auditPath: join(folder, 'a.jsonl') });
  const closed = new Promise<void>((done) => session.changed((state) => state.access.edit === undefined && done()));
  session.apply({ type: 'access.allow', kinds: ['edit'], forMs: 20 });
  await closed;
  expect(session.audit.entries().at(-1)).toMatchObject({ what: 'expire', details: { access: ['edit'] } });
});

test('grants reach the sandbox', () => {
  const heard: Grants[] = [];
  using session = new Session({ auditPath: join(folder, 'a.jsonl'), onGrants: (grants) => heard.push(grants) });
  session.apply({ type: 'grants.allow', grants: { net: true } });
  expect(heard).toEqual([{ fs: false, net: true, run: false, env: false, packages: [] }]);
});
