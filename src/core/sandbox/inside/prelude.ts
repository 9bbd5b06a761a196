// What the packages bundled into the isolate expect to find when they are loaded: imported before anything else.
import 'core-js/actual/dom-exception/index.js';
import 'core-js/actual/atob.js';
import 'core-js/actual/btoa.js';
import 'core-js/actual/url/index.js';
import 'core-js/actual/url-search-params/index.js';
import 'core-js/actual/structured-clone.js';

type Part = string | ArrayBuffer | ArrayBufferView | Blob;

/** Bytes with a type; the encoders it uses are there by the time anybody makes one. */
class Blob {
  readonly type: string;
  readonly #bytes: Uint8Array;

  constructor(parts: Iterable<Part> = [], options: { type?: string } = {}) {
    this.type = String(options.type ?? '').toLowerCase();
    const pieces = [...parts].map((part) => {
      if (part instanceof Blob) return part.#bytes;
      if (part instanceof ArrayBuffer) return new Uint8Array(part);
      if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      return new TextEncoder().encode(String(part));
    });
    this.#bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      this.#bytes.set(piece, at);
      at += piece.length;
    }
  }

  get size(): number {
    return this.#bytes.length;
  }

  slice(start?: number, end?: number, type = ''): Blob {
    return new Blob([this.#bytes.slice(start, end)], { type });
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#bytes.slice().buffer as ArrayBuffer);
  }

  text(): Promise<string> {
    return Promise.resolve(new TextDecoder().decode(this.#bytes));
  }
}

Object.defineProperty(globalThis, 'Blob', { value: Blob, writable: true, configurable: true, enumerable: false });
