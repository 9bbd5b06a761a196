import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDevsandboxError } from '../../../src/core/common/errors.ts';
import { openTape } from '../../../src/core/tape/tape.ts';
import type { Tape } from '../../../src/core/tape/tape.ts';
import { TapeWriter } from '../../../src/core/tape/writer.ts';
import type { Draft } from './json-chunks.ts';
import { jsonDecoder, makeChunk, testHeader } from './json-chunks.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'tape-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const thrown = {
  t: 'error',
  id: 9,
  cls: 'TypeError',
  keys: ['message'],
  items: [{ t: 'str', v: 'Cannot read price' }],
} as const;
const nothing = { t: 'undefined' } as const;

/** One request: an http root call with a nested call, and its response. */
function request(n: number, status: number, fails: boolean): Draft[] {
  const call = n * 2 + 1;
  const at = (offset: number): never => (n * 1000 + offset) as never;
  const enter = { self: nothing, args: [], construct: false, busy: -1, request: n + 1 } as const;
  return [
    { at: at(0), kind: 'request', request: n + 1, method: 'POST', url: '/checkout' },
    {
      at: at(1),
      kind: 'enter',
      call: call as never,
      parent: 0,
      callKind: 'http',
      name: 'POST /checkout',
      place: 'src/app.ts:10',
      ...enter,
    },
    {
      at: at(2),
      kind: 'enter',
      call: (call + 1) as never,
      parent: call,
      callKind: 'function',
      name: 'total',
      place: 'src/cart.ts:41',
      ...enter,
    },
    {
      at: at(5),
      kind: 'leave',
      call: (call + 1) as never,
      outcome: fails ? 'throw' : 'return',
      value: fails ? thrown : { t: 'num', v: n },
    },
    { at: at(6), kind: 'leave', call: call as never, outcome: 'return', value: { t: 'promise', id: 50 + n } },
    { at: at(8), kind: 'response', request: n + 1, status },
    { at: at(9), kind: 'settled', call: call as never, outcome: 'return', value: nothing },
  ];
}

const requests = 40;
const drafts = Array.from({ length: requests }, (_, n) => request(n, n % 10 === 3 ? 500 : 200, n % 10 === 3));
const allEvents = drafts.flat().map((event, seq) => ({ ...event, seq }));

async function write(name: string, compression: 'lz4' | 'zstd' | 'none', indexed = true): Promise<string> {
  const path = join(folder, name);
  rmSync(path, { force: true });
  await using writer = await TapeWriter.create(path, testHeader(compression), indexed ? { decoder: jsonDecoder } : {});
  writer.appendManifest({
    units: [{ path: 'src/app.ts', source: 'x'.repeat(500) }],
    gaps: [{ reason: 'private', place: 'src/a.ts:3' }],
  });
  for (let n = 0; n < requests; n += 4) {
    writer.appendChunk(makeChunk(drafts.slice(n, n + 4).flat(), { number: n / 4, sync: n === 20 }));
    if (n === 8) writer.mark('before the sale');
    if (n === 12) writer.appendGap({ reason: 'inflight', place: 'src/app.ts:10', calls: [1, 3] });
  }
  await writer.close();
  return path;
}

const open = (path: string, upToDamage = false): Tape => openTape(path, { decoder: jsonDecoder, upToDamage });
const facts = (tape: Tape): unknown => ({
  calls: tape.calls(),
  gaps: tape.gaps(),
  marks: tape.marks,
  manifest: tape.manifest,
  events: [...tape.events()],
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (isDevsandboxError(error)) return error.code;
    throw error;
  }
};

describe.each(['lz4', 'zstd', 'none'] as const)('a tape with %s', (compression) => {
  it('gives back what was written', async () => {
    using tape = open(await write(`round-${compression}.tape`, compression));
    expect(tape.cut).toBeUndefined();
    expect(tape.header).toEqual(testHeader(compression));
    expect([...tape.events()]).toEqual(allEvents);
    expect([...tape.events(100, 105)]).toEqual(allEvents.slice(100, 105));
    expect([...tape.events(170)]).toEqual(allEvents.slice(170));
    expect(tape.stats).toMatchObject({
      events: allEvents.length,
      calls: 80,
      rootCalls: 40,
      failed: 4,
      duration: 39_009,
    });
    expect(tape.marks).toEqual([{ name: 'before the sale', seq: 84, at: 11_009 }]);
    expect(tape.gaps().map(({ reason, calls }) => [reason, calls])).toEqual([
      ['private', undefined],
      ['inflight', [1, 3]],
    ]);
    expect(tape.find((event) => event.kind === 'response' && event.status === 500)?.seq).toBe(26);
  });

  it('has the same index written and rebuilt', async () => {
    using written = open(await write(`index-${compression}.tape`, compression));
    using rebuilt = open(await write(`bare-${compression}.tape`, compression, false));
    const bytes = readFileSync(written.path);
    const cutPath = join(folder, `unclosed-${compression}.tape`);
    writeFileSync(cutPath, bytes.subarray(0, bytes.length - 36));
    using scanned = open(cutPath);
    expect(facts(rebuilt)).toEqual(facts(written));
    expect(scanned.calls()).toEqual(written.calls());
    expect(scanned.cut).toBeDefined();
  });
});

describe('calls', () => {
  it('marks root calls of a failed request and calls that threw', async () => {
    using tape = open(await write('calls.tape', 'lz4'));
    const root = tape.callIndex.byNumber(7);
    expect(root).toMatchObject({ failed: true, status: 500, error: undefined, duration: 8, kind: 'http', leave: 27 });
    expect(tape.callIndex.byNumber(8)).toMatchObject({
      failed: true,
      parent: 7,
      error: 'TypeError: Cannot read price',
    });
    expect(tape.callIndex.byNumber(1)).toMatchObject({ failed: false, status: 200 });
    expect(tape.callIndex.firstFailed()?.call).toBe(7);
  });

  it('are rebuilt in slices that can be stopped', async () => {
    using tape = open(await write('slices.tape', 'lz4', false));
    await expect(tape.ensureIndexed({ signal: AbortSignal.abort() })).rejects.toThrow();
    const seen: number[] = [];
    await tape.ensureIndexed({ progress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(10);
    expect(tape.stats.failed).toBe(4);
  });
});

describe('a tape that is not whole', () => {
  it('opens up to its last complete block wherever it was cut', async () => {
    const bytes = readFileSync(await write('cut.tape', 'lz4'));
    const path = join(folder, 'cut-here.tape');
    let opened = 0;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        writeFileSync(path, bytes.subarray(0, length));
        try {
          using tape = open(path);
          opened += 1;
          const events = [...tape.events()];
          expect(events).toEqual(allEvents.slice(0, events.length));
          expect(events.length % 28).toBe(0);
          expect(tape.cut).toBeDefined();
          expect(tape.cut!.offset + tape.cut!.bytes).toBe(length);
          expect(tape.gaps().at(-1)).toMatchObject({
            reason: 'cut',
            remedy: expect.stringContaining('%record stop'),
          });
        } catch (error) {
          if (!isDevsandboxError(error)) throw error;
          expect(['DS3001', 'DS3005']).toContain(error.code);
          expect(length).toBeLessThan(500);
        }
      }),
      { numRuns: 400 },
    );
    expect(opened).toBeGreaterThan(100);
  });

  it('reads the same or refuses by code when any bit is flipped', async () => {
    const path = await write('flip.tape', 'lz4');
    const bytes = readFileSync(path);
    const damagedPath = join(folder, 'flipped.tape');
    using whole = open(path);
    const expected = facts(whole);
    const codes = new Set<string>();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const copy = Buffer.from(bytes);
        copy[at] = copy[at]! ^ (1 << bit);
        writeFileSync(damagedPath, copy);
        codes.add(
          codeOf(() => {
            using tape = open(damagedPath);
            expect(facts(tape)).toEqual(expected);
          }),
        );
      }),
      { numRuns: 600 },
    );
    expect([...codes].filter((code) => !['none', 'DS3001', 'DS3002', 'DS3004'].includes(code))).toEqual([]);
    expect(codes).toContain('DS3004');
  });

  it('names where it is damaged, and can be read up to there', async () => {
    const path = await write('damaged.tape', 'none');
    const copy = readFileSync(path);
    const at = copy.lastIndexOf('"/checkout"');
    copy[at + 2] = 0x58;
    writeFileSync(path, copy);
    using tape = open(path);
    let message = '';
    try {
      expect([...tape.events()]).toBeUndefined();
    } catch (error) {
      message = (error as Error).message;
    }
    const offset = Number(/^DS3004 .* at byte (\d+) /.exec(message)?.[1]);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(at);
    writeFileSync(path, copy.subarray(0, -1));
    expect(codeOf(() => open(path))).toBe('DS3004');
    using part = open(path, true);
    expect(part.cut?.offset).toBe(offset);
    expect([...part.events()].length).toBe(allEvents.length - 28);
  });

  it('is refused by name when it is newer, no tape, or not there', async () => {
    const path = await write('newer.tape', 'lz4');
    const copy = readFileSync(path);
    copy.writeUInt16LE(2, 6);
    writeFileSync(path, copy);
    expect(() => open(path)).toThrow(/^DS3002 .*format 2 .*up to 1/);
    writeFileSync(path, 'hello, I am a text file');
    expect(codeOf(() => open(path))).toBe('DS3001');
    writeFileSync(path, '');
    expect(codeOf(() => open(path))).toBe('DS3001');
    expect(codeOf(() => open(join(folder, 'nowhere.tape')))).toBe('DS3003');
    expect(codeOf(() => open(folder))).toBe('DS3003');
  });
});
