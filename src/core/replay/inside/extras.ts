// Lays over an object of the isolate what the tape has of it besides plain properties: see instrument/runtime/extras.ts.
import type { ByteReader } from '../../instrument/runtime/bytes.ts';
import { Extra } from '../../instrument/runtime/extras.ts';
import { functionNumber } from '../../instrument/runtime/marks.ts';
import type { PrivateName } from '../../instrument/runtime/privates.ts';

type Privates = ReadonlyMap<number, readonly PrivateName[]>;

/** A getter and a setter, in the place of a value. */
export class Accessor {
  readonly get: (() => unknown) | undefined;
  readonly set: ((value: unknown) => void) | undefined;

  constructor(get: unknown, set: unknown) {
    this.get = get as Accessor['get'];
    this.set = set as Accessor['set'];
  }
}

/** Writes a property where it differs: what own code has frozen never should. */
export function put(target: object, key: PropertyKey, value: unknown, enumerable: boolean, flags = 0): void {
  const known = Reflect.getOwnPropertyDescriptor(target, key);
  if (value instanceof Accessor) {
    if (known?.get === value.get && known?.set === value.set && known?.get !== known?.set) return;
    const { get, set } = value;
    Object.defineProperty(target, key, {
      ...(get ? { get } : {}),
      ...(set ? { set } : {}),
      enumerable,
      configurable: true,
    });
    return;
  }
  if (known && 'value' in known && Object.is(known.value, value)) return;
  Object.defineProperty(target, key, {
    value,
    writable: (flags & Extra.readonly) === 0,
    enumerable,
    configurable: (flags & Extra.fixed) === 0,
  });
}

export function layExtras(
  target: object,
  reader: ByteReader,
  values: {
    read(reader: ByteReader): unknown;
    at(reader: ByteReader, target: object, key: PropertyKey): unknown;
    lossy: boolean;
  },
  privates: Privates,
): void {
  for (let left = reader.varint(); left > 0; left--) {
    const flags = reader.u8();
    if ((flags & Extra.closed) !== 0) {
      const level = reader.u8();
      if (level === 3) Object.freeze(target);
      else if (level === 2) Object.seal(target);
      else Object.preventExtensions(target);
    } else if ((flags & Extra.private) !== 0) {
      const [of, text] = [reader.varint(), reader.string()];
      const value = values.read(reader);
      const name = privates.get(of)?.find(({ spec }) => spec.name === text);
      if (!name) values.lossy = true;
      else if (name.access.has(target)) name.access.set(target, value);
      else name.i(target, value);
    } else {
      const key = (flags & Extra.symbol) !== 0 ? (values.read(reader) as symbol) : reader.string();
      put(target, key, values.at(reader, target, key), (flags & Extra.hidden) === 0, flags);
    }
  }
}

/** Private methods and accessors of the classes of an instance: their names are on it from its start. */
export function brand(target: object, privates: Privates): void {
  if (privates.size === 0) return;
  for (let at = Reflect.getPrototypeOf(target); at; at = Reflect.getPrototypeOf(at)) {
    const made = Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value as unknown;
    for (const name of (typeof made === 'function' ? privates.get(functionNumber(made)) : undefined) ?? [])
      if (!name.spec.isStatic && name.spec.kind !== 'field' && !name.access.has(target)) name.i(target, undefined);
  }
}
