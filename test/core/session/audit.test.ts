import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditTrail, verifyTrail } from '../../../src/core/session/audit.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'audit-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function written(): AuditTrail {
  const trail = new AuditTrail({ path: join(folder, 'deep', 'a.jsonl'), session: 's', user: 'ann' });
  for (const what of ['attach', 'allow', 'use']) trail.append(what, { pid: 7 }, new Date(1_700_000_000_000));
  return trail;
}
const lines = (trail: AuditTrail): string[] => readFileSync(trail.path, 'utf8').trimEnd().split('\n');
const rewrite = (trail: AuditTrail, to: readonly string[]): void => writeFileSync(trail.path, `${to.join('\n')}\n`);

test('an untouched trail is intact and reads back', () => {
  const trail = written();
  expect(trail.verify()).toEqual({ intact: true, entries: 3 });
  expect(trail.entries().map(({ n, what, details }) => [n, what, details])).toEqual([
    [1, 'attach', { pid: 7 }],
    [2, 'allow', { pid: 7 }],
    [3, 'use', { pid: 7 }],
  ]);
});

test('nothing written is intact too', () => {
  expect(new AuditTrail({ path: join(folder, 'none'), session: 's', user: 'ann' }).verify()).toEqual({
    intact: true,
    entries: 0,
  });
});

const tampering: Record<string, (all: string[]) => string[]> = {
  'a changed entry': (all) => [all[0]!, all[1]!.replace('"pid":7', '"pid":8'), all[2]!],
  'a removed entry': (all) => [all[0]!, all[2]!],
  'entries swapped': (all) => [all[1]!, all[0]!, all[2]!],
  'an entry twice': (all) => [all[0]!, all[0]!, all[1]!, all[2]!],
  'a line that is no JSON': (all) => [all[0]!, 'x', all[2]!],
  'the end cut off': (all) => all.slice(0, 2),
  'everything removed': () => [],
};
for (const [name, change] of Object.entries(tampering)) {
  test(`${name} is found`, () => {
    const trail = written();
    rewrite(trail, change(lines(trail)));
    expect(trail.verify()).toMatchObject({ intact: false });
  });
}

test('a trail that was forged anew with right hashes is found by the session that wrote it', () => {
  const trail = written();
  const forged = new AuditTrail({ path: join(folder, 'forged.jsonl'), session: 's', user: 'ann' });
  for (const what of ['attach', 'allow', 'nothing']) forged.append(what, { pid: 7 }, new Date(1_700_000_000_000));
  rewrite(trail, lines(forged));
  expect(verifyTrail(trail.path)).toEqual({ intact: true, entries: 3 });
  expect(trail.verify()).toMatchObject({ intact: false });
});

test('a trail that cannot be written is DS5010', () => {
  writeFileSync(join(folder, 'file'), '');
  const trail = new AuditTrail({ path: join(folder, 'file', 'a.jsonl'), session: 's', user: 'ann' });
  expect(() => trail.append('attach', {}, new Date())).toThrow(/^DS5010 /);
});
