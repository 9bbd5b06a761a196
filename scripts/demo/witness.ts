// Asks the witness inside the shop (examples/witness.mjs) what it sees, and tells what differs between two looks.
import type { RunningShop } from '../../examples/start.ts';

export interface Sight {
  readonly globals: readonly string[];
  readonly listeners: Readonly<Record<string, number>>;
  /** Builtin functions that are no longer the original ones. */
  readonly replaced: readonly string[];
  readonly inspector: string | null;
  /** Longest time the event loop stood still since the last look. */
  readonly longestStopMs: number;
}

export const witnessOptions: readonly string[] = [
  '--import',
  new URL('../../examples/witness.mjs', import.meta.url).href,
];

export async function look(shop: RunningShop): Promise<Sight> {
  const lines = (): string[] => shop.output().match(/^witness .*}$/gm) ?? [];
  const last = lines().at(-1);
  const count = lines().length;
  process.kill(shop.pid, 'SIGUSR2');
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    const now = lines();
    // Old output is cut off at its beginning, so that the number of lines need not grow.
    if (now.length > count || (now.length > 0 && now.at(-1) !== last))
      return JSON.parse(now.at(-1)!.slice('witness '.length)) as Sight;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the shop does not answer SIGUSR2');
}

/** Everything that `after` has and `before` had not, in words. */
export function leftovers(before: Sight, after: Sight): readonly string[] {
  const known = new Set(before.globals);
  const events = new Set([...Object.keys(before.listeners), ...Object.keys(after.listeners)]);
  return [
    ...after.globals.filter((name) => !known.has(name)).map((name) => `global ${name}`),
    ...[...events]
      .filter((name) => (before.listeners[name] ?? 0) !== (after.listeners[name] ?? 0))
      .map((name) => `listeners of ${name}: ${before.listeners[name] ?? 0} before, ${after.listeners[name] ?? 0} now`),
    ...after.replaced.filter((name) => !before.replaced.includes(name)).map((name) => `replaced ${name}`),
    ...(after.inspector !== null && before.inspector === null ? [`inspector open at ${after.inspector}`] : []),
  ];
}
