// The tape inside the isolate: bytes of chunks, read event by event. Values are decoded only when their event is due,
// because decoding an object that exists already changes it.
import { ByteReader, headSize } from '../../instrument/runtime/bytes.ts';
import { Extra } from '../../instrument/runtime/extras.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { Kind } from '../../instrument/runtime/event-kinds.ts';

const hasItems: ReadonlySet<string> = new Set(['Map', 'Set', 'Array']);

/** Passes over one value. */
export function skipValue(reader: ByteReader): void {
  const many = (count: number): void => {
    for (let i = 0; i < count; i++) skipValue(reader);
  };
  const text = (): void => {
    const size = reader.varint();
    reader.at += size;
  };
  const properties = (): void => {
    for (let left = reader.varint(); left > 0; left--) {
      text();
      skipValue(reader);
    }
  };
  switch (reader.u8()) {
    case Tag.int:
    case Tag.ref:
    case Tag.foreignPromise:
    case Tag.ownPromise:
    case Tag.native:
      reader.varint();
      return;
    case Tag.double:
      reader.at += 8;
      return;
    case Tag.string:
    case Tag.bigint:
    case Tag.cut:
    case Tag.redacted:
    case Tag.intrinsic:
    case Tag.global:
      return text();
    case Tag.object:
    case Tag.nullObject:
      reader.varint();
      return properties();
    case Tag.array:
      reader.varint();
      reader.varint();
      return many(reader.varint());
    case Tag.map:
      reader.varint();
      return many(reader.varint() * 2);
    case Tag.set:
      reader.varint();
      return many(reader.varint());
    case Tag.date:
      reader.varint();
      reader.at += 8;
      return;
    case Tag.regexp:
      reader.varint();
      text();
      text();
      reader.varint();
      return;
    case Tag.error:
      reader.varint();
      text();
      return properties();
    case Tag.bytes:
      reader.varint();
      text();
      return text();
    case Tag.instance:
      reader.varint();
      reader.varint();
      return properties();
    case Tag.function:
      reader.varint();
      reader.varint();
      return;
    case Tag.foreign:
      reader.varint();
      if ((reader.u8() & 1) === 1) text();
      return;
    case Tag.boxed:
      reader.varint();
      return skipValue(reader);
    case Tag.accessor:
      return many(2);
    case Tag.extended:
      skipValue(reader);
      for (let left = reader.varint(); left > 0; left--) {
        const flags = reader.u8();
        if ((flags & Extra.closed) !== 0) {
          reader.u8();
          continue;
        }
        if ((flags & Extra.private) !== 0) reader.varint();
        if ((flags & Extra.symbol) !== 0) skipValue(reader);
        else text();
        skipValue(reader);
      }
      return;
    case Tag.derived: {
      reader.varint();
      reader.varint();
      const builtin = reader.string();
      if (builtin === 'Array') reader.varint();
      if (builtin === 'Date') reader.at += 8;
      else if (hasItems.has(builtin)) many(reader.varint() * (builtin === 'Map' ? 2 : 1));
      return properties();
    }
    case Tag.symbol:
      if (reader.u8() === 0) reader.varint();
      return text();
    default:
  }
}

/** The head of an event: what the driver decides by, without its values. */
export interface Head {
  readonly kind: number;
  readonly seq: number;
  readonly at: number;
  /** Where the fields begin that stand behind the time. */
  readonly body: number;
  readonly reader: ByteReader;
}

/** Where a cursor stands: before an event. */
export interface Position {
  readonly chunk: number;
  readonly left: number;
  readonly at: number;
  readonly seq: number;
  readonly offset: number;
}

export class Cursor {
  readonly #chunks: Uint8Array[] = [];
  #chunk = 0;
  #left = 0;
  #reader: ByteReader | undefined;
  #at = 0;
  /** Offset and time before the event that was peeked. */
  #offset = 0;
  #before = 0;
  seq = 0;
  #head: Head | undefined;

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  /** The next event, not yet taken; undefined at the end. */
  peek(): Head | undefined {
    if (this.#head) return this.#head;
    while (this.#left === 0) {
      const chunk = this.#chunks[this.#chunk];
      if (!chunk) return undefined;
      this.#chunk += 1;
      this.#reader = new ByteReader(chunk);
      this.#left = this.#reader.u32();
      this.#at = this.#reader.f64();
      this.#reader.at = headSize;
    }
    const reader = this.#reader as ByteReader;
    this.#offset = reader.at;
    this.#before = this.#at;
    const kind = reader.u8();
    this.#at += reader.varint();
    this.#head = { kind, seq: this.seq, at: this.#at, body: reader.at, reader };
    return this.#head;
  }

  /** The place before the next event, to come back to. */
  position(): Position {
    const head = this.peek();
    // Before the kind and the time of an event that was peeked, whose reader stands behind them.
    return {
      chunk: this.#chunk,
      left: this.#left,
      at: this.#before,
      seq: this.seq,
      offset: head ? this.#offset : (this.#reader?.at ?? 0),
    };
  }

  /** Goes to a place that a cursor over the same chunks has given. */
  goTo({ chunk, left, at, seq, offset }: Position): void {
    const bytes = this.#chunks[chunk - 1];
    this.#reader = bytes && new ByteReader(bytes, offset);
    this.#chunk = chunk;
    this.#left = left;
    this.#at = at;
    this.seq = seq;
    this.#head = undefined;
  }

  /** Takes the event that was peeked; its reader stands at its fields. */
  take(): Head {
    const head = this.peek();
    if (!head) throw new RangeError('the tape has ended');
    head.reader.at = head.body;
    this.#head = undefined;
    this.#left -= 1;
    this.seq += 1;
    return head;
  }

  /** Takes an event and passes over its fields. */
  skip(): Head {
    const head = this.take();
    const reader = head.reader;
    const many = (count: number): void => {
      for (let i = 0; i < count; i++) skipValue(reader);
    };
    const numbers = (count: number): void => {
      for (let i = 0; i < count; i++) reader.varint();
    };
    const text = (): void => {
      const size = reader.varint();
      reader.at += size;
    };
    switch (head.kind) {
      case Kind.enter:
        numbers(4);
        reader.u8();
        numbers(2);
        skipValue(reader);
        many(reader.varint());
        break;
      case Kind.leave:
      case Kind.settled:
        numbers(1);
        reader.u8();
        skipValue(reader);
        break;
      case Kind.ask:
        reader.u8();
        numbers(1);
        many(reader.varint());
        break;
      case Kind.answer:
        reader.u8();
        skipValue(reader);
        many(reader.varint());
        break;
      case Kind.settle:
        numbers(1);
        reader.u8();
        numbers(1);
        skipValue(reader);
        break;
      case Kind.request:
        numbers(1);
        text();
        text();
        break;
      case Kind.state:
        numbers(1);
        reader.u8();
        for (let left = reader.varint(); left > 0; left--) {
          text();
          skipValue(reader);
        }
        break;
      case Kind.mark:
        text();
        break;
      case Kind.gap:
        numbers(1);
        text();
        text();
        text();
        break;
      default:
        numbers(2);
    }
    return head;
  }
}

/** Own resumptions before an entry that came in the middle of a drain; -1 for every other event. Moves nothing. */
export function isBusy({ kind, body, reader }: Head): number {
  if (kind !== Kind.enter) return -1;
  const back = reader.at;
  reader.at = body;
  reader.varint();
  const parent = reader.varint();
  reader.zigzag();
  reader.varint();
  reader.u8();
  const busy = reader.varint();
  reader.at = back;
  return parent === 0 ? busy - 1 : -1;
}

/** Whether own code was entered before any microtask had run since it ran before. Moves nothing. */
export function isAdjacent({ kind, body, reader }: Head): boolean {
  if (kind !== Kind.enter) return false;
  const copy = new ByteReader(reader.bytes, body);
  for (let left = 4; left > 0; left--) copy.varint();
  return (copy.u8() & 2) !== 0;
}

/** Whether foreign code entered own code while it answered an ask. Moves nothing. */
export function isNested({ body, reader }: Head): boolean {
  const copy = new ByteReader(reader.bytes, body);
  copy.varint();
  return copy.varint() !== 0;
}

/** Whether these bytes stand at a place. */
export function bytesAre(reader: ByteReader, from: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (reader.bytes[from + i] !== bytes[i]) return false;
  return true;
}

/** Bytes of the value at a place, behind which the reader stands then. */
export function valueBytes(reader: ByteReader, from: number): Uint8Array {
  reader.at = from;
  skipValue(reader);
  return reader.bytes.slice(from, reader.at);
}

/** What stands before the receiver and the arguments of an entry. */
export const enterHead = (
  reader: ByteReader,
): readonly [
  call: number,
  parent: number,
  fn: number,
  identity: number,
  flags: number,
  busy: number,
  request: number,
] => [
  reader.varint(),
  reader.varint(),
  reader.zigzag(),
  reader.varint(),
  reader.u8(),
  reader.varint(),
  reader.varint(),
];
