import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf } from '../../../src/core/journal/identity.ts';
import { EditJournal } from '../../../src/core/journal/journal.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const open = (pid = process.pid) => new EditJournal<{ before: string }>({ identity: identityOf(pid), folder });

test('an edit is on disk before it is made, and its newest state is what counts', () => {
  const entry = open().begin('a.js#x', { before: '1' });
  expect(open().entries()).toEqual([entry]);
  expect(entry).toMatchObject({ id: 1, state: 'intended', editor: process.pid });
  open().settle(entry, 'applied');
  const second = open().begin('a.js#y', { before: '2' });
  expect(
    open()
      .entries()
      .map((e) => [e.id, e.state]),
  ).toEqual([
    [1, 'applied'],
    [2, 'intended'],
  ]);
  open().settle(second, 'failed', { before: '3' });
  expect(open().entries()[1]).toMatchObject({ state: 'failed', details: { before: '3' } });
});

test('a line cut by a crash loses nothing else', () => {
  const journal = open();
  const first = journal.begin('a.js#x', { before: '1' });
  appendFileSync(journal.path, '{"id":2,"state":"inten');
  expect(journal.entries()).toEqual([first]);
  const next = journal.begin('a.js#y', { before: '2' });
  expect(open().entries()).toEqual([first, next]);
});

test('a lock left by a killed process does not block for long', () => {
  const journal = open();
  writeFileSync(`${journal.path}.lock`, '');
  expect(journal.begin('a.js#x', { before: '1' }).id).toBe(1);
  expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
});

test('an unusable folder is a coded error', () => {
  expect(() =>
    new EditJournal({ identity: { pid: 1, startedAt: 'x' }, folder: join(folder, 'none') }).begin('a', 1),
  ).toThrow(expect.objectContaining({ code: 'DS5030' }));
});

test('identity is stable and differs between processes', () => {
  expect(identityOf(process.pid)).toEqual(identityOf(process.pid));
  expect(identityOf(process.pid).startedAt).toMatch(/\S/);
  expect(identityOf(2 ** 30).startedAt).toBe('unknown');
});
