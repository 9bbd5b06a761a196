// Runs in the target: writes copies over references that foreign code holds, and originals back. What was replaced by
// someone else meanwhile stays; Maps and Sets keep their order.
import { ownKeys, type Types } from '../shape.ts';
import type { Holder } from './own-walk.ts';

export { write } from '../holder.ts';

export interface Swap {
  readonly holder: Holder;
  readonly from: object;
  readonly to: object;
}

/** Members of a class and of its copy, as swaps: a getter stays a getter. */
export function memberSwaps(original: object, copy: object): Swap[] {
  const swaps: Swap[] = [];
  const pair = (from: object | null | undefined, to: object | null | undefined, except: readonly string[]): void => {
    if (!from || !to) return;
    for (const key of ownKeys(to)) {
      if (typeof key === 'string' && except.includes(key)) continue;
      const before = Reflect.getOwnPropertyDescriptor(from, key);
      const after = Reflect.getOwnPropertyDescriptor(to, key);
      for (const part of ['value', 'get', 'set'] as const) {
        if (typeof before?.[part] === 'function' && typeof after?.[part] === 'function')
          swaps.push({
            holder: { object: from, key, part, own: false },
            from: before[part] as object,
            to: after[part] as object,
          });
      }
    }
  };
  const prototypeOf = (of: object): object | undefined =>
    Reflect.getOwnPropertyDescriptor(of, 'prototype')?.value as object | undefined;
  pair(prototypeOf(original), prototypeOf(copy), ['constructor']);
  pair(original, copy, ['prototype', 'name', 'length']);
  return swaps;
}

/** Requests that are being answered, as the sockets say. */
export function requestsInFlight(types: Types): number {
  const { _getActiveHandles } = process as unknown as { readonly _getActiveHandles?: () => object[] };
  if (!_getActiveHandles) return 0;
  let count = 0;
  for (const handle of Reflect.apply(_getActiveHandles, process, []) as object[]) {
    if (types.isProxy(handle)) continue;
    const message = Reflect.getOwnPropertyDescriptor(handle, '_httpMessage')?.value as object | null | undefined;
    // Of outgoing requests `_httpMessage` is the request itself; those of the app's answers have a `req`.
    if (message && typeof message === 'object' && Reflect.getOwnPropertyDescriptor(message, 'finished')?.value !== true)
      count++;
  }
  return count;
}
