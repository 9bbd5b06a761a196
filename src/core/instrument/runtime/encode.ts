// Values as bytes. The same code runs in the target while recording and in the isolate while replaying, so two values
// are equal when their bytes are: objects are numbered in the order in which they first cross the boundary, and that
// order is part of what is checked. No getter ever runs.
import { ByteWriter } from './bytes.ts';
import { builtinNames, mapSize, setSize, unboxed } from './builtins.ts';
import { className, classify, describe, isProxy, ownClassOf, tagOf } from './classify.ts';
import { Extra, type Extras, extrasOf } from './extras.ts';
import type { Intrinsics } from './intrinsics.ts';
import { epochOf, extraOf, functionNumber, giveId, idOf, Kind, kindOf, setEpoch, setKind, twinOf } from './marks.ts';
import type { PrivateName } from './privates.ts';
import type { Redaction } from './redaction.ts';
import { SymbolNumbers } from './symbols.ts';
import { Tag } from './tags.ts';

export interface Budget {
  /** Objects and primitives of one value. */
  readonly nodes: number;
  /** UTF-16 units of one string. */
  readonly string: number;
}

const protoOf = Reflect.getPrototypeOf;

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
  /** Whether a module that has not begun has declared a function: it has its number then. */
  unbegun: ((value: object) => boolean) | undefined;
  /** Nothing gets a number, and only data are marked as what they are (rehearse.ts). */
  rehearses = false;
  /** Private names of own classes, by the number of the class. */
  privates: ReadonlyMap<number, readonly PrivateName[]> = new Map();
  /** Whether own code names a property: of an heir, only those are its own. */
  isMentioned: (key: PropertyKey) => boolean = () => true;
  /** Told of each that gets one. */
  numbered: ((id: number, value: object) => void) | undefined;
  #left = 0;
  readonly #symbols = new SymbolNumbers();

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
        out.u8(Tag.symbol);
        return this.#symbols.write(out, value, () => this.nextId++);
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

  /** Symbols that another encoder of the same recording has numbered. */
  takeSymbols(other: Encoder): void {
    this.#symbols.take(other.#symbols);
  }

  /** A symbol that a decoder made: it keeps the number it had. */
  knowSymbol(value: symbol, id: number): void {
    this.#symbols.know(value, id);
  }

  /** Gives an object a number that it has on the tape. */
  number(value: object, id: number): void {
    giveId(value, id);
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
    // One that is reached as a global variable never gets a number.
    if (kind === 0 || kind === Kind.ownProxy || (kind === Kind.foreign && idOf(value) === 0)) {
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
      if (!this.rehearses || kind === Kind.data || kind === Kind.heir) setKind(value, kind);
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
    const proto = protoOf(value);
    const tag = proto === Object.prototype || proto === Array.prototype || proto === null ? '' : tagOf(value);
    const own = tag === '' ? undefined : ownClassOf(value);
    const isBare = own === undefined && builtinNames.has(tag);
    const extras = extrasOf(value, tag, isBare, this.privates, kind === Kind.heir ? this.isMentioned : undefined);
    if (extras) out.u8(Tag.extended);
    this.#contents(out, value, id, tag, own, kind === Kind.heir);
    if (extras) this.#extras(out, value, extras);
  }

  classify(value: object): Kind {
    if (typeof value === 'function' && this.unbegun?.(value)) return Kind.ownFunction;
    return classify(value, this.intrinsics, this.inbound);
  }

  #contents(out: ByteWriter, value: object, id: number, tag: string, own: object | undefined, isHeir: boolean): void {
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
      if (own) return this.#derived(out, value, id, own);
      head(Tag.array);
      return this.#items(out, value);
    }
    if (tag === '[object Error]' && !own) {
      head(Tag.error);
      out.string(className(value));
      return this.#properties(out, value, true);
    }
    if (own) {
      if (builtinNames.has(tag) || ArrayBuffer.isView(value)) return this.#derived(out, value, id, own);
      head(Tag.instance);
      out.varint(functionNumber(own));
      return this.#properties(out, value, tag === '[object Error]', isHeir);
    }
    switch (tag) {
      case '[object Map]':
        head(Tag.map);
        return this.#entries(out, value as Map<unknown, unknown>);
      case '[object Set]':
        head(Tag.set);
        return this.#members(out, value as Set<unknown>);
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

  #items(out: ByteWriter, value: readonly unknown[]): void {
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
  }

  #entries(out: ByteWriter, map: Map<unknown, unknown>): void {
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
  }

  #members(out: ByteWriter, set: Set<unknown>): void {
    const size = setSize.call(set) as number;
    const written = Math.min(size, Math.max(this.#left, 0));
    out.varint(written);
    let left = written;
    if (written < size) this.lossy = true;
    Set.prototype.forEach.call(set, (item) => {
      if (left-- > 0) this.value(out, item);
    });
  }

  /** An instance of an own class that extends a builtin with contents of its own. */
  #derived(out: ByteWriter, value: object, id: number, own: object): void {
    const name = Array.isArray(value) ? 'Array' : tagOf(value).slice(8, -1);
    out.u8(Tag.derived);
    out.varint(id);
    out.varint(functionNumber(own));
    out.string(name);
    if (name === 'Array') {
      this.#items(out, value as unknown[]);
      return out.varint(0);
    }
    if (name === 'Map') this.#entries(out, value as Map<unknown, unknown>);
    else if (name === 'Set') this.#members(out, value as Set<unknown>);
    else if (name === 'Date') out.f64(Date.prototype.getTime.call(value));
    else this.lossy = true;
    this.#properties(out, value);
  }

  /** @param keys own symbols, hidden properties, named properties of an array; private fields */
  #extras(out: ByteWriter, value: object, { keys, fields, closed }: Extras): void {
    out.varint(keys.length + fields.length + (closed === 0 ? 0 : 1));
    for (const key of keys) {
      const described = describe(value, key);
      out.u8(
        (typeof key === 'symbol' ? Extra.symbol : 0) |
          (described?.enumerable === false ? Extra.hidden : 0) |
          (described?.writable === false ? Extra.readonly : 0) |
          (described?.configurable === false ? Extra.fixed : 0),
      );
      if (typeof key === 'symbol') this.value(out, key);
      else out.string(String(key));
      this.#property(out, typeof key === 'symbol' ? (key.description ?? '') : String(key), described);
    }
    for (const { of, name } of fields) {
      out.u8(Extra.private);
      out.varint(of);
      out.string(name.spec.name);
      this.#property(out, name.spec.name, { value: name.access.get(value) });
    }
    if (closed > 0) out.raw(new Uint8Array([Extra.closed, closed]));
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

  #properties(out: ByteWriter, value: object, isError = false, isHeir = false): void {
    let keys = isError ? Object.getOwnPropertyNames(value).filter((key) => key !== 'stack') : Object.keys(value);
    if (isHeir) keys = keys.filter(this.isMentioned);
    const written = Math.min(keys.length, Math.max(this.#left, 0));
    if (written < keys.length) this.lossy = true;
    out.varint(written);
    for (let i = 0; i < written; i++) {
      const key = keys[i] as string;
      out.string(key);
      this.#property(out, key, describe(value, key));
    }
  }

  #property(out: ByteWriter, key: string, described: PropertyDescriptor | undefined): void {
    if (!described || !('value' in described)) this.#accessor(out, described);
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

  /** Functions of own code are told; of others nobody knows what they would give. */
  #accessor(out: ByteWriter, { get, set }: PropertyDescriptor = {}): void {
    const isOwn = (fn: object | undefined): boolean => fn === undefined || kindOf(fn) === Kind.ownFunction;
    if ((get ?? set) === undefined || !isOwn(get) || !isOwn(set)) return this.#cut(out, 'accessor');
    out.u8(Tag.accessor);
    this.value(out, get);
    this.value(out, set);
  }
}
