// Classes of the app and their copies: their members are paired one by one.
import { functionNumber, isObject } from './marks.ts';

/** Methods and accessors of a class and of its copy become twins; numbers come from the copy, which has them. */
type AdoptPair = (original: object, copy: object, number: number) => void;

function pair(original: object, copy: object, adoptPair: AdoptPair): void {
  for (const key of Reflect.ownKeys(copy)) {
    const [from, to] = [Reflect.getOwnPropertyDescriptor(original, key), Reflect.getOwnPropertyDescriptor(copy, key)];
    for (const field of ['value', 'get', 'set'] as const) {
      const [a, b] = [from?.[field] as unknown, to?.[field] as unknown];
      if (typeof a === 'function' && typeof b === 'function' && key !== 'constructor' && functionNumber(b) !== 0)
        adoptPair(a, b, functionNumber(b));
    }
  }
}

/** Pairs what a class and its instances have. */
export function pairMembers(original: object, copy: object, adoptPair: AdoptPair): void {
  pair(original, copy, adoptPair);
  const [a, b] = [original, copy].map((item) => Reflect.getOwnPropertyDescriptor(item, 'prototype')?.value as unknown);
  if (isObject(a) && isObject(b)) pair(a, b, adoptPair);
}
