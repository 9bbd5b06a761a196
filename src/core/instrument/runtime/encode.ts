// Values as bytes. The same code runs in the target while recording and in the isolate while replaying, so two values
// are equal when their bytes are: objects are numbered in the order in which they first cross the boundary, and that
// order is part of what is checked. No getter ever runs.
import { ByteWriter } from './bytes.ts';
import type { Intrinsics } from './intrinsics.ts';
import { className, classify, isProxy, ownClassOf, tagOf } from './classify.ts';
import {
  epochOf,
  extraOf,
  functionNumber,
  idOf,
  Kind,
  kindOf,
  setEpoch,
  setExtra,
  setId,
  setKind,
  twinOf,
} from './marks.ts';
import type { Identity } from './marks.ts';
import type { Redaction } from './redaction.ts';
import { Tag } from './tags.ts';

export interface Budget {
  /** Objects and primitives of one value. */
  readonly nodes: number;
  /** UTF-16 units of one string. */
  readonly string: number;
}

/** Why a property has no value on the tape that a replay computes. */
export const ownAccessor = 'accessor of own code';

const describe = Reflect.getOwnPropertyDescriptor;
const protoOf = Reflect.getPrototypeOf;

// Taken once: what an object has of its own by these names is not run.
const mapSize = describe(Map.prototype, 'size')!.get!;
const setSize = describe(Set.prototype, 'size')!.get!;
const unboxed = (value: object, tag: string): unknown =>
  tag === '[object Number]'
    ? Number.prototype.valueOf.call(value)
    : tag === '[object String]'
      ? String.prototype.valueOf.call(value)
      : Boolean.prototype.valueOf.call(value);

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
  /** Own code runs from its beginning, in a replay too: what its accessors give is computed there, and nothing is lost. */
  isProgram = false;
  /** Number of a function that a module has declared which has not begun, or 0. */
  unbegun: ((value: object) => number) | undefined;
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

  /** Gives an object a number that it has on the tape. */
  number(value: object, id: number): void {
    setId(value, id);
    const extra = kindOf(value) === Kind.ownFunction ? extraOf(value) : undefined;
    if (typeof extra === 'object' && extra !== null) (extra as Identity).id = id;
    this.numbered?.(id, value);
  }

  #number(value: object): number {
    let id = idOf(value);
    if (id === 0 && !this.rehearses) {
      id = this.nextId++;
      this.number(value, id);
    }
    return id;
  }

  #object(out: ByteWriter, given: object): void {
    let value = given;
    let kind = kindOf(value);
    if (kind === 0 || kind === Kind.foreign || kind === Kind.ownProxy) {
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
    if (kind === Kind.foreign || kind === Kind.ownProxy) {
      const known = idOf(value) !== 0;
      out.u8(Tag.foreign);
      out.varint(this.#number(value));
      out.u8((known ? 0 : 1) | (typeof value === 'function' ? 2 : 0));
      if (!known)
        out.string(
          kind === Kind.ownProxy || isProxy(value)
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
    const number = typeof value === 'function' ? (this.unbegun?.(value) ?? 0) : 0;
    if (number > 0) {
      setExtra(value, number);
      return Kind.ownFunction;
    }
    return classify(value, this.intrinsics, this.inbound);
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
    const tag = tagOf(value);
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
        const size = mapSize.call(map) as number;
        const written = Math.min(size, Math.max(this.#left, 0));
        out.varint(written);
        let left = written;
        if (written < size) this.lossy = true;
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
        const size = setSize.call(set) as number;
        const written = Math.min(size, Math.max(this.#left, 0));
        out.varint(written);
        let left = written;
        if (written < size) this.lossy = true;
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
        return this.value(out, unboxed(value, tag));
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

  #accessor(out: ByteWriter, get: (() => unknown) | undefined): void {
    if (!this.isProgram || !get || kindOf(get) !== Kind.ownFunction) return this.#cut(out, 'accessor');
    out.u8(Tag.cut);
    out.string(ownAccessor);
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
      if (!described || !('value' in described)) this.#accessor(out, described?.get);
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
