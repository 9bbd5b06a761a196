// What an object is, found out without running its code: no getter, no proxy trap, no toString, no Symbol.toStringTag.
import type * as Util from 'node:util';
import type { LiveSubtype } from '../../live-value.ts';

export type Types = typeof Util.types;

const functionText = Function.prototype.toString;

/** Source text of a function; V8 keeps it, so nothing runs. */
export const textOfFunction = (value: object): string => {
  try {
    return Reflect.apply(functionText, value, []) as string;
  } catch {
    return 'function () { [unknown] }';
  }
};

export const isNative = (value: object): boolean => textOfFunction(value).endsWith('{ [native code] }');

// Until Node 22 V8 writes the stack of an error when somebody looks at the property, which runs `Error.prepareStackTrace`.
const writesStackOnLook = Number(process.versions.node.split('.', 1)[0]) < 22;
const stackAccessor: PropertyDescriptor = { get: () => undefined, set: () => undefined, configurable: true };

/** Own property without running anything: where V8 would, the stack of an error is what it is in newer ones, an accessor. */
export const descriptorIn = (types: Types, value: object, key: PropertyKey): PropertyDescriptor | undefined =>
  writesStackOnLook && key === 'stack' && types.isNativeError(value)
    ? stackAccessor
    : Reflect.getOwnPropertyDescriptor(value, key);

/** Own data property, or undefined; never a getter's value. */
export function dataProperty(types: Types, value: object, key: PropertyKey): unknown {
  if (types.isProxy(value)) return undefined;
  try {
    return descriptorIn(types, value, key)?.value;
  } catch {
    return undefined;
  }
}

/** Undefined at a proxy, which would run a trap. */
export const prototypeOf = (types: Types, value: object): object | null | undefined =>
  types.isProxy(value) ? undefined : Reflect.getPrototypeOf(value);

export function functionName(types: Types, fn: object): string {
  const name = dataProperty(types, fn, 'name');
  return typeof name === 'string' ? name : '';
}

export function className(types: Types, value: object): string {
  let proto = prototypeOf(types, value);
  if (proto === null) return 'Object <null>';
  for (let depth = 0; proto && depth < 20; depth++) {
    const made = dataProperty(types, proto, 'constructor');
    if (typeof made === 'function' && !types.isProxy(made)) return functionName(types, made) || 'Object';
    proto = prototypeOf(types, proto);
  }
  return 'Object';
}

export const isClass = (fn: object): boolean => textOfFunction(fn).startsWith('class');

export function subtypeOf(types: Types, value: object): LiveSubtype {
  if (types.isProxy(value)) return 'proxy';
  if (Array.isArray(value)) return 'array';
  if (types.isMap(value)) return 'map';
  if (types.isSet(value)) return 'set';
  if (types.isWeakMap(value)) return 'weakmap';
  if (types.isWeakSet(value)) return 'weakset';
  if (types.isDate(value)) return 'date';
  if (types.isRegExp(value)) return 'regexp';
  if (types.isNativeError(value)) return 'error';
  if (types.isPromise(value)) return 'promise';
  if (types.isTypedArray(value)) return 'typedarray';
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) return 'arraybuffer';
  if (types.isGeneratorObject(value)) return 'generator';
  if (types.isMapIterator(value) || types.isSetIterator(value)) return 'iterator';
  if (types.isModuleNamespaceObject(value)) return 'module';
  return 'object';
}

// Taken once, at injection: an app that replaces them later must not be run by looking.
const getter = (proto: object, key: PropertyKey): (() => unknown) =>
  Reflect.getOwnPropertyDescriptor(proto, key)!.get as () => unknown;
const mapSize = getter(Map.prototype, 'size');
const setSize = getter(Set.prototype, 'size');
const typedLength = getter(Reflect.getPrototypeOf(Uint8Array.prototype)!, 'length');
const mapEach = Map.prototype.forEach;
const setEach = Set.prototype.forEach;

export const sizeOfMap = (value: object): number => Reflect.apply(mapSize, value, []) as number;
export const sizeOfSet = (value: object): number => Reflect.apply(setSize, value, []) as number;
export const sizeOfTyped = (value: object): number => Reflect.apply(typedLength, value, []) as number;

class Enough {}

/** Entries `start` to `start + count`; for a Set, the member is both key and value. */
export function entriesOf(
  value: object,
  isMap: boolean,
  start: number,
  count: number,
): [key: unknown, value: unknown][] {
  const entries: [unknown, unknown][] = [];
  let at = 0;
  const enough = new Enough();
  try {
    Reflect.apply(isMap ? mapEach : setEach, value, [
      (entry: unknown, key: unknown): void => {
        if (at++ < start) return;
        if (entries.length >= count) throw enough;
        entries.push([key, entry]);
      },
    ]);
  } catch (thrown) {
    if (thrown !== enough) throw thrown;
  }
  return entries;
}

export function sizeOf(types: Types, value: object, subtype: LiveSubtype): number {
  switch (subtype) {
    case 'map':
      return sizeOfMap(value);
    case 'set':
      return sizeOfSet(value);
    case 'array':
      return (value as unknown[]).length;
    case 'typedarray':
      return sizeOfTyped(value);
    case 'arraybuffer':
      return types.isDataView(value) ? 0 : (value as ArrayBuffer).byteLength;
    case 'proxy':
      return 0;
    default:
      return ownKeys(value).length;
  }
}

export function ownKeys(value: object): (string | symbol)[] {
  try {
    return Reflect.ownKeys(value);
  } catch {
    return [];
  }
}
