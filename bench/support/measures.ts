// What the benchmarks share: medians with their spread, ratios of pairs, and the sight of the witness in a shop.
import type { RunningShop } from '../../examples/start.ts';

export const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

export function quantile(values: readonly number[], share: number): number {
  const list = sorted(values);
  return list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** `12.3 ms (11.0 to 15.2)`: median and the middle 80 %. */
export const spread = (values: readonly number[], unit: string, digits = 1): string =>
  values.length === 0
    ? 'none'
    : `${median(values).toFixed(digits)} ${unit} (${quantile(values, 0.1).toFixed(digits)} to ${quantile(values, 0.9).toFixed(digits)})`;

/** Median of the ratios of pairs that were measured one after the other. */
export const ratio = (values: readonly number[], beside: readonly number[]): string => {
  const ratios = values.flatMap((value, index) => (beside[index] === undefined ? [] : [value / beside[index]]));
  return ratios.length === 0
    ? 'none'
    : `${median(ratios).toFixed(2)}x (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
};

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const witnessOptions: readonly string[] = [
  '--import',
  new URL('../../examples/witness.mjs', import.meta.url).href,
];

/** Longest time the shop's event loop stood still since the last look, seen from inside (examples/witness.mjs). */
export async function longestStop(shop: RunningShop): Promise<number> {
  const last = (): string | undefined =>
    shop
      .output()
      .match(/^witness .*}$/gm)
      ?.at(-1);
  const before = last();
  process.kill(shop.pid, 'SIGUSR2');
  for (const end = performance.now() + 10_000; performance.now() < end; await wait(10)) {
    const now = last();
    // Two looks never see the same time and heap, so a new line is a different line.
    if (now !== undefined && now !== before)
      return (JSON.parse(now.slice('witness '.length)) as { longestStopMs: number }).longestStopMs;
  }
  throw new Error('the shop does not answer SIGUSR2');
}
