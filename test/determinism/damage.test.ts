// A real tape that is cut at any byte opens up to its last complete block; one with garbage in it reads the same or is
// refused by code, also where the garbage has a good checksum.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDevsandboxError } from '../../src/core/common/errors.ts';
import type { Manifest } from '../../src/core/instrument/manifest.ts';
import { makeChunkDecoder } from '../../src/core/tape/decode-events.ts';
import { openTape } from '../../src/core/tape/tape.ts';
import type { Tape } from '../../src/core/tape/tape.ts';
import { recorderMaker, writeTape } from '../support/programs/check.ts';
import { fixedSource } from '../support/programs/generate.ts';
import { play } from '../support/programs/play.ts';
import { makeRandom } from '../support/programs/random.ts';
import { blocksOf, cutEverywhere, withPayload } from '../support/programs/damage.ts';

let folder: string;
let tape: string;
let manifest: Manifest;
let damaged: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'devsandbox-damage-'));
  const makeRecorder = (await recorderMaker())();
  const steps = Array.from({ length: 3 }, () => ({ wait: 1, kind: 'call', fn: 0, args: ['data', 'promise'] }) as const);
  const body = 'async function f0(a, b) { keep(a); tell(await b, pair()); return (await ask(a)) ?? list; }\n';
  const { recorded } = await play({ source: fixedSource + body, steps, seed: 1 }, { mode: 'shuffled', makeRecorder });
  ({ manifest } = recorded!);
  tape = path.join(folder, 'whole.tape');
  copyFileSync(await writeTape(recorded!.chunks, manifest), tape);
  damaged = path.join(folder, 'damaged.tape');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (file: string, upToDamage = false): Tape =>
  openTape(file, { decoder: makeChunkDecoder(manifest), upToDamage });

/** What a reader does with it; the code where it is refused. */
function read(file: string, upToDamage: boolean): string {
  try {
    using opened = open(file, upToDamage);
    return JSON.stringify([[...opened.events()], opened.calls(), opened.gaps(), opened.header, opened.manifest]);
  } catch (error) {
    if (!isDevsandboxError(error)) throw error;
    return error.code;
  }
}

test('it opens up to its last complete block, cut at whatever byte', { timeout: 120_000 }, () => {
  const { opened, refused, size } = cutEverywhere(tape, damaged, open);
  expect(opened + refused).toBe(size);
  expect(opened).toBeGreaterThan(size / 2);
});

test('garbage in any byte is read over or refused by code', { timeout: 120_000 }, () => {
  const bytes = readFileSync(tape);
  const whole = read(tape, false);
  const heads = new Set(blocksOf(bytes).flatMap(({ offset }) => Array.from({ length: 20 }, (_, at) => offset + at)));
  for (let at = 0; at < 8; at++) heads.add(at);
  const random = makeRandom(1);
  const codes = new Map<string, number>();
  for (let at = 0; at < bytes.length; at++) {
    // Each byte of a head with several, of the others each fifth with one.
    if (!heads.has(at) && at % 5 !== 0) continue;
    for (const value of heads.has(at) ? [0, 1, 0x7f, 0x80, 0xff] : [random(256)]) {
      if (bytes[at] === value) continue;
      const copy = Buffer.from(bytes);
      copy[at] = value;
      writeFileSync(damaged, copy);
      for (const upToDamage of heads.has(at) ? [false, true] : [false]) {
        const found = read(damaged, upToDamage);
        const code = /^DS\d+$/.test(found) ? found : found === whole ? 'the same' : 'a part';
        if (!upToDamage && code === 'a part') expect.unreachable(`byte ${at} as ${value} was not noticed`);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
  }
  expect([...codes.keys()].toSorted()).toEqual(['DS3001', 'DS3002', 'DS3004', 'a part', 'the same']);
});

test('garbage with a good checksum is refused by code, too', { timeout: 120_000 }, () => {
  const bytes = readFileSync(tape);
  const random = makeRandom(2);
  let refused = 0;
  for (const block of blocksOf(bytes))
    for (let times = 0; times < 60; times++) {
      const at = random(block.payload.length);
      const payload = Buffer.from(block.payload);
      payload[at] = random(256);
      writeFileSync(damaged, withPayload(bytes, block, payload));
      for (const upToDamage of [false, true]) if (/^DS\d+$/.test(read(damaged, upToDamage))) refused += 1;
    }
  expect(refused).toBeGreaterThan(0);
});

test('a newer format is refused by its number', () => {
  const bytes = readFileSync(tape);
  for (const version of [2, 3, 0xffff]) {
    bytes.writeUInt16LE(version, 6);
    writeFileSync(damaged, bytes);
    expect(() => open(damaged)).toThrow(new RegExp(`^DS3002 .*format ${version}`));
  }
  truncateSync(damaged, 7);
  expect(() => open(damaged)).toThrow(/^DS3005/);
});
