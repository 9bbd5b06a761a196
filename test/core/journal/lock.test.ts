// Two that find the lock of a killed process at the same moment: the one that comes second must not take the other's.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EditJournal } from '../../../src/core/journal/journal.ts';

let afterLook: ((path: string) => void) | undefined;
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const statSync = ((path: string) => {
    const found = real.statSync(path);
    const look = afterLook;
    afterLook = undefined;
    look?.(path);
    return found;
  }) as typeof fs.statSync;
  return { ...real, statSync };
});

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'journal-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

test('a lock that was taken just before ours broke the old one is waited for', () => {
  const journal = new EditJournal({ identity: { pid: 1, startedAt: 'x' }, folder });
  const lock = `${journal.path}.lock`;
  fs.writeFileSync(lock, 'killed');
  fs.utimesSync(lock, 1, 1);
  afterLook = () => fs.writeFileSync(lock, 'other');
  const start = performance.now();
  expect(journal.begin('a.js#x', {}).id).toBe(1);
  expect(performance.now() - start).toBeGreaterThan(1500);
  expect(fs.readdirSync(folder)).toEqual(['1-x.jsonl']);
});

test('a lock that somebody else holds by now is not let go with ours', () => {
  const journal = new EditJournal({ identity: { pid: 1, startedAt: 'x' }, folder });
  const lock = `${journal.path}.lock`;
  const details = {
    toJSON: () => {
      fs.rmSync(lock);
      fs.writeFileSync(lock, 'other');
      return {};
    },
  };
  journal.begin('a.js#x', details);
  expect(fs.readFileSync(lock, 'utf8')).toBe('other');
});
