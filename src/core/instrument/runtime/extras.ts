// What an object has besides plain properties: symbol keys, properties that are not enumerable, keys of an array that are
// no indices, and private fields of own classes. Looked for at every object, so the look has to be cheap.
import { describe, isProxy } from './classify.ts';
import { functionNumber } from './marks.ts';
import type { PrivateName } from './privates.ts';

const protoOf = Reflect.getPrototypeOf;
const namesOf = Object.getOwnPropertyNames;
const symbolsOf = Object.getOwnPropertySymbols;

export interface Extras {
  readonly keys: readonly PropertyKey[];
  readonly fields: readonly { readonly of: number; readonly name: PrivateName }[];
  /** 0: properties can be added; 1: not; 2: sealed; 3: frozen. */
  readonly closed: number;
}

/** Flags of an extra on the tape. */
export const Extra = { symbol: 1, private: 2, hidden: 4, readonly: 8, fixed: 16, closed: 32 } as const;

/** Listing the indices of more bytes than this costs more than copying them. */
const viewLimit = 1024;

/** Keys of an object that the copy of its kind does not hold. */
function keysOf(
  value: object,
  tag: string,
  isBare: boolean,
  isMentioned: ((key: PropertyKey) => boolean) | undefined,
): readonly PropertyKey[] {
  const isError = tag === '[object Error]';
  const symbols = symbolsOf(value);
  const isMore = (key: PropertyKey): boolean => isMentioned === undefined || isMentioned(key);
  if (Array.isArray(value)) {
    const names = namesOf(value);
    // Indices come first, then `length`, then what was added.
    if (names.at(-1) === 'length' && symbols.length === 0) return none;
    return [...names.slice(names.indexOf('length') + 1), ...symbols].filter(isMore);
  }
  if (ArrayBuffer.isView(value)) {
    if (value.byteLength > viewLimit) return symbols;
    const names = namesOf(value);
    const { length } = value as Uint8Array;
    return names.length > length || symbols.length > 0 ? [...names.slice(length), ...symbols] : none;
  }
  const names = namesOf(value);
  if (symbols.length === 0 && (isError || (!isBare && names.length === Object.keys(value).length))) return none;
  const known = slots[tag];
  const hidden = (key: string): boolean =>
    !isError && key !== known && (isBare ? !(known === 'length' && /^\d/.test(key)) : !isEnumerable(value, key));
  return [...names.filter(hidden), ...symbols].filter(isMore);
}
const none: readonly PropertyKey[] = [];
/** `arguments.callee` of strict code: it only ever throws. */
const thrower = (function strict() {
  // oxlint-disable-next-line prefer-rest-params -- the object itself is looked at
  return describe(arguments, 'callee')?.get;
})();
const isEnumerable = (value: object, key: string): boolean => {
  const described = describe(value, key);
  return described?.enumerable === true || (described?.get !== undefined && described.get === thrower);
};
/** Hidden properties that the copy of their kind holds. */
const slots: Readonly<Record<string, string>> = { '[object RegExp]': 'lastIndex', '[object String]': 'length' };

/**
 * Undefined for nearly every object.
 * @param isBare the copy of its kind holds no properties
 * @param privates own classes with private fields, by number
 * @param isMentioned of an heir: whether a property is own code's
 */
export function extrasOf(
  value: object,
  tag: string,
  isBare: boolean,
  privates: ReadonlyMap<number, readonly PrivateName[]>,
  isMentioned?: (key: PropertyKey) => boolean,
): Extras | undefined {
  const keys = keysOf(value, tag, isBare, isMentioned);
  let fields: Extras['fields'] = [];
  if (privates.size > 0 && tag !== '')
    for (let at = protoOf(value); at && !isProxy(at); at = protoOf(at)) {
      const made = describe(at, 'constructor')?.value as unknown;
      const of = typeof made === 'function' ? functionNumber(made) : 0;
      const names = of === 0 ? undefined : privates.get(of);
      if (names) fields = [...fields, ...names.filter((name) => name.isHeldBy(value)).map((name) => ({ of, name }))];
    }
  const closed = Object.isExtensible(value) ? 0 : Object.isFrozen(value) ? 3 : Object.isSealed(value) ? 2 : 1;
  return keys.length === 0 && fields.length === 0 && closed === 0 ? undefined : { keys, fields, closed };
}
