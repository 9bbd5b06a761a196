// Bad input of every kind in one conversation: each gives one coded error with its remedy and no stack of ours, nothing
// is lost by it, and the app that is attached to goes on.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic } from '../../../examples/load.ts';
import { startShop } from '../../../examples/start.ts';
import { createEngine } from '../../../src/magics/compose.ts';
import type { Engine } from '../../../src/magics/engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'bad-input-'));
const home = process.env['DEVSANDBOX_HOME'];
let shop: Awaited<ReturnType<typeof startShop>>;
let customers: ReturnType<typeof startTraffic>;
let engine: Engine;

const run = (code: string) =>
  engine.execute(code, { listeners: { output: () => undefined, display: () => undefined } });

async function refused(code: string): Promise<string> {
  const { status, error } = await run(code);
  expect([code, status]).toEqual([code, 'error']);
  const message = error!.message;
  const told = /^(DS\d{4}) .+; \S.+$/s.exec(message);
  expect([code, message, told !== null]).toEqual([code, message, true]);
  expect([code, error!.frames.filter(({ file }) => /\/src\/(?:core|magics|features)\//.test(file))]).toEqual([
    code,
    [],
  ]);
  return told![1]!;
}

beforeAll(async () => {
  process.env['DEVSANDBOX_HOME'] = join(directory, 'home');
  shop = await startShop();
  customers = startTraffic(shop.url, { concurrency: 4, rate: 100 });
  engine = await createEngine({ attach: String(shop.pid), directory, auditPath: join(directory, 'audit.jsonl') });
  expect((await run('const kept = 41')).status).toBe('ok');
});
afterAll(async () => {
  await customers[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
  if (home === undefined) delete process.env['DEVSANDBOX_HOME'];
  else process.env['DEVSANDBOX_HOME'] = home;
  rmSync(directory, { recursive: true, force: true });
});

describe('before anything was recorded', () => {
  it.each([
    ['%replay check', 'DS3090'],
    ['%tape show', 'DS3090'],
    ['%record stop', 'DS4001'],
    ['%record snapshot', 'DS4001'],
    ['%record start --compression gzip', 'DS6005'],
    ['%record start --interval soon', 'DS6005'],
    ['%record start --scope nothing/**', 'DS4011'],
    ['await session.record.start({ scope: 5 })', 'DS4011'],
  ])('%s', async (code, expected) => expect(await refused(code)).toBe(expected));
});

describe('with a tape', () => {
  beforeAll(async () => {
    expect((await run('%record')).status).toBe('ok');
    customers.lap();
    for (let requests = 0; requests < 100; requests += customers.lap().requests) await sleep(100);
    expect(await refused('%record start')).toBe('DS4090');
    expect((await run('%record stop')).status).toBe('ok');
    const { path } = engine.services.session.state.tapes.at(-1)! as unknown as { readonly path: string };
    const bytes = readFileSync(path);
    const altered = (at: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[at] = 99;
      return copy;
    };
    writeFileSync(join(directory, 'newer.tape'), altered(6));
    writeFileSync(join(directory, 'damaged.tape'), altered(9));
    writeFileSync(join(directory, 'other.tape'), 'not a tape at all');
    writeFileSync(join(directory, 'empty.tape'), '');
    mkdirSync(join(directory, 'folder.tape'));
  });

  it.each([
    ['%nosuch', 'DS6002'],
    ['%%nosuch\nx', 'DS6002'],
    ['const r = %nosuch', 'DS6002'],
    ['await session.nope()', 'DS6002'],
    ['%help nope', 'DS6002'],
    ['%audit --last x', 'DS6003'],
    ['%deny banana', 'DS6005'],
    ['%allow edit for forever', 'DS6005'],
    ['%attach 999999', 'DS1001'],
    ['%attach nosuchapp', 'DS1001'],
    ['%record mark', 'DS6004'],
    ['%replay 999999', 'DS4091'],
    ['%replay call x', 'DS6005'],
    ['%replay at nowhere', 'DS4092'],
    ['%replay first banana', 'DS6005'],
    ["%%replay with\n{ 'src/nope.ts': { x: 1 } }", 'DS4096'],
    ["%%replay with\n{ 'src/stock.ts': { nope: 1 } }", 'DS4097'],
    ['%%replay with\n{ broken', 'DS2010'],
    ['%%replay with\n42', 'DS6005'],
    ["%%replay with --at 99999999\n{ 'src/stock.ts': { keepSoldOut: true } }", 'DS4092'],
    ['%tape gaps zzz', 'DS3092'],
    ['%inspect', 'DS6004'],
    ['%inspect src/nope.ts#x', 'DS5021'],
    ['%inspect src/cart.ts#carts.get("zzz")', 'DS1021'],
    ['%inspect src/cart.ts#carts.nope.deeper', 'DS1021'],
    ['%inspect ###', 'DS5020'],
    ['%edit', 'DS6004'],
    ['%%edit\nx', 'DS6004'],
    ['%edit src/cart.ts#lastId = 5', 'DS5001'],
    ['%edit undo 7', 'DS5001'],
    ["app.modules['src/cart.ts'].carts = 5", 'DS5001'],
    ['%%variant v1 of src/cart.ts#nope\nfunction nope() {}', 'DS8005'],
    ['%%variant v1 of src/cart.ts#total\nfunction total( {', 'DS8004'],
    ['%%variant v1\nx', 'DS6004'],
    ['%variant compare v1 nope', 'DS8001'],
    ['%time 1 +', 'DS2010'],
    ['let a = ;', 'DS2010'],
    ["import x from 'not-a-package'", 'DS2011'],
    ["import { readFileSync } from 'node:fs'", 'DS2012'],
    ['app.modules["src/nope.ts"].x', 'DS2024'],
    ["app.modules['src/cart.ts'].carts.clear()", 'DS2023'],
    ['%replay check newer.tape', 'DS3002'],
    ['%replay check damaged.tape', 'DS3004'],
    ['%replay check other.tape', 'DS3001'],
    ['%replay check empty.tape', 'DS3001'],
    ['%replay check folder.tape', 'DS3003'],
    ['%replay check missing.tape', 'DS3092'],
    ['%tape show other.tape', 'DS3001'],
  ])('%s', async (code, expected) =>
    expect(await refused(code.replace(/\b\w+\.tape$/, (name) => join(directory, name)))).toBe(expected),
  );

  it('with edit access: what is no value, no function, or of another type is not written', async () => {
    expect((await run('%allow edit for 10m')).status).toBe('ok');
    for (const [code, expected] of [
      ['%edit src/cart.ts#total =', 'DS6004'],
      ['%edit src/cart.ts#lastId = "text"', 'DS5025'],
      ['%edit src/cart.ts#lastId = boom.x', 'DS5025'],
      ['%edit src/cart.ts#lastId = )(', 'DS5024'],
      ['%%edit src/cart.ts#total\nfunction total( {', 'DS5024'],
      ['%%edit src/cart.ts#total\n42', 'DS5024'],
      ['%%edit src/cart.ts#lastId\nfunction x() {}', 'DS5023'],
      ["await session.edit('src/cart.ts#nope', 5)", 'DS5021'],
      ["app.modules['src/cart.ts'].carts = 5", 'DS5025'],
      ['%edit undo', 'DS5031'],
    ] as const)
      expect([code, await refused(code)]).toEqual([code, expected]);
    expect((await run('%deny edit')).status).toBe('ok');
    expect(await refused('%edit src/cart.ts#lastId = 5')).toBe('DS5001');
  });

  it('and nothing was lost', async () => {
    expect((await run('kept + 1')).data?.['text/plain']).toBe('42');
    expect((await run('%replay check')).status).toBe('ok');
    expect((await run("app.modules['src/cart.ts'].carts instanceof Map")).data?.['text/plain']).toBe('true');
  });

  it('a process that has died is told as such', async () => {
    shop.process.kill('SIGKILL');
    await expect.poll(() => engine.status().target).toBeUndefined();
    for (const code of [
      '%record',
      '%inspect src/cart.ts#carts',
      '%edit undo',
      '%detach',
      "app.modules['src/cart.ts'].carts",
    ])
      expect([code, await refused(code)]).toEqual([code, 'DS1003']);
    expect((await run('kept + 1')).data?.['text/plain']).toBe('42');
    expect((await run('%replay check')).status).toBe('ok');
  });
});
