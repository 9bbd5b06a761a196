// Recorded values as live objects of the isolate. What existed before keeps its identity and gets the recorded contents;
// what belongs to foreign code becomes a stand-in that refuses every operation that was not recorded.
import type { ByteReader } from '../../instrument/runtime/bytes.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import type { Encoder } from '../../instrument/runtime/encode.ts';
import { makeInstance } from '../../instrument/runtime/classes.ts';
import { foreignHeritage } from '../../instrument/runtime/classify.ts';
import { idOf, isObject, Kind, setId, setKind } from '../../instrument/runtime/marks.ts';
import { Accessor, brand, layExtras, put } from './extras.ts';
import { makeBytes, makeError } from './make.ts';
import { meets } from './meet.ts';

type Indexed = Record<PropertyKey, unknown>;

export class Unrecorded extends Error {}

const silent = new Set<PropertyKey>([
  'then',
  'toJSON',
  'constructor',
  Symbol.toStringTag,
  Symbol.isConcatSpreadable,
  Symbol.species,
]);

/** A foreign object as own code holds it in a replay. */
export function standIn(name: string, callable: boolean): object {
  const refuse = (what: string) => (): never => {
    throw new Unrecorded(`${what} of the foreign ${name || 'object'} was not recorded`);
  };
  // A bound function can be constructed and has no property that a trap would have to tell of.
  const target = callable ? function standIn() {}.bind(undefined) : {};
  const made = new Proxy(target, {
    get: (_target, key) => (silent.has(key) ? undefined : refuse(`reading ${String(key)}`)()),
    set: refuse('writing a property'),
    has: () => false,
    ownKeys: refuse('listing the keys'),
    apply: refuse('a call'),
    construct: refuse('a construction'),
    getOwnPropertyDescriptor: () => undefined,
    defineProperty: refuse('defining a property'),
    deleteProperty: refuse('deleting a property'),
  });
  setKind(made, Kind.foreign);
  return made;
}

export class Decoder {
  readonly #encoder: Encoder;
  readonly byId = new Map<number, object | symbol>();
  readonly globals = new Map<string, object>();
  /** Own classes by function number, for instances. */
  readonly classes = new Map<number, { readonly prototype: object }>();
  /** Of a program: the function with a number, where there is one alone. */
  only: ((number: number) => object | undefined) | undefined;
  /** Something was cut or redacted: what is made of it is not what the target had. */
  lossy = false;
  /** Data of the value that is read by {@link borrow}. */
  #borrowed: Map<number, object> | undefined;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    encoder.numbered = (id, value) => this.byId.set(id, value);
  }

  know<T extends object>(id: number, value: T, kind?: number): T {
    if (idOf(value) === 0) setId(value, id);
    if (kind !== undefined) setKind(value, kind);
    this.byId.set(id, value);
    this.taken(id);
    return value;
  }

  /** A value that did not cross, and was given a number for it. */
  forget(id: number, value: unknown): void {
    this.#encoder.nextId = id;
    if (!isObject(value) || idOf(value) !== id) return;
    setId(value, 0);
    this.byId.delete(id);
  }

  /** What own code makes from now on is numbered behind it. */
  taken(id: number): void {
    if (id >= this.#encoder.nextId && this.#encoder.nextId < 1_000_000_000) this.#encoder.nextId = id + 1;
  }

  /** A value of another call: its data are copies, so that the two calls share nothing that either could change. */
  borrow(reader: ByteReader): unknown {
    this.#borrowed = new Map();
    try {
      return this.read(reader);
    } finally {
      this.#borrowed = undefined;
    }
  }

  #held<T extends object>(id: number, make: () => T, kind: number = Kind.data): T {
    if (this.#borrowed) {
      const copy = (this.#borrowed.get(id) as T | undefined) ?? make();
      this.#borrowed.set(id, copy);
      setKind(copy, kind);
      return copy;
    }
    const known = this.byId.get(id);
    return (known as T | undefined) ?? this.know(id, make(), kind);
  }

  /**
   * @param present what own code has put where the value was found: when the value is one that was never numbered, foreign
   * code has met it there
   */
  read(reader: ByteReader, present?: unknown): unknown {
    if (isObject(present) && idOf(present) === 0 && !this.#borrowed) this.#meet(reader, present);
    const tag = reader.u8();
    switch (tag) {
      case Tag.undefined:
      case Tag.pending:
        return undefined;
      case Tag.null:
        return null;
      case Tag.true:
        return true;
      case Tag.false:
        return false;
      case Tag.int:
        return reader.zigzag();
      case Tag.double:
        return reader.f64();
      case Tag.string:
        return reader.string();
      case Tag.bigint:
        return BigInt(reader.string());
      case Tag.ref:
        return this.#referred(reader.varint());
      case Tag.symbol:
        return this.#symbol(reader);
      case Tag.intrinsic: {
        const name = reader.string();
        return this.#encoder.intrinsics.byName(name) ?? standIn(name, true);
      }
      case Tag.global:
        return this.global(reader.string());
      case Tag.cut:
        this.lossy = true;
        reader.string();
        return undefined;
      case Tag.redacted:
        this.lossy = true;
        reader.string();
        return '[redacted]';
      case Tag.function: {
        const id = reader.varint();
        const number = reader.varint();
        const known = (this.byId.get(id) as object | undefined) ?? this.only?.(number);
        return this.know(id, known ?? standIn('function of own code that was not captured', true));
      }
      case Tag.foreign: {
        const id = reader.varint();
        const flags = reader.u8();
        const name = (flags & 1) === 1 ? reader.string() : '';
        return this.byId.get(id) ?? this.know(id, standIn(name, (flags & 2) === 2));
      }
      case Tag.foreignPromise: {
        const id = reader.varint();
        return this.byId.get(id) ?? this.know(id, new Promise(() => {}), Kind.foreignPromise);
      }
      case Tag.ownPromise:
      case Tag.native: {
        const id = reader.varint();
        return this.byId.get(id) ?? this.know(id, new Promise(() => {}), Kind.foreignPromise);
      }
      case Tag.accessor:
        return new Accessor(this.read(reader), this.read(reader));
      case Tag.extended: {
        const value = this.read(reader, present) as object;
        layExtras(value, reader, this, this.#encoder.privates);
        return value;
      }
      default:
        return this.#data(tag, reader);
    }
  }

  /** A value that stands at a key: what own code has put there may be what the tape has. */
  at(reader: ByteReader, target: object, key: PropertyKey): unknown {
    // Only of a program there is something before the tape has told of it.
    if (!this.only) return this.read(reader);
    const present = Reflect.getOwnPropertyDescriptor(target, key);
    if (reader.bytes[reader.at] !== Tag.accessor) return this.read(reader, present?.value);
    reader.at += 1;
    return new Accessor(this.read(reader, present?.get), this.read(reader, present?.set));
  }

  /** Numbers an object of own code that stands where the tape has a number that nothing has yet. */
  #meet(reader: ByteReader, present: object): void {
    const id = meets(reader, present, this.byId);
    if (id === undefined) return;
    this.#encoder.number(present, id);
    this.taken(id);
  }

  #referred(id: number): object | symbol | undefined {
    return this.#borrowed?.get(id) ?? this.byId.get(id);
  }

  global(name: string): object {
    let made = this.globals.get(name);
    if (!made) {
      this.globals.set(name, (made = standIn(name, true)));
      this.#encoder.globals.set(made, name);
    }
    return made;
  }

  #symbol(reader: ByteReader): symbol {
    const how = reader.u8();
    const id = how === 0 ? reader.varint() : 0;
    const text = reader.string();
    if (how === 1) return Symbol.for(text);
    if (how === 2) return (Symbol as unknown as Record<string, symbol>)[text] as symbol;
    const known = this.byId.get(id);
    if (typeof known === 'symbol') return known;
    const made = Symbol(text);
    this.byId.set(id, made);
    this.#encoder.knowSymbol(made, id);
    if (id >= this.#encoder.nextId) this.#encoder.nextId = id + 1;
    return made;
  }

  #properties(reader: ByteReader, target: Indexed): void {
    const count = reader.varint();
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) {
      const key = reader.string();
      seen.add(key);
      put(target, key, this.at(reader, target, key), true);
    }
    for (const key of Object.keys(target)) if (!seen.has(key)) delete target[key];
  }

  #data(tag: number, reader: ByteReader): unknown {
    const id = reader.varint();
    switch (tag) {
      case Tag.object:
      case Tag.nullObject: {
        const made = this.#held<Indexed>(id, () => (tag === Tag.object ? {} : (Object.create(null) as Indexed)));
        this.#properties(reader, made);
        return made;
      }
      case Tag.array: {
        const made = this.#held<unknown[]>(id, () => []);
        this.#items(reader, made);
        return made;
      }
      case Tag.map: {
        const made = this.#held(id, () => new Map<unknown, unknown>());
        this.#entries(reader, made);
        return made;
      }
      case Tag.set: {
        const made = this.#held(id, () => new Set<unknown>());
        this.#members(reader, made);
        return made;
      }
      case Tag.date: {
        const time = reader.f64();
        const made = this.#held(id, () => new Date(time));
        made.setTime(time);
        return made;
      }
      case Tag.regexp: {
        const [source, flags, last] = [reader.string(), reader.string(), reader.zigzag()];
        const made = this.#held(id, () => new RegExp(source, flags));
        if (made.lastIndex !== last) made.lastIndex = last;
        return made;
      }
      case Tag.error: {
        const name = reader.string();
        const made = this.#held<Indexed>(id, () => makeError(name) as unknown as Indexed);
        this.#errorProperties(reader, made);
        return made;
      }
      case Tag.bytes: {
        const name = reader.string();
        const raw = reader.raw(reader.varint());
        const made = this.#held<object>(id, () => makeBytes(name, raw));
        const view = ArrayBuffer.isView(made)
          ? new Uint8Array(made.buffer, made.byteOffset, made.byteLength)
          : new Uint8Array(made as ArrayBuffer);
        if (view.length === raw.length) view.set(raw);
        return made;
      }
      case Tag.instance: {
        const prototype = this.#prototype(reader.varint());
        const isError = Object.prototype.isPrototypeOf.call(Error.prototype, prototype);
        const object = this.#instance(id, prototype, isError ? 'Error' : '');
        if (isError) this.#errorProperties(reader, object);
        else this.#properties(reader, object);
        return object;
      }
      case Tag.derived: {
        const prototype = this.#prototype(reader.varint());
        const builtin = reader.string();
        const time = builtin === 'Date' ? reader.f64() : 0;
        const object = this.#instance(id, prototype, builtin, time);
        if (builtin === 'Map') this.#entries(reader, object as unknown as Map<unknown, unknown>);
        else if (builtin === 'Set') this.#members(reader, object as unknown as Set<unknown>);
        else if (builtin === 'Array') {
          this.#items(reader, object as unknown as unknown[]);
          reader.varint();
          return object;
        } else if (builtin === 'Date') Date.prototype.setTime.call(object, time);
        else this.lossy = true;
        this.#properties(reader, object);
        return object;
      }
      case Tag.boxed: {
        const inner = this.read(reader);
        return this.#held<object>(id, () => Object(inner) as object);
      }
      default:
        throw new RangeError(`a value of the unknown tag ${tag}`);
    }
  }

  #prototype(number: number): object {
    return this.classes.get(number)?.prototype ?? Object.prototype;
  }

  /** An instance of an own class, with the private methods of its classes. */
  #instance(id: number, prototype: object, builtin: string, time = 0): Indexed {
    const { intrinsics, privates } = this.#encoder;
    return this.#held<Indexed>(
      id,
      () => {
        const made = makeInstance(prototype, builtin, time);
        brand(made, privates);
        return made as Indexed;
      },
      foreignHeritage(Object.create(prototype) as object, intrinsics) ? Kind.heir : Kind.data,
    );
  }

  #items(reader: ByteReader, made: unknown[]): void {
    const size = reader.varint();
    const written = reader.varint();
    // What own code has frozen is written only where it differs, which it never should.
    if (made.length !== size) made.length = size;
    for (let i = 0; i < written; i++) {
      if (reader.bytes[reader.at] === Tag.hole) {
        reader.at += 1;
        Reflect.deleteProperty(made, i);
      } else {
        const item = this.at(reader, made, i);
        if (!Object.is(made[i], item) || !Object.hasOwn(made, i)) made[i] = item;
      }
    }
    if (written < size) this.lossy = true;
  }

  #entries(reader: ByteReader, made: Map<unknown, unknown>): void {
    const entries: [unknown, unknown][] = [];
    const present = Map.prototype.entries.call(made);
    for (let left = reader.varint(); left > 0; left--) {
      const [key, item] = (present.next().value as [unknown, unknown] | undefined) ?? [];
      entries.push([this.read(reader, key), this.read(reader, item)]);
    }
    Map.prototype.clear.call(made);
    for (const [key, value] of entries) Map.prototype.set.call(made, key, value);
  }

  #members(reader: ByteReader, made: Set<unknown>): void {
    const items: unknown[] = [];
    const present = Set.prototype.values.call(made);
    for (let left = reader.varint(); left > 0; left--) items.push(this.read(reader, present.next().value));
    Set.prototype.clear.call(made);
    for (const item of items) Set.prototype.add.call(made, item);
  }

  #errorProperties(reader: ByteReader, target: Indexed): void {
    for (let left = reader.varint(); left > 0; left--) {
      const key = reader.string();
      const value = this.at(reader, target, key);
      put(target, key, value, key !== 'message' && key !== 'cause');
    }
  }
}
