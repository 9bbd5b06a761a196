import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TapeStore } from '../../../src/core/tape/store.ts';
import { openTape } from '../../../src/core/tape/tape.ts';
import { TapeWriter } from '../../../src/core/tape/writer.ts';
import { jsonDecoder, makeChunk, testHeader } from './json-chunks.ts';
import type { Draft } from './json-chunks.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'tape-writer-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const logs = (count: number, text = 'line'): Draft[] =>
  Array.from({ length: count }, (_, i) => ({ at: i as never, kind: 'log', level: 'info', text }));
const decoder = jsonDecoder;

it('drops chunks beyond its bound until one can be decoded alone, and says so on the tape', async () => {
  const path = join(folder, 'drop.tape');
  const writer = await TapeWriter.create(path, testHeader('none'), { decoder, softLimit: 1_000, hardLimit: 3_000 });
  expect(writer.appendChunk(makeChunk(logs(1, 'x'.repeat(500)), { number: 0 }))).toBe(true);
  expect(writer.appendChunk(makeChunk(logs(1, 'x'.repeat(4_000)), { number: 1 }))).toBe(false);
  expect(writer.appendChunk(makeChunk(logs(5), { number: 2 }))).toBe(false);
  await writer.flush();
  expect(writer.needsSync).toBe(true);
  expect(writer.appendChunk(makeChunk(logs(2), { number: 3 }))).toBe(false);
  expect(writer.appendChunk(makeChunk(logs(3), { number: 4, sync: true }))).toBe(true);
  expect(writer.needsSync).toBe(false);
  expect(writer.stats).toMatchObject({ events: 5, backpressure: 1, dropped: { chunks: 2, events: 7 } });
  await writer.close();
  using tape = openTape(path, { decoder });
  expect([...tape.events()]).toHaveLength(5);
  expect(tape.gaps()).toMatchObject([{ reason: 'dropped', place: 'event 2', calls: undefined }]);
});

it('can be read by another reader while it is written', async () => {
  const path = join(folder, 'live.tape');
  await using writer = await TapeWriter.create(path, testHeader(), { decoder });
  writer.appendChunk(makeChunk(logs(4)));
  await writer.flush();
  using tape = openTape(path, { decoder });
  expect([...tape.events()]).toHaveLength(4);
  expect(tape.cut?.reason).toBe('no end was written');
});

/** A disk of 64 KiB, where the machine lets us have one. */
function smallDisk(): string | undefined {
  const path = join(folder, 'disk');
  mkdirSync(path);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]).status === 0 ? path : undefined;
}

it('says by code when the disk is full, and what was written before is a tape', async ({ skip }) => {
  const disk = smallDisk();
  if (!disk) return skip('no tmpfs can be mounted here');
  try {
    const path = join(disk, 'full.tape');
    const writer = await TapeWriter.create(path, testHeader('none'), { decoder });
    writer.appendChunk(makeChunk(logs(2, 'x'.repeat(5_000)), { number: 0 }));
    await writer.flush();
    writer.appendChunk(makeChunk(logs(2, 'x'.repeat(50_000)), { number: 1 }));
    await expect(writer.flush()).rejects.toMatchObject({ code: 'DS3010' });
    expect(writer.appendChunk(makeChunk(logs(2), { number: 2 }))).toBe(false);
    expect(writer.failure?.code).toBe('DS3010');
    await expect(writer.close()).rejects.toMatchObject({
      code: 'DS3010',
      details: { reason: expect.stringContaining('ENOSPC') as string },
    });
    using tape = openTape(path, { decoder });
    expect([...tape.events()]).toHaveLength(2);
    expect(tape.cut).toMatchObject({ bytes: 0, reason: 'no end was written' });
  } finally {
    spawnSync('umount', [disk]);
  }
});

it('says by code where no file can be made', async () => {
  await expect(TapeWriter.create(join(folder, 'no', 'such.tape'), testHeader())).rejects.toMatchObject({
    code: 'DS3010',
  });
});

it('never writes over a tape, and refuses what is no chunk or comes after the end', async () => {
  const path = join(folder, 'once.tape');
  const writer = await TapeWriter.create(path, testHeader());
  await expect(TapeWriter.create(path, testHeader())).rejects.toMatchObject({ code: 'DS3010' });
  expect(() => writer.appendChunk(new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'DS3012' }));
  await writer.close();
  await writer.close();
  expect(() => writer.appendChunk(makeChunk(logs(1)))).toThrow(expect.objectContaining({ code: 'DS3011' }));
});

it('keeps recording when the decoder fails, and the reader says what is wrong', async () => {
  const path = join(folder, 'undecodable.tape');
  const broken = (): never => {
    throw new Error('unknown tag 99');
  };
  const writer = await TapeWriter.create(path, testHeader(), { decoder: () => ({ decode: broken }) });
  writer.appendChunk(makeChunk(logs(4)));
  await writer.close();
  expect(writer.indexProblem).toBe('unknown tag 99');
  using tape = openTape(path, { decoder });
  expect(tape.indexed).toBe(false);
  expect(tape.stats.events).toBe(4);
  using unreadable = openTape(path, { decoder: () => ({ decode: broken }) });
  expect(() => unreadable.calls()).toThrow(expect.objectContaining({ code: 'DS3006' }));
});

it('stores tapes under ids that resolve by their beginning, by path, and as last', async () => {
  const store = new TapeStore({ cwd: folder, decoder });
  expect(store.list()).toEqual([]);
  expect(() => store.resolve('last')).toThrow(expect.objectContaining({ code: 'DS3022' }));
  const ids: string[] = [];
  for (const day of [1, 2, 3]) {
    await using writer = await store.create({
      ...testHeader(),
      createdAt: `2026-01-0${day}T00:00:00.000Z`,
      target: { ...testHeader().target, name: '@my/shop' },
    });
    writer.appendChunk(makeChunk(logs(day)));
    ids.push(writer.header.id);
  }
  const [, second = '', third = ''] = ids;
  expect(store.list().map((tape) => [tape.id, tape.complete, tape.stats?.events])).toEqual(
    ids.map((id, i) => [id, true, i + 1]),
  );
  expect(store.resolve(second)).toBe(join(folder, '.devsandbox', 'tapes', `my-shop-${second}.tape`));
  expect(store.resolve('last')).toContain(third);
  expect(store.resolve(store.resolve(second))).toBe(store.resolve(second));
  const prefix = [5, 4, 3]
    .map((n) => second.slice(0, n))
    .find((text) => ids.filter((id) => id.startsWith(text)).length === 1);
  if (prefix) expect(store.resolve(prefix)).toBe(store.resolve(second));
  expect(() => store.resolve('zzzz')).toThrow(expect.objectContaining({ code: 'DS3020' }));
  const copy = store.resolve(third).replace(third, `${third.slice(0, 5)}z`);
  writeFileSync(copy, readFileSync(store.resolve(third)));
  expect(() => store.resolve(third.slice(0, 5))).toThrow(expect.objectContaining({ code: 'DS3021' }));
  rmSync(copy);
  writeFileSync(join(store.directory, 'shop-abcdef.tape'), 'no tape');
  expect(store.list().find((tape) => tape.id === 'abcdef')?.problem).toMatch(/^DS3001/);
  expect(store.resolve('last')).toContain(third);
  using tape = store.open('last');
  expect(tape.stats.events).toBe(3);
});
