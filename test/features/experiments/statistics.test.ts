import { expect, test } from 'vitest';
import {
  bcaInterval,
  median,
  normalCdf,
  normalQuantile,
  pairedRatios,
  percentileInterval,
  quantile,
  ratioInterval,
  seededRandom,
  studentCdf,
  studentQuantile,
} from '../../../src/features/experiments/statistics.ts';

// Spatial test data, task A (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, table 14.1), and the 90 %
// intervals for the variance that they publish in table 14.2. Theirs come from 2,000 resamples: the standard error of an
// end is about 2, so agreement within 5 is what can be asked.
const spatial = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];
const variance = (sample: readonly number[]): number => {
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  return sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length;
};
const options = { seed: 7, confidence: 0.9, resamples: 20_000 };

test('the variance of the published data is the published one', () => {
  expect(variance(spatial)).toBeCloseTo(171.5, 1);
});

test('percentile interval agrees with the published one: 100.8 to 233.9', () => {
  const { low, high } = percentileInterval(spatial, variance, options);
  expect(Math.abs(low - 100.8)).toBeLessThan(5);
  expect(Math.abs(high - 233.9)).toBeLessThan(5);
});

test('BCa interval agrees with the published one: 115.8 to 259.6', () => {
  const { low, high } = bcaInterval(spatial, variance, options);
  expect(Math.abs(low - 115.8)).toBeLessThan(5);
  expect(Math.abs(high - 259.6)).toBeLessThan(5);
});

test('the same seed gives the same interval, another seed another', () => {
  const sample = Array.from({ length: 40 }, (_, index) => Math.sin(index));
  const interval = (seed: number) => percentileInterval(sample, median, { seed });
  expect(interval(3)).toEqual(interval(3));
  expect(interval(3)).not.toEqual(interval(4));
});

test('an interval of the median holds the true one about as often as it promises', () => {
  const random = seededRandom(11);
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const sample = Array.from({ length: 41 }, () => normalQuantile(random() || 0.5));
    const { low, high } = percentileInterval(sample, median, { seed: trial, resamples: 400 });
    if (low <= 0 && high >= 0) held++;
  }
  expect(held).toBeGreaterThan(178);
});

test('normal distribution at published points', () => {
  expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 12);
  expect(normalCdf(-4)).toBeCloseTo(3.167124183311986e-5, 15);
  expect(normalCdf(0)).toBe(0.5);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 10);
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
});

test('quantiles as R gives them by default', () => {
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantile([1, 2, 3, 4, 10], 0.9)).toBeCloseTo(7.6, 12);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('pairs without measurable time say nothing', () => {
  expect(
    pairedRatios([
      [2, 1],
      [0, 1],
      [1, 0],
      [3, 4],
    ]),
  ).toEqual([2, 0.75]);
});

test('random numbers are spread evenly', () => {
  const random = seededRandom(1);
  const bins = new Array<number>(10).fill(0);
  for (let round = 0; round < 10_000; round++) bins[Math.floor(random() * 10)]!++;
  // Chi-squared with 9 degrees of freedom: 27.88 is the 99.9 % point.
  expect(bins.reduce((sum, n) => sum + (n - 1_000) ** 2 / 1_000, 0)).toBeLessThan(27.88);
});

// Of the table of percentage points that every textbook has.
test.each([
  [1, 12.7062],
  [2, 4.3027],
  [4, 2.7764],
  [5, 2.5706],
  [30, 2.0423],
])("quantile 0.975 of Student's t with %i degrees of freedom is %f", (freedom, point) => {
  expect(studentQuantile(0.975, freedom)).toBeCloseTo(point, 4);
  expect(studentCdf(-point, freedom)).toBeCloseTo(0.025, 5);
  expect(studentCdf(0, freedom)).toBe(0.5);
});

/** Rounds of paired ratios as a machine gives them: each call has noise, and each round its own drift. */
function measured(seed: number, { effect = 1, drift = 0.04, noise = 0.15, rounds = 5, calls = 40 }) {
  const random = seededRandom(seed * 7_919 + 13);
  const normal = (): number => normalQuantile(random() || 0.5);
  return Array.from({ length: rounds }, () => {
    const machine = drift * normal();
    return Array.from({ length: calls }, () => effect * Math.exp(machine + noise * (normal() - normal())));
  });
}
const share = (trials: number, holds: (seed: number) => boolean): number =>
  Array.from({ length: trials }, (_, seed) => holds(seed + 1)).filter(Boolean).length / trials;

// The standard error of a share of 0.95 in 300 trials is 0.013.
test.each([{ drift: 0 }, { drift: 0.04 }, { drift: 0.15 }, { drift: 0.04, rounds: 3 }, { drift: 0.04, rounds: 10 }])(
  'a version against itself: the interval contains 1 in about 95 of 100 trials: %o',
  (machine) => {
    const held = share(300, (seed) => {
      const { low, high } = ratioInterval(measured(seed, machine), { seed, resamples: 60 });
      return low <= 1 && high >= 1;
    });
    expect(held).toBeGreaterThan(0.91);
    expect(held).toBeLessThan(0.99);
  },
);

test('resampling the calls alone would promise too much: the calls of one round share its drift', () => {
  const held = share(200, (seed) => {
    const { low, high } = percentileInterval(measured(seed, {}).flat(), median, { seed, resamples: 60 });
    return low <= 1 && high >= 1;
  });
  expect(held).toBeLessThan(0.85);
});

test('a version that takes 20 % more is found, and so is one that takes 20 % less', () => {
  const found = (effect: number) =>
    share(200, (seed) => {
      const { low, high, median: ratio } = ratioInterval(measured(seed, { effect }), { seed, resamples: 60 });
      return effect > 1 ? low > 1 && ratio > 1.05 : high < 1 && ratio < 0.95;
    });
  expect(found(1.2)).toBeGreaterThan(0.97);
  expect(found(0.8)).toBeGreaterThan(0.97);
});

test('the interval of a ratio turns round with its sides, and depends on the seed alone', () => {
  const rounds = measured(3, { effect: 1.3 });
  const [one, again] = [ratioInterval(rounds, { seed: 4 }), ratioInterval(rounds, { seed: 4 })];
  expect(again).toEqual(one);
  const turned = ratioInterval(
    rounds.map((ratios) => ratios.map((ratio) => 1 / ratio)),
    { seed: 4 },
  );
  expect(turned.median).toBeCloseTo(1 / one.median, 10);
  expect(turned.low).toBeCloseTo(1 / one.high, 3);
  expect(one.low).toBeLessThan(one.median);
  expect(one.high).toBeGreaterThan(one.median);
});

test('one round has the interval of its calls', () => {
  const [ratios] = measured(5, {});
  expect(ratioInterval([ratios!], { seed: 2 }).low).toBeCloseTo(
    percentileInterval(ratios!, median, { seed: 2 }).low,
    2,
  );
});
