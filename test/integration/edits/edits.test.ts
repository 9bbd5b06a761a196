// Edits of a process under load: every way in which a function is held leads to the new code and back, also by another
// devsandbox after ours was killed; no request fails, and after the undo nothing is left.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attach, type Session } from '../../../src/api/index.ts';
import type { EditPreview, EditReport, UndoReport } from '../../../src/features/livestate/types.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';
import { eventually, load, startTarget, type TargetProcess } from '../../support/target-process.ts';

const app = fileURLToPath(new URL('../../apps/edited/', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/edits/${name}.ts`, import.meta.url));

/** Starts a devsandbox of its own and waits until it says so. */
async function startEditor(name: string, target: TargetProcess, word: string) {
  const child = spawn(nodeBinary(24), [fixture(name), String(target.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  await eventually(() => expect(said).toContain(word), 40_000);
  return {
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const times20 = 'function price(amount) { return amount * 20; }';
const before = {
  ...{ export: 6, fixed: 2, loose: 2, entry: 6, key: 6, member: 6, item: 6, symbol: 6, bound: 6, accessor: 6 },
  ...{ listener: 6, global: 6, closure: 6, activations: '6,12', timer: 6, exported: 2, shipping: 5, discount: 1 },
};
const after = {
  ...{ export: 60, fixed: 20, loose: 20, entry: 60, key: 60, member: 60, item: 60, symbol: 60, accessor: 60 },
  ...{
    listener: 60,
    global: 60,
    closure: 60,
    activations: '60,120',
    timer: 60,
    exported: 20,
    shipping: 5,
    discount: 1,
  },
  // What a bound function is bound to cannot be changed.
  bound: 6,
};

const home = mkdtempSync(join(tmpdir(), 'devsandbox-edits-'));
const homeBefore = process.env['DEVSANDBOX_HOME'];
beforeAll(() => void (process.env['DEVSANDBOX_HOME'] = home));
afterAll(() => {
  if (homeBefore === undefined) delete process.env['DEVSANDBOX_HOME'];
  else process.env['DEVSANDBOX_HOME'] = homeBefore;
  rmSync(home, { recursive: true, force: true });
});

const start = (major: (typeof nodeMajors)[number] = 24): Promise<TargetProcess> => startTarget({ major, cwd: app });
const open = (target: TargetProcess): Promise<Session> => attach(target.pid, { write: true, directory: home });

for (const major of nodeMajors.filter((each) => existsSync(nodeBinary(each)))) {
  describe(`a function of a Node ${major} process under load`, () => {
    it('is replaced wherever it is held, hot code included, and put back', { timeout: 60_000 }, async () => {
      await using target = await start(major);
      for (let i = 0; i < 30; i++) await target.get();
      const facts = await target.get('/facts');
      expect(await target.get()).toMatchObject(before);
      const traffic = load(target);
      const session = await open(target);
      try {
        for (let round = 0; round < 2; round++) {
          const edit = (await session.edit.code!('prices.js#price', times20)) as EditReport;
          expect(edit).toMatchObject({ state: 'applied', verified: true, missed: [] });
          // Hot code at once; a timer when it is its time.
          expect(await target.get()).toMatchObject({ ...after, timer: expect.any(Number) });
          await eventually(async () => expect(await target.get()).toMatchObject(after));
          expect(await target.get('/facts')).toMatchObject({ sameAsAtFirst: false, text: false, oneForAll: true });
          const undo = (await session.edit.undo!()) as UndoReport;
          expect(undo.verified).toBe(true);
          expect(await target.get()).toMatchObject({ ...before, timer: expect.any(Number) });
          await eventually(async () => expect(await target.get()).toMatchObject(before));
        }
        // A constant of another module that was taken out of a CommonJS export.
        await session.edit.code!('shipping.cjs#shipping', 'function shipping(weight) { return weight * 50; }');
        expect(await target.get()).toMatchObject({ shipping: 50 });
        await session.edit.undo!();
        expect(await target.get()).toMatchObject({ shipping: 5 });
        // A method that calls the one it overrides.
        await session.edit.code!('prices.js#Doubled.prototype.of', 'of(amount) { return super.of(amount) + 1; }');
        expect(await target.get('/facts')).toMatchObject({ doubled: 7 });
        expect(await target.get()).toMatchObject({ method: 3 });
        await session.edit.undo!();
        expect(await target.get()).toMatchObject({ method: 2 });
      } finally {
        await session.detach();
        const { requests, failed } = await traffic.stop();
        expect(failed).toEqual([]);
        expect(requests).toBeGreaterThan(0);
      }
      expect(await target.get('/facts')).toEqual(facts);
    });
  });
}

describe('an edit after the devsandbox that made it was killed', () => {
  it('is undone by another one, under load', { timeout: 60_000 }, async () => {
    await using target = await start();
    const facts = await target.get('/facts');
    const traffic = load(target);
    try {
      const editor = await startEditor('edit-until-killed', target, 'edited');
      await editor.kill();
      expect(await target.get()).toMatchObject({ ...after, discount: 42 });
      expect(await target.get('/facts')).toMatchObject({ limits: { max: 99 } });
      const session = await open(target);
      try {
        const history = (await session.edit.history!()) as EditReport[];
        expect(history.map(({ name, state }) => [name, state])).toEqual([
          ['prices.js#price', 'applied'],
          ['prices.js#limits', 'applied'],
          ['prices.js#discount', 'applied'],
        ]);
        for (const { id } of history) expect(await session.edit.undo!(id)).toMatchObject({ verified: true });
      } finally {
        await session.detach();
      }
    } finally {
      const { failed } = await traffic.stop();
      expect(failed).toEqual([]);
    }
    // The very function is back: references compare equal again.
    expect(await target.get()).toMatchObject(before);
    expect(await target.get('/facts')).toEqual(facts);
  });
});

describe('a devsandbox that is killed while it edits', () => {
  it('leaves the function as it was or as it was to be, and another one undoes it', { timeout: 120_000 }, async () => {
    await using target = await start();
    const facts = await target.get('/facts');
    const traffic = load(target);
    try {
      for (let round = 0; round < 6; round++) {
        const editor = await startEditor('edit-without-end', target, 'editing');
        await sleep(300 + round * 170);
        await editor.kill();
        const session = await open(target);
        try {
          const last = ((await session.edit.history!()) as EditReport[]).at(-1);
          // One that was only begun is shown as failed: nobody knows how far it came.
          if (last && last.state !== 'undone')
            expect(await session.edit.undo!(last.id)).toMatchObject({ verified: true });
        } finally {
          await session.detach();
        }
        await eventually(async () => expect(await target.get()).toMatchObject(before));
        expect(await target.get('/facts')).toEqual(facts);
      }
    } finally {
      const { failed } = await traffic.stop();
      expect(failed).toEqual([]);
    }
  });
});

describe('a value', () => {
  let target: TargetProcess;
  let session: Session;
  beforeAll(async () => {
    target = await start();
    session = await open(target);
  });
  afterAll(async () => {
    await session.detach();
    await target[Symbol.asyncDispose]();
  });

  it.each([
    ['a property', 'prices.js#limits.max', '50', { limits: { max: 50, label: 'plain' } }],
    ['an entry of a Map', 'prices.js#carts.get("42")', '({ items: [] })', { cart: { items: [] } }],
    [
      'an item in an entry',
      'prices.js#carts.get("42").items[0].count',
      'old + 6',
      { cart: { items: [{ sku: 'a', count: 7 }] } },
    ],
    ['an export', 'prices.js#limits', '({ max: 1 })', { limits: { max: 1 } }],
    ['a module variable', 'prices.js#discount', '5', { discount: 5 }],
  ])('that is %s is shown, changed, and put back', async (_, name, expression, expected) => {
    const facts = await target.get('/facts');
    const shown = (await session.run(`%edit --dry-run ${name} = ${expression}`)).value as EditPreview;
    expect(shown).toMatchObject({ kind: 'value', after: expression, diff: expect.stringContaining('+') });
    expect(shown.types).toBe('shape only: prices.js declares no types');
    expect(await target.get('/facts')).toEqual(facts);
    const edit = (await session.run(`%edit ${name} = ${expression}`)).value as EditReport;
    expect(edit).toMatchObject({ state: 'applied', verified: true });
    expect(existsSync(edit.backup)).toBe(true);
    expect(await target.get('/facts')).toMatchObject(expected);
    expect(await session.edit.undo!()).toMatchObject({ id: edit.id, verified: true });
    expect(await target.get('/facts')).toEqual(facts);
  });

  it('never takes the place of a function, unless it is asked for', async () => {
    const refused = { code: 'DS5025', message: expect.stringContaining('session.edit.code') };
    await expect(session.edit('prices.js#discounted', { source: '() => 1' })).rejects.toMatchObject(refused);
    await expect(session.run('%edit prices.js#discounted = 5')).rejects.toMatchObject(refused);
    // What its text does not say, running it does.
    await expect(session.run('%edit prices.js#discounted = JSON.parse("5")')).rejects.toMatchObject(refused);
    expect(await target.get()).toMatchObject({ discount: 1 });
    const edit = (await session.run('%edit --unchecked shipping.cjs#shipping = 5')).value as EditReport;
    expect(edit).toMatchObject({ state: 'applied', problems: [{ severity: 'warning', check: 'shape' }] });
    expect(await session.edit.undo!()).toMatchObject({ verified: true });
  });
});
