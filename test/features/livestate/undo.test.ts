// Undo takes back what the edit did, and nothing that the app did itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeTarget } from '../../../src/core/targets/fake.ts';
import { begin } from '../../../src/features/livestate/backup.ts';
import { editValue, previewValue } from '../../../src/features/livestate/edit-value.ts';
import { undoEdit } from '../../../src/features/livestate/undo.ts';

let home: string;
const homeBefore = process.env['DEVSANDBOX_HOME'];
beforeEach(() => (process.env['DEVSANDBOX_HOME'] = home = mkdtempSync(join(tmpdir(), 'devsandbox-undo-'))));
afterEach(() => {
  if (homeBefore === undefined) delete process.env['DEVSANDBOX_HOME'];
  else process.env['DEVSANDBOX_HOME'] = homeBefore;
  rmSync(home, { recursive: true });
});

const variables = { count: 5 as unknown };
const target = (): FakeTarget => new FakeTarget({ 'a.js': { variables } });

test('an edit that was only begun is taken back where it was made, and what the app wrote stays', async () => {
  const app = target();
  variables.count = 5;
  begin(app, await previewValue(app, 'a.js#count', '{ max: 9 }'));
  variables.count = 1000;
  await expect(undoEdit(app)).rejects.toMatchObject({ code: 'DS5034' });
  expect(variables.count).toBe(1000);
  variables.count = { max: 9 };
  expect(await undoEdit(app)).toMatchObject({ verified: true });
  expect(variables.count).toBe(5);
});

test('an edit that was made is taken back unless the app wrote something else', async () => {
  const app = target();
  variables.count = 5;
  await editValue(app, 'a.js#count', '6');
  variables.count = 7;
  await expect(undoEdit(app)).rejects.toMatchObject({ code: 'DS5034' });
  expect(await undoEdit(app, undefined, { force: true })).toMatchObject({ verified: true });
  expect(variables.count).toBe(5);
});
