// Values as bytes. The same code runs in the target while recording and in the isolate while replaying, so two values
// are equal when their bytes are: objects are numbered in the order in which they first cross the boundary, and that
// order is part of what is checked. No getter ever runs.
import { ByteWriter } from './bytes.ts';
import type { Intrinsics } from './intrinsics.ts';
import { epochOf, extraOf, functionNumber, idOf, Kind, kindOf, setEpoch, setId, setKind, twinOf } from './marks.ts';
import type { Identity } from './marks.ts';
import type { Redaction } from './redaction.ts';
import { Tag } from './tags.ts';

export interface Budget {
  /** Objects and primitives of one value. */
  readonly nodes: number;
  /** UTF-16 units of one string. */
  readonly string: number;
}

const toStringTag = Object.prototype.toString;
const describe = Reflect.getOwnPropertyDescriptor;
const protoOf = Reflect.getPrototypeOf;

/** Name of the class an object was made by, read without running a getter; `''` when there is none. */
export function className(value: object): string {
  let proto = protoOf(value);
  for (let depth = 0; proto && depth < 8; depth++, proto = protoOf(proto)) {
    const made = describe(proto, 'constructor')?.value as unknown;
    if (typeof made === 'function') {
      const name = describe(made, 'name')?.value as unknown;
      return typeof name === 'string' ? name : '';
    }
  }
  return '';
}

/** The own class an object is an instance of, if any. */
export function ownClassOf(value: object): object | undefined {
  const proto = protoOf(value);
  if (!proto) return undefined;
  const made = describe(proto, 'constructor')?.value as unknown;
  return typeof made === 'function' && kindOf(made) === Kind.ownFunction ? made : undefined;
}

const isProxy = (value: object): boolean => extraOf(value) === 'proxy';

export class Encoder {
  readonly intrinsics: Intrinsics;
  readonly redaction: Redaction;
  readonly budget: Budget;
  /** Number for the next object that crosses. */
  nextId = 1;
  /** Counts encoded values, so that an object met twice in one value is written once. */
  epoch = 0;
  /** Values come from foreign code: a promise that was never seen is foreign then. */
  inbound = false;
  /** Foreign objects that own code reaches as global variables, by name. */
  readonly globals = new Map<object, string>();
  /** Something was cut or redacted in the last value. */
  lossy = false;
  /** Nothing gets a number, and only data are marked as what they are (rehearse.ts). */
  rehearses = false;
  /** Told of each object that gets a number. */
  numbered: ((id: number, value: object) => void) | undefined;
  #left = 0;
  readonly #symbols = new Map<symbol, number>();

  constructor(intrinsics: Intrinsics, redaction: Redaction, budget: Budget) {
    this.intrinsics = intrinsics;
    this.redaction = redaction;
    this.budget = budget;
  }

  /** Starts a value or a group of values that share identities. */
  begin(): void {
    this.epoch += 1;
    this.#left = this.budget.nodes;
    this.lossy = false;
  }

  value(out: ByteWriter, value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return out.u8(Tag.undefined);
      case 'boolean':
        return out.u8(value ? Tag.true : Tag.false);
      case 'number':
        if ((value | 0) === value && !Object.is(value, -0)) {
          out.u8(Tag.int);
          out.zigzag(value);
        } else {
          out.u8(Tag.double);
          out.f64(value);
        }
        return;
      case 'string':
        return this.#string(out, value);
      case 'bigint':
        out.u8(Tag.bigint);
        return out.string(String(value));
      case 'symbol':
        return this.#symbol(out, value);
      default:
        if (value === null) return out.u8(Tag.null);
        this.#object(out, value as object);
    }
  }

  #string(out: ByteWriter, value: string): void {
    if (value.length > this.budget.string) {
      this.lossy = true;
      out.u8(Tag.cut);
      return out.string(`string of ${value.length}`);
    }
    out.u8(Tag.string);
    out.string(this.redaction.text(value));
  }

  #symbol(out: ByteWriter, value: symbol): void {
    out.u8(Tag.symbol);
    const registered = Symbol.keyFor(value);
    if (registered !== undefined) {
      out.u8(1);
      return out.string(registered);
    }
    const description = value.description ?? '';
    if (
      description.startsWith('Symbol.') &&
      (Symbol as unknown as Record<string, unknown>)[description.slice(7)] === value
    ) {
      out.u8(2);
      return out.string(description.slice(7));
    }
    let id = this.#symbols.get(value);
    if (id === undefined) this.#symbols.set(value, (id = this.nextId++));
    out.u8(0);
    out.varint(id);
    out.string(description);
  }

  /** Symbols that another encoder of the same recording has numbered. */
  takeSymbols(other: Encoder): void {
    for (const [value, id] of other.#symbols) this.#symbols.set(value, id);
  }

  /** A symbol that a decoder made: it keeps the number it had. */
  knowSymbol(value: symbol, id: number): void {
    this.#symbols.set(value, id);
  }

  #number(value: object): number {
    let id = idOf(value);
    if (id === 0 && !this.rehearses) {
      id = this.nextId++;
      setId(value, id);
      const extra = kindOf(value) === Kind.ownFunction ? extraOf(value) : undefined;
      if (typeof extra === 'object' && extra !== null) (extra as Identity).id = id;
      this.numbered?.(id, value);
    }
    return id;
  }

  #object(out: ByteWriter, given: object): void {
    let value = given;
    let kind = kindOf(value);
    if (kind === 0 || kind === Kind.foreign) {
      const name = this.globals.get(value);
      if (name !== undefined) {
        out.u8(Tag.global);
        return out.string(name);
      }
    }
    if (kind === 0) {
      const name = this.intrinsics.nameOf(value);
      if (name !== undefined) {
        out.u8(Tag.intrinsic);
        return out.string(name);
      }
      kind = this.classify(value);
      if (!this.rehearses || kind === Kind.data) setKind(value, kind);
    }
    if (kind === Kind.ownFunction) {
      // A copy and its original are one function to the program.
      if (extraOf(value) === undefined) value = twinOf(value) ?? value;
      out.u8(Tag.function);
      out.varint(this.#number(value));
      return out.varint(functionNumber(value));
    }
    if (kind === Kind.foreign) {
      const known = idOf(value) !== 0;
      out.u8(Tag.foreign);
      out.varint(this.#number(value));
      out.u8((known ? 0 : 1) | (typeof value === 'function' ? 2 : 0));
      if (!known)
        out.string(
          isProxy(value)
            ? 'Proxy'
            : typeof value === 'function'
              ? String(describe(value, 'name')?.value ?? '')
              : className(value),
        );
      return;
    }
    if (kind === Kind.foreignPromise || kind === Kind.ownPromise || kind === Kind.native) {
      out.u8(
        kind === Kind.foreignPromise ? Tag.foreignPromise : kind === Kind.ownPromise ? Tag.ownPromise : Tag.native,
      );
      return out.varint(this.#number(value));
    }
    const id = this.#number(value);
    if (epochOf(value) === this.epoch) {
      out.u8(Tag.ref);
      return out.varint(id);
    }
    if (--this.#left < 0) {
      this.lossy = true;
      out.u8(Tag.cut);
      return out.string('budget');
    }
    setEpoch(value, this.epoch);
    this.#contents(out, value, id);
  }

  /** What an object is that was never seen before. */
  classify(value: object): Kind {
    if (typeof value === 'function') return Kind.foreign;
    const proto = protoOf(value);
    if (proto === Object.prototype || Array.isArray(value)) return Kind.data;
    const tag = toStringTag.call(value);
    if (proto === null && tag === '[object Object]') return Kind.data;
    switch (tag) {
      case '[object Map]':
        return proto === Map.prototype ? Kind.data : this.#instance(value);
      case '[object Set]':
        return proto === Set.prototype ? Kind.data : this.#instance(value);
      case '[object Date]':
        return proto === Date.prototype ? Kind.data : this.#instance(value);
      case '[object RegExp]':
        return Kind.data;
      case '[object Error]':
        return Kind.data;
      case '[object Promise]':
        return this.inbound ? Kind.foreignPromise : Kind.ownPromise;
      case '[object Module]':
        return Kind.foreign;
      case '[object Number]':
      case '[object String]':
      case '[object Boolean]':
        return Kind.data;
      default:
        if (ArrayBuffer.isView(value))
          return proto === null || this.intrinsics.nameOf(proto) === undefined ? Kind.foreign : Kind.data;
        if (tag === '[object ArrayBuffer]') return Kind.data;
        if (
          tag === '[object Generator]' ||
          tag === '[object Array Iterator]' ||
          tag === '[object Map Iterator]' ||
          tag === '[object Set Iterator]'
        )
          return Kind.data;
        return this.#instance(value);
    }
  }

  #instance(value: object): Kind {
    return ownClassOf(value) ? Kind.data : Kind.foreign;
  }

  #contents(out: ByteWriter, value: object, id: number): void {
    const proto = protoOf(value);
    const head = (tag: number): void => {
      out.u8(tag);
      out.varint(id);
    };
    if (proto === Object.prototype) {
      head(Tag.object);
      return this.#properties(out, value);
    }
    if (proto === null) {
      head(Tag.nullObject);
      return this.#properties(out, value);
    }
    if (Array.isArray(value)) {
      head(Tag.array);
      const size = value.length;
      const written = Math.min(size, Math.max(this.#left, 0));
      out.varint(size);
      out.varint(written);
      for (let i = 0; i < written; i++) {
        const described = describe(value, i);
        if (!described) out.u8(Tag.hole);
        else if ('value' in described) this.value(out, described.value);
        else this.#cut(out, 'accessor');
      }
      if (written < size) this.lossy = true;
      return;
    }
    const own = ownClassOf(value);
    const tag = toStringTag.call(value);
    if (tag === '[object Error]' && !own) {
      head(Tag.error);
      out.string(className(value));
      return this.#properties(out, value, true);
    }
    if (own) {
      head(Tag.instance);
      out.varint(functionNumber(own));
      return this.#properties(out, value, tag === '[object Error]');
    }
    switch (tag) {
      case '[object Map]': {
        head(Tag.map);
        const map = value as Map<unknown, unknown>;
        const written = Math.min(map.size, Math.max(this.#left, 0));
        out.varint(written);
        let left = written;
        if (written < map.size) this.lossy = true;
        Map.prototype.forEach.call(map, (item, key) => {
          if (left-- <= 0) return;
          this.value(out, key);
          this.value(out, item);
        });
        return;
      }
      case '[object Set]': {
        head(Tag.set);
        const set = value as Set<unknown>;
        const written = Math.min(set.size, Math.max(this.#left, 0));
        out.varint(written);
        let left = written;
        if (written < set.size) this.lossy = true;
        Set.prototype.forEach.call(set, (item) => {
          if (left-- > 0) this.value(out, item);
        });
        return;
      }
      case '[object Date]':
        head(Tag.date);
        return out.f64(Date.prototype.getTime.call(value));
      case '[object RegExp]':
        head(Tag.regexp);
        out.string((value as RegExp).source);
        out.string((value as RegExp).flags);
        return out.zigzag((value as RegExp).lastIndex | 0);
      case '[object Number]':
      case '[object String]':
      case '[object Boolean]':
        head(Tag.boxed);
        return this.value(out, (value as { valueOf(): unknown }).valueOf());
      default:
        if (ArrayBuffer.isView(value) || tag === '[object ArrayBuffer]') return this.#binary(out, value, id);
        head(Tag.object);
        out.varint(0);
    }
  }

  #binary(out: ByteWriter, value: object, id: number): void {
    const view = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value as ArrayBuffer);
    if (view.length > this.budget.string * 4) return this.#cut(out, `bytes of ${view.length}`);
    out.u8(Tag.bytes);
    out.varint(id);
    out.string(className(value));
    out.varint(view.length);
    out.raw(view);
  }

  #cut(out: ByteWriter, why: string): void {
    this.lossy = true;
    out.u8(Tag.cut);
    out.string(why);
  }

  #properties(out: ByteWriter, value: object, isError = false): void {
    const keys = isError
      ? Reflect.ownKeys(value).filter((key): key is string => typeof key === 'string' && key !== 'stack')
      : Object.keys(value);
    const written = Math.min(keys.length, Math.max(this.#left, 0));
    if (written < keys.length) this.lossy = true;
    out.varint(written);
    for (let i = 0; i < written; i++) {
      const key = keys[i] as string;
      out.string(key);
      const described = describe(value, key);
      if (!described || !('value' in described)) this.#cut(out, 'accessor');
      else if (
        this.redaction.key(key) &&
        described.value !== undefined &&
        described.value !== null &&
        typeof described.value !== 'function'
      ) {
        this.lossy = true;
        out.u8(Tag.redacted);
        out.string(typeof described.value);
      } else this.value(out, described.value);
    }
  }
}
