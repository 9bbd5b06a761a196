// TextEncoder and TextDecoder, which a bare isolate lacks; UTF-8, UTF-16LE and Latin-1.
import { Buffer } from './buffer.ts';

export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text = ''): Uint8Array {
    const made = Buffer.from(String(text).toWellFormed(), 'utf8');
    return new Uint8Array(made.buffer, made.byteOffset, made.length).slice();
  }

  encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text.toWellFormed()) {
      const part = this.encode(character);
      if (written + part.length > into.length) break;
      into.set(part, written);
      written += part.length;
      read += character.length;
    }
    return { read, written };
  }
}

const labels: Record<string, string> = {
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  'utf-16le': 'utf-16le',
  'utf-16': 'utf-16le',
  ucs2: 'utf-16le',
  latin1: 'windows-1252',
  ascii: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  'windows-1252': 'windows-1252',
};

const bytesOf = (input: ArrayBuffer | ArrayBufferView): Uint8Array =>
  input instanceof Uint8Array
    ? input
    : ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);

export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const encoding = labels[String(label).trim().toLowerCase()];
    if (!encoding) throw new RangeError(`The "${label}" encoding is not supported`);
    this.encoding = encoding;
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(input: ArrayBuffer | ArrayBufferView = new Uint8Array(0), options: { stream?: boolean } = {}): string {
    const given = bytesOf(input);
    const all = new Uint8Array(this.#rest.length + given.length);
    all.set(this.#rest);
    all.set(given, this.#rest.length);
    const keep = options.stream === true ? incomplete(all, this.encoding) : 0;
    this.#rest = all.slice(all.length - keep);
    const text = Buffer.from(all.subarray(0, all.length - keep)).toString(
      this.encoding === 'utf-8' ? 'utf8' : this.encoding === 'utf-16le' ? 'utf16le' : 'latin1',
    );
    if (this.fatal && this.encoding === 'utf-8' && text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(all)) {
      throw new TypeError('The encoded data was not valid for encoding utf-8');
    }
    return !this.ignoreBOM && text.startsWith('\uFEFF') ? text.slice(1) : text;
  }
}

/** Bytes at the end that begin a character which has not come completely. */
function incomplete(data: Uint8Array, encoding: string): number {
  if (encoding === 'utf-16le') return data.length % 2;
  if (encoding !== 'utf-8') return 0;
  for (let back = 1; back <= Math.min(3, data.length); back += 1) {
    const byte = data[data.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? back : 0;
  }
  return 0;
}
