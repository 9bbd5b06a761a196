// Originals and their copies: one function to the program, two to the engine.
import { extraOf, functionNumber, isObject, Kind, setExtra, setKind, setTwin, twinOf } from './marks.ts';

/** Makes twins of an original and its copy; what names the function stays with the original. */
export function adopt(original: object, copy: object, number: number): void {
  const named = extraOf(copy);
  setKind(original, Kind.ownFunction);
  setExtra(original, named === undefined ? { n: number, id: 0 } : named);
  setTwin(original, copy);
  setKind(copy, Kind.ownFunction);
  setExtra(copy, undefined);
  setTwin(copy, original);
}

type AdoptPair = typeof adopt;

/** Methods and accessors of a class and of its copy become twins; numbers come from the copy, which has them. */
export function pairMembers(original: object, copy: object, adoptPair: AdoptPair): void {
  pair(original, copy, adoptPair);
  const [a, b] = [original, copy].map((item) => Reflect.getOwnPropertyDescriptor(item, 'prototype')?.value as unknown);
  if (isObject(a) && isObject(b)) pair(a, b, adoptPair);
}

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

/** The original of a copy; everything else as it is. */
export const originalOf = (fn: object): object => (extraOf(fn) === undefined ? (twinOf(fn) ?? fn) : fn);
