// The target outlives us: attach, record, detach, again and again under load, killed in every third round. The long run
// does it 200 times on each version (test/long/harm.ts).
import { expect, test } from 'vitest';
import { harm } from '../../support/harm.ts';

test.each([
  { major: 20, kind: 'commonjs', cycles: 3 },
  { major: 22, kind: 'typescript', cycles: 3 },
  { major: 24, kind: 'typescript', cycles: 6 },
  { major: 26, kind: 'commonjs', cycles: 3 },
] as const)('$cycles recordings do no harm to the $kind shop on Node $major', { timeout: 240_000 }, async (options) => {
  const { problems, killed, requests } = await harm(options);
  expect(problems).toEqual([]);
  expect(killed).toBe(options.cycles / 3);
  expect(requests).toBeGreaterThan(100);
});
