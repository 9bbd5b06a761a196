import { expect, test } from 'vitest';
import {
  bcaInterval,
  median,
  normalCdf,
  normalQuantile,
  pairedRatios,
  percentileInterval,
  quantile,
  seededRandom,
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
