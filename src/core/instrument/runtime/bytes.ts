// Growing byte buffers for events: varints, doubles, strings. Strings are WTF-8, so that lone surrogates survive.

/** Chunk head: u32 events, f64 first and last microsecond, u32 flags. */
export const headSize = 24;

export class ByteWriter {
  bytes: Uint8Array;
  at: number;
  #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.at = 0;
  }

  #room(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    bigger.set(this.bytes);
    this.bytes = bigger;
    this.#view = new DataView(bigger.buffer);
  }

  /** Whether it holds just these bytes: those of another from `start` to `end`. */
  is(other: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.at) return false;
    for (let i = 0; i < this.at; i++) if (other[start + i] !== this.bytes[i]) return false;
    return true;
  }

  u8(value: number): void {
    this.#room(1);
    this.bytes[this.at++] = value;
  }

  /** Unsigned, up to 2^53. */
  varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  /** Signed, 32 bits. */
  zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  setF64(at: number, value: number): void {
    this.#view.setFloat64(at, value, true);
  }

  raw(source: Uint8Array): void {
    this.#room(source.length);
    this.bytes.set(source, this.at);
    this.at += source.length;
  }

  string(value: string): void {
    const length = value.length;
    this.#room(length * 3 + 5);
    // The byte length comes first; ASCII is the common case and needs no second look.
    const start = this.at;
    this.varint(length);
    const body = this.at;
    const bytes = this.bytes;
    let at = body;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) bytes[at++] = unit;
      else {
        at = this.#wide(value, i, at);
        break;
      }
    }
    const size = at - body;
    if (size === length) {
      this.at = at;
      return;
    }
    // Not ASCII: write again behind a length that is right.
    const copy = bytes.slice(body, at);
    this.at = start;
    this.varint(size);
    this.raw(copy);
  }

  #wide(value: string, from: number, start: number): number {
    const bytes = this.bytes;
    let at = start;
    for (let i = from; i < value.length; i++) {
      let point = value.charCodeAt(i);
      if (point >= 0xd800 && point < 0xdc00 && i + 1 < value.length) {
        const low = value.charCodeAt(i + 1);
        if (low >= 0xdc00 && low < 0xe000) {
          point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
          i++;
        }
      }
      if (point < 0x80) bytes[at++] = point;
      else if (point < 0x800) {
        bytes[at++] = 0xc0 | (point >> 6);
        bytes[at++] = 0x80 | (point & 63);
      } else if (point < 0x10000) {
        bytes[at++] = 0xe0 | (point >> 12);
        bytes[at++] = 0x80 | ((point >> 6) & 63);
        bytes[at++] = 0x80 | (point & 63);
      } else {
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 63);
        bytes[at++] = 0x80 | ((point >> 6) & 63);
        bytes[at++] = 0x80 | (point & 63);
      }
    }
    return at;
  }
}

export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  u8(): number {
    if (this.at >= this.bytes.length) throw new RangeError('the chunk ends inside an event');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  f64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  raw(size: number): Uint8Array {
    if (this.at + size > this.bytes.length) throw new RangeError('the chunk ends inside a value');
    const part = this.bytes.slice(this.at, this.at + size);
    this.at += size;
    return part;
  }

  string(): string {
    const size = this.varint();
    const end = this.at + size;
    if (end > this.bytes.length) throw new RangeError('the chunk ends inside a string');
    const bytes = this.bytes;
    let out = '';
    let part: number[] = [];
    while (this.at < end) {
      const a = bytes[this.at++] as number;
      if (a < 0x80) part.push(a);
      else if (a < 0xe0) part.push(((a & 31) << 6) | ((bytes[this.at++] as number) & 63));
      else if (a < 0xf0) {
        const b = bytes[this.at++] as number;
        part.push(((a & 15) << 12) | ((b & 63) << 6) | ((bytes[this.at++] as number) & 63));
      } else {
        const b = bytes[this.at++] as number;
        const c = bytes[this.at++] as number;
        const point =
          (((a & 7) << 18) | ((b & 63) << 12) | ((c & 63) << 6) | ((bytes[this.at++] as number) & 63)) - 0x10000;
        part.push(0xd800 + (point >> 10), 0xdc00 + (point & 0x3ff));
      }
      if (part.length > 4000) {
        out += String.fromCharCode(...part);
        part = [];
      }
    }
    return out + String.fromCharCode(...part);
  }
}

/** Whether these bytes are all that a writer has. */
export function wrote(writer: ByteWriter, bytes: Uint8Array): boolean {
  if (bytes.length !== writer.at) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== writer.bytes[i]) return false;
  return true;
}
