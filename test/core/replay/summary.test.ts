import { expect, test } from 'vitest';
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import { ByteWriter } from '../../../src/core/instrument/runtime/bytes.ts';
import { Encoder } from '../../../src/core/instrument/runtime/encode.ts';
import { listIntrinsics } from '../../../src/core/instrument/runtime/intrinsics.ts';
import { makeRedaction } from '../../../src/core/instrument/runtime/redaction.ts';
import { summarise, type RawReport } from '../../../src/core/replay/summary.ts';
import type { Tape } from '../../../src/core/tape/tape.ts';

const intrinsics = listIntrinsics(globalThis as unknown as Record<string, unknown>);

function bytesOf(value: unknown): { readonly $bytes: readonly number[] } {
  const encoder = new Encoder(intrinsics, makeRedaction(), { nodes: 100, string: 10 });
  const out = new ByteWriter(100);
  encoder.begin();
  encoder.value(out, value);
  return { $bytes: [...out.bytes.subarray(0, out.at)] };
}

const call = (number: number, more: object = {}) => ({
  ...{
    call: number,
    request: 0,
    fn: 1,
    seq: number,
    asks: 1,
    nested: 2,
    runs: 0,
    spent: 0,
    ended: true,
    failed: false,
  },
  ...{
    result: 'returned 1',
    print: '',
    lastSite: 0,
    lastAsk: '',
    parted: false,
    borrowed: 0,
    adapted: 0,
    silent: false,
  },
  ...more,
});

const summary = (report: Partial<RawReport>) =>
  summarise({
    request: { tape: '' },
    manifest: { modules: [], instances: [] } as unknown as Manifest,
    tape: { calls: () => [] } as unknown as Tape,
    report: { calls: [call(1)], nested: 2, states: [], ...report },
    state: [],
    checked: undefined,
    counterfactual: false,
    complete: true,
    ms: 0,
  });

const state = (expected: unknown, actual: unknown) =>
  summary({
    states: [{ seq: 9, instance: 0, name: 'x', last: true, expected: bytesOf(expected), actual: bytesOf(actual) }],
  }).first;

test('own state that was cut is no difference, and what differs beside it is', () => {
  const cut = 'longer than the budget';
  expect(state({ text: cut, n: 1 }, { text: 'short', n: 1 })).toBeUndefined();
  expect(state({ text: cut, n: 1 }, { text: 'short', n: 2 })).toMatchObject({ path: 'state[0].n', actual: '2' });
});

test('calls within calls fare as their root call does', () => {
  const gap = { reason: 'cut', place: '', detail: '' };
  const divergence = { what: 'result', seq: 3, site: 0, expected: 'a', actual: 'b' };
  const calls = [call(1), call(2, { nested: 3, divergence }), call(3, { nested: 4, gap })];
  expect(summary({ calls, nested: 9 }).nested).toEqual({ calls: 9, exact: 2, diverged: 3, gapped: 4 });
});

test('a difference that belongs to no call is told although every call is exact, and a crash before all else', () => {
  const stray = { what: 'ask', seq: 7, site: 0, expected: 'event 4', actual: 'own code did not go on to it' };
  const crash = { what: 'crash', seq: 8, site: 0, expected: 'the next event', actual: 'TypeError: no' };
  expect(summary({ stray }).first).toMatchObject({ call: undefined, event: 7, what: 'ask' });
  expect(summary({ stray, crash }).first).toMatchObject({ call: undefined, what: 'crash', actual: 'TypeError: no' });
});

test('the first difference is the one that comes first on the tape, whichever call it belongs to', () => {
  const divergence = (seq: number) => ({ what: 'result', seq, site: 0, expected: 'a', actual: 'b' });
  const calls = [call(1, { divergence: divergence(12) }), call(2, { divergence: divergence(6) })];
  expect(summary({ calls }).first).toMatchObject({ call: 2, event: 6 });
});

test('a call that came to its first await as on the tape, and no further on either, is exact', () => {
  expect(summary({ calls: [call(1, { asks: 0, ended: false, left: true })] }).calls).toMatchObject([
    { outcome: 'exact' },
  ]);
  expect(summary({ calls: [call(1, { asks: 0, ended: false, left: false })] }).calls).toMatchObject([
    { outcome: 'diverged' },
  ]);
});
