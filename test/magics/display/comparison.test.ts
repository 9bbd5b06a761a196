import { expect, test } from 'vitest';
import { callNumber, ms } from '../../../src/core/common/units.ts';
import type { ComparisonReport, VariantSide } from '../../../src/features/experiments/types.ts';
import { showComparison } from '../../../src/magics/display/comparison.ts';
import { plainStyle } from '../../../src/magics/display/style.ts';

const side = (name: string, more: Partial<VariantSide> = {}): VariantSide => ({
  name,
  calls: 1_212,
  failed: 0,
  unanswered: 0,
  unfinished: 0,
  borrowed: 0,
  adapted: 0,
  runs: 158,
  medianMs: ms(0.02),
  ...more,
});

const report = (more: Partial<ComparisonReport> = {}): ComparisonReport => ({
  tape: '/t.tape',
  a: side('fixed', { borrowed: 15 }),
  b: side('current', { failed: 15 }),
  pairs: 1_212,
  others: { calls: 1_182, same: 1_182 },
  same: 1_182,
  different: 1,
  differences: [{ call: callNumber(615), name: 'POST /checkout', a: 'answered 404', b: 'answered 500' }],
  stopped: [],
  ratio: { median: 1.204, low: 1.09, high: 1.33, confidence: 0.95, seed: 1, rounds: 5 },
  recommendation: { choose: 'fixed', reason: 'fixed fails 0 times where current fails 15' },
  ms: ms(9_000),
  ...more,
});
const text = (given: ComparisonReport): string => String(showComparison(given, plainStyle).data['text/plain']);

test('calls, failures of each, the same results among the others, ratio with interval and recommendation', () => {
  const shown = text(report());
  expect(shown).toMatch(/^fixed +1,212 +0 +158/m);
  expect(shown).toMatch(/^current +1,212 +15 +158/m);
  expect(shown).toContain('1,212 calls compared, same result on 1,182');
  expect(shown).toContain('same result on 1,182 of 1,182 other calls');
  expect(shown).toContain('#615 POST /checkout: fixed answered 404, current answered 500');
  expect(shown).toContain('fixed takes 1.20x the time of current [1.09, 1.33] (95 % interval, 5 rounds)');
  expect(shown).toContain('fixed: 15 calls used an answer of another call');
  expect(shown).toContain('recommended: fixed: fixed fails 0 times where current fails 15');
  expect(shown).not.toMatch(/unanswered|unfinished/);
});

test('calls without a result have columns of their own and are listed with place and ask', () => {
  const shown = text(
    report({
      a: side('fixed', { unanswered: 1, unfinished: 1 }),
      stopped: [
        {
          call: callNumber(7),
          name: 'POST /checkout',
          variant: 'fixed',
          kind: 'unanswered',
          place: 'src/prices.ts:12',
          ask: 'fetch: call of fetch("/rates/SEK")',
        },
      ],
      ratio: undefined,
      recommendation: { choose: undefined, reason: 'look at the differences first' },
    }),
  );
  expect(shown).toMatch(/variant +calls +failed +unanswered +unfinished +runs/);
  expect(shown).toContain('fixed: 1 call asked something that the tape does not answer: no result');
  expect(shown).toContain(
    '#7 POST /checkout: fixed unanswered at src/prices.ts:12: fetch: call of fetch("/rates/SEK")',
  );
  expect(shown).toContain('too few runs for a ratio of times');
  expect(shown).toContain('no recommendation: look at the differences first');
});

test('a few differences are shown and the others counted, so that the recommendation stays in sight', () => {
  const one = { name: 'POST /checkout', a: 'answered 404', b: 'answered 500' };
  const differences = Array.from({ length: 20 }, (_, index) => ({ ...one, call: callNumber(index + 1) }));
  const shown = text(report({ differences, different: 54 }));
  expect(shown.match(/^ {2}#\d+ POST/gm)).toHaveLength(5);
  expect(shown).toContain('\n  … 49 more calls differ\n');
});
