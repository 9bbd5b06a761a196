// One place that holds a value, and writing another value there. What was replaced by someone else meanwhile stays; Maps
// and Sets keep their order; no setter runs.
import { entriesOf, sizeOfMap } from './shape.ts';

export interface Holder {
  readonly object: object;
  /** Of a property, or of an entry of a Map. */
  readonly key: unknown;
  /** `entry` is the value of a Map's entry, `key` its key, `member` one of a Set. */
  readonly part: 'value' | 'get' | 'set' | 'entry' | 'key' | 'member';
}

const mapSet = Map.prototype.set;
const mapGet = Map.prototype.get;
const mapHas = Map.prototype.has;
const mapClear = Map.prototype.clear;
const setAdd = Set.prototype.add;
const setClear = Set.prototype.clear;
const setHas = Set.prototype.has;

/** Whether `value` is there now. */
export function holds({ object, key, part }: Holder, value: unknown): boolean {
  try {
    if (part === 'entry') return Reflect.apply(mapGet, object, [key]) === value;
    if (part === 'key') return Reflect.apply(mapHas, object, [value]) as boolean;
    if (part === 'member') return Reflect.apply(setHas, object, [value]) as boolean;
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key as PropertyKey);
    return descriptor !== undefined && descriptor[part] === value;
  } catch {
    return false;
  }
}

/** Writes `to` where `from` is; false when it is not there any more or cannot be written. */
export function write(holder: Holder, from: unknown, to: unknown): boolean {
  const { object, part } = holder;
  try {
    if (!holds(holder, from)) return false;
    if (part === 'entry') {
      Reflect.apply(mapSet, object, [holder.key, to]);
      return true;
    }
    if (part === 'key') {
      const entries = entriesOf(object, true, 0, sizeOfMap(object));
      Reflect.apply(mapClear, object, []);
      for (const [key, value] of entries) Reflect.apply(mapSet, object, [key === from ? to : key, value]);
      return true;
    }
    if (part === 'member') {
      const members = entriesOf(object, false, 0, Infinity).map(([member]) => (member === from ? to : member));
      Reflect.apply(setClear, object, []);
      for (const member of members) Reflect.apply(setAdd, object, [member]);
      return true;
    }
    const key = holder.key as PropertyKey;
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!;
    // A plain write keeps the object's hidden class; a setter cannot be there.
    if (part === 'value' && descriptor.writable) return Reflect.set(object, key, to, object);
    return descriptor.configurable === true && Reflect.defineProperty(object, key, { ...descriptor, [part]: to });
  } catch {
    return false;
  }
}
