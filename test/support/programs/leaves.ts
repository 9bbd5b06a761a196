// Where the primitive values of a tape stand, and the tape with one of them replaced by another of its kind.
import { readEvents } from '../../../src/core/instrument/event-reader.ts';
import type { RawEvent } from '../../../src/core/instrument/event-reader.ts';
import { ByteReader, ByteWriter } from '../../../src/core/instrument/runtime/bytes.ts';
import { Tag } from '../../../src/core/instrument/runtime/tags.ts';
import { skipValue } from '../../../src/core/replay/inside/cursor.ts';

export interface Leaf {
  /** Chunk, and bytes in it. */
  readonly chunk: number;
  readonly from: number;
  readonly to: number;
  /** Number of the event on the tape. */
  readonly seq: number;
  readonly event: RawEvent<null>;
  readonly value: unknown;
}

/** Every number, text, boolean and null of a recording that stands for a value of the program. */
export function leavesOf(chunks: readonly Uint8Array[]): readonly Leaf[] {
  const leaves: Leaf[] = [];
  let seq = 0;
  chunks.forEach((bytes, chunk) => {
    let found: { readonly from: number; readonly to: number; readonly value: unknown }[] = [];
    readEvents(
      bytes,
      (reader) => {
        const { at } = reader;
        skipValue(reader);
        walk(new ByteReader(bytes, at), (from, to, value) => found.push({ from, to, value }));
        return null;
      },
      (event) => {
        for (const each of found) leaves.push({ ...each, chunk, seq, event });
        found = [];
        seq += 1;
      },
    );
  });
  return leaves;
}

function walk(reader: ByteReader, leaf: (from: number, to: number, value: unknown) => void): void {
  const inner = (count: number): void => {
    for (let left = count; left > 0; left--) walk(reader, leaf);
  };
  const properties = (): void => {
    for (let left = reader.varint(); left > 0; left--) {
      reader.string();
      walk(reader, leaf);
    }
  };
  const from = reader.at;
  const told = (value: unknown): void => leaf(from, reader.at, value);
  switch (reader.u8()) {
    case Tag.null:
      return told(null);
    case Tag.true:
      return told(true);
    case Tag.false:
      return told(false);
    case Tag.int:
      return told(reader.zigzag());
    case Tag.double:
      return told(reader.f64());
    case Tag.string:
      return told(reader.string());
    case Tag.object:
    case Tag.nullObject:
      reader.varint();
      return properties();
    case Tag.array:
      reader.varint();
      reader.varint();
      return inner(reader.varint());
    case Tag.map:
      reader.varint();
      return inner(reader.varint() * 2);
    case Tag.set:
      reader.varint();
      return inner(reader.varint());
    case Tag.error:
      reader.varint();
      reader.string();
      return properties();
    case Tag.instance:
      reader.varint();
      reader.varint();
      return properties();
    default:
      // Identities and what stands for itself alone.
      reader.at = from;
      skipValue(reader);
  }
}

/** Another value of the same kind. */
export function another(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 0x3fffffff ? value + 1 : 0.5;
    case 'string':
      return `${value}!`;
    case 'boolean':
      return !value;
    default:
      return undefined;
  }
}

function encoded(value: unknown): Uint8Array {
  const out = new ByteWriter(64);
  if (value === undefined) out.u8(Tag.undefined);
  else if (typeof value === 'boolean') out.u8(value ? Tag.true : Tag.false);
  else if (typeof value === 'string') {
    out.u8(Tag.string);
    out.string(value);
  } else if (Number.isInteger(value)) {
    out.u8(Tag.int);
    out.zigzag(value as number);
  } else {
    out.u8(Tag.double);
    out.f64(value as number);
  }
  return out.bytes.slice(0, out.at);
}

/** The recording with other values at some places. */
export function replaced(
  chunks: readonly Uint8Array[],
  places: readonly Leaf[],
  value: (old: unknown) => unknown,
): readonly Uint8Array[] {
  return chunks.map((bytes, chunk) => {
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const { from, to, value: old } of places
      .filter((place) => place.chunk === chunk)
      .toSorted((a, b) => a.from - b.from)) {
      parts.push(bytes.subarray(at, from), encoded(value(old)));
      at = to;
    }
    return new Uint8Array(Buffer.concat([...parts, bytes.subarray(at)]));
  });
}
