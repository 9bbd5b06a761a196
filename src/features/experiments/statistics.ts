// Statistics for comparing two versions on the same inputs: the median of paired ratios, with an interval from the
// differences between rounds and a seeded bootstrap within them, so that the same measurements always give the same
// interval.

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface RatioInterval extends Interval {
  readonly median: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 2,000. */
  readonly resamples?: number;
}

type Statistic = (sample: readonly number[]) => number;

/** Numbers in [0, 1) that depend on the seed alone (splitmix-like 32 bit mixing of a counter). */
export function seededRandom(seed: number): () => number {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let mixed = counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, R's default). */
export function quantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, p));
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

export const median: Statistic = (sample) =>
  quantile(
    sample.toSorted((a, b) => a - b),
    0.5,
  );

/** Ratio of each pair; pairs in which either side took no measurable time say nothing and are left out. */
export function pairedRatios(pairs: readonly (readonly [number, number])[]): readonly number[] {
  return pairs.filter(([a, b]) => a > 0 && b > 0).map(([a, b]) => a / b);
}

function resampled(sample: readonly number[], statistic: Statistic, options: BootstrapOptions): number[] {
  const random = seededRandom(options.seed);
  const draw = new Array<number>(sample.length);
  const values: number[] = [];
  for (let round = 0; round < (options.resamples ?? 2_000); round++) {
    for (let index = 0; index < draw.length; index++) draw[index] = sample[Math.floor(random() * sample.length)]!;
    values.push(statistic(draw));
  }
  return values.sort((a, b) => a - b);
}

/** Percentile interval: right for a median, whose jackknife is degenerate. */
export function percentileInterval(
  sample: readonly number[],
  statistic: Statistic,
  options: BootstrapOptions,
): Interval {
  const values = resampled(sample, statistic, options);
  const tail = (1 - (options.confidence ?? 0.95)) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/**
 * Ratio of two versions from rounds of paired ratios: the geometric mean of the rounds' medians. Calls of one round share
 * a process and what the machine did meanwhile, so that thousands of them say no more about its drift than one: the
 * interval is that of Student's t over the rounds, and at least as wide as resampling the calls within them makes it.
 * One round has only the latter, and knows nothing of drift.
 */
export function ratioInterval(rounds: readonly (readonly number[])[], options: BootstrapOptions): RatioInterval {
  const confidence = options.confidence ?? 0.95;
  const logs = rounds.filter((ratios) => ratios.length > 0).map((ratios) => ratios.map(Math.log));
  const medians = logs.map(median);
  const centre = mean(medians);
  const result = (low: number, high: number): RatioInterval => ({
    median: Math.exp(centre),
    low: Math.exp(low),
    high: Math.exp(high),
  });
  if (logs.length < 2) {
    const { low, high } = percentileInterval(logs[0] ?? [], median, options);
    return result(low, high);
  }
  const within = logs.map((ratios, round) =>
    variance(
      resampled(ratios, median, { ...options, seed: options.seed + round, resamples: options.resamples ?? 400 }),
    ),
  );
  const tail = (1 + confidence) / 2;
  const half = Math.max(
    studentQuantile(tail, logs.length - 1) * Math.sqrt(variance(medians) / logs.length),
    normalQuantile(tail) * Math.sqrt(mean(within) / logs.length),
  );
  return result(centre - half, centre + half);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: divided by one less than its size. */
function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** Bias-corrected and accelerated interval (Efron 1987): for smooth statistics such as means and variances. */
export function bcaInterval(sample: readonly number[], statistic: Statistic, options: BootstrapOptions): Interval {
  const values = resampled(sample, statistic, options);
  const observed = statistic(sample);
  const below =
    values.filter((value) => value < observed).length + values.filter((value) => value === observed).length / 2;
  const share = Math.min(1 - 0.5 / values.length, Math.max(0.5 / values.length, below / values.length));
  const bias = normalQuantile(share);
  const left = sample.map((_, index) => statistic(sample.toSpliced(index, 1)));
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
  const cubes = left.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  const squares = left.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const corrected = (p: number): number => {
    const z = bias + normalQuantile(p);
    return quantile(values, normalCdf(bias + z / (1 - acceleration * z)));
  };
  const tail = (1 - (options.confidence ?? 0.95)) / 2;
  return { low: corrected(tail), high: corrected(1 - tail) };
}

/** Standard normal distribution function, by its continued fraction beyond 3 and its series within. */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let upper: number;
  if (x > 3) {
    let fraction = x;
    for (let k = 80; k > 0; k--) fraction = x + k / fraction;
    upper = density / fraction;
  } else {
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17; k += 2) sum += term = (term * x * x) / k;
    upper = 0.5 - density * sum;
  }
  return z > 0 ? 1 - upper : upper;
}

/** Its inverse: exact to the last digits that {@link normalCdf} has. */
export const normalQuantile = (p: number): number => inverse(normalCdf, p, 39);

/** Student's t distribution function for a whole number of degrees of freedom, by its finite series (Abramowitz and
 * Stegun 26.7.3 and 26.7.4). */
export function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const square = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) sum += term *= ((k - 1) / k) * square;
  const inner = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + inner) / 2;
}

export const studentQuantile = (p: number, freedom: number): number => inverse((t) => studentCdf(t, freedom), p, 1e6);

/** Inverse of a distribution function within [-limit, limit], by bisection: it is called a few times only. */
function inverse(cdf: (value: number) => number, p: number, limit: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  let [low, high] = [-limit, limit];
  for (let round = 0; round < 120 && high - low > 1e-15; round++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
