// Rates and shipping come from another service.
import { TtlCache } from './cache.ts';
import type { CartLine } from './cart.ts';
import { Problem } from './problem.ts';

const service = process.env['PRICES_URL'] ?? 'http://127.0.0.1:8181';

export const rates = new TtlCache<number>(2_000);

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(
    service + path,
    body === undefined
      ? undefined
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  if (!response.ok) throw new Problem(502, `price service answered ${response.status}`);
  return (await response.json()) as T;
}

/** How much of a currency one euro buys. */
export async function rateOf(currency: string): Promise<number> {
  if (currency === 'EUR') return 1;
  const known = rates.get(currency);
  if (known !== undefined) return known;
  const { rate } = await ask<{ rate: number }>(`/rates/${currency}`);
  return rates.set(currency, rate);
}

export async function shippingFor(lines: readonly CartLine[]): Promise<number> {
  const { shipping } = await ask<{ shipping: number }>('/shipping', { lines });
  return shipping;
}
