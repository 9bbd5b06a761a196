// Tapes written by released versions replay for good. Each version leaves its own here (make.ts); none is ever replaced.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listCalls, replayCheck, tapeGaps } from '../../src/features/timetravel/index.ts';

const folder = import.meta.dirname;
const tapes = readdirSync(folder).filter((name) => name.endsWith('.tape'));

test('there are tapes of a TypeScript and of a CommonJS app', () => {
  expect(tapes.map((name) => name.split('-')[1])).toEqual(expect.arrayContaining(['typescript', 'commonjs']));
});

test.each(tapes)('%s replays exactly', { timeout: 60_000 }, async (name) => {
  const tape = path.join(folder, name);
  const report = await replayCheck(tape);
  expect(report.divergences).toEqual([]);
  expect(report.calls).toBeGreaterThan(60);
  expect(report.exact).toBe(report.calls);
  const { calls } = await listCalls(tape, { roots: true, limit: 1000 });
  expect(calls).toHaveLength(report.calls);
  for (const gap of await tapeGaps(tape)) expect(gap.remedy).not.toBe('');
});
