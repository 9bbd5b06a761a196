// The type check of edits, by the real TypeScript: what the edit brings stops it, what was wrong before does not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startShop, type RunningShop } from '../../../examples/start.ts';
import { attach, type Session } from '../../../src/api/index.ts';
import type { EditPreview, EditReport } from '../../../src/features/livestate/types.ts';

const home = mkdtempSync(join(tmpdir(), 'devsandbox-types-'));
const homeBefore = process.env['DEVSANDBOX_HOME'];
let shop: RunningShop;
let session: Session;
beforeAll(async () => {
  process.env['DEVSANDBOX_HOME'] = home;
  shop = await startShop();
  session = await attach(shop.pid, { write: true, directory: home });
  await session.run('%edit --dry-run src/cart.ts#lastId = 1'); // TypeScript has loaded the project
}, 60_000);
afterAll(async () => {
  await session.detach();
  await shop.stop();
  if (homeBefore === undefined) delete process.env['DEVSANDBOX_HOME'];
  else process.env['DEVSANDBOX_HOME'] = homeBefore;
  rmSync(home, { recursive: true, force: true });
});

const preview = async (name: string, source: string): Promise<EditPreview> =>
  (await session.edit.code!(name, source, { dryRun: true })) as EditPreview;

it('gives parameters without a type those of the present function', async () => {
  expect(
    await preview('src/cart.ts#total', 'function total(lines, items) { return lines.length + items.length; }'),
  ).toMatchObject({ types: 'checked against src/cart.ts', problems: [] });
  const wrong = await preview(
    'src/cart.ts#total',
    'function total(lines, items) {\n  const first = items[0]!;\n  return lines.reduce((sum, line) => sum + line.quantty * first.price, 0);\n}',
  );
  expect(wrong.problems).toEqual([
    {
      severity: 'error',
      check: 'types',
      code: 'TS2551',
      line: 3,
      message: expect.stringContaining("'quantty' does not exist"),
    },
  ]);
});

it('checks methods, arrows, and what a function is to return', async () => {
  expect(
    (await preview('src/cart.ts#Cart.prototype.add', 'add(sku, quantity) { return { sku, quantity }; }')).problems,
  ).toEqual([]);
  expect(
    (await preview('src/cart.ts#Cart.prototype.add', 'add(sku, quantity) { return this.lines.nothing; }')).problems,
  ).toMatchObject([{ code: 'TS2339', line: 1 }]);
  expect(
    (await preview('src/cart.ts#cartReport', '() => ({ open: carts.size, opened: nowhere, expired })')).problems,
  ).toMatchObject([{ code: 'TS2304', line: 1 }]);
  expect((await preview('src/cart.ts#total', 'function total() { return "much"; }')).problems).toMatchObject([
    { severity: 'warning', check: 'shape' },
    { code: 'TS2322', check: 'types' },
  ]);
});

it('stops the edit, names what is wrong, and goes on when it is told to', async () => {
  const source = 'function expireCarts(age) {\n  return carts.sise;\n}';
  await expect(session.edit.code!('src/cart.ts#expireCarts', source)).rejects.toMatchObject({
    message: expect.stringMatching(/^DS5025 .*TS2339 in line 2: .*--unchecked/s),
  });
  expect(await session.edit.history!()).toEqual([]);
  const edit = (await session.edit.code!('src/cart.ts#expireCarts', source, { unchecked: true })) as EditReport;
  expect(edit).toMatchObject({ state: 'applied', verified: true, problems: [{ severity: 'warning', code: 'TS2339' }] });
  // What is there now is an edit's; it is still checked against what is written.
  expect(
    (await preview('src/cart.ts#expireCarts', 'function expireCarts(age) { return age.length; }')).problems,
  ).toMatchObject([{ code: 'TS2339' }]);
  expect(await session.edit.undo!()).toMatchObject({ verified: true });
});

it('checks a value against the declared type of what it is put into', async () => {
  const value = async (text: string) => (await session.run(`%edit --dry-run ${text}`)).value as EditPreview;
  expect(await value('src/cart.ts#lastId = "many"')).toMatchObject({
    types: 'checked against src/cart.ts',
    problems: [{ code: 'TS2322', line: 1 }],
  });
  expect(await value('src/cart.ts#lastId = old + 1')).toMatchObject({ problems: [] });
  expect(await value('src/cart.ts#carts = new Map([["1", 5]])')).toMatchObject({ problems: [{ code: 'TS2322' }] });
});
