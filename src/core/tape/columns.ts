// Growing columns of numbers, and their form in a file: a million rows cost a few typed arrays, no objects.

const kinds = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
export type ColumnKind = keyof typeof kinds;
type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

export class Columns<Name extends string> {
  readonly shape: Readonly<Record<Name, ColumnKind>>;
  #arrays: Record<Name, Numbers>;
  #rows = 0;

  constructor(shape: Readonly<Record<Name, ColumnKind>>) {
    this.shape = shape;
    this.#arrays = Object.fromEntries(this.#names().map((name) => [name, new kinds[shape[name]](64)])) as Record<
      Name,
      Numbers
    >;
  }

  #names(): Name[] {
    return Object.keys(this.shape) as Name[];
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds a row of zeros; gives its number. */
  add(): number {
    const row = this.#rows++;
    for (const name of this.#names()) {
      const array = this.#arrays[name];
      if (row < array.length) continue;
      const larger = new kinds[this.shape[name]](array.length * 2);
      larger.set(array);
      this.#arrays[name] = larger;
    }
    return row;
  }

  get(name: Name, row: number): number {
    return this.#arrays[name][row] as number;
  }

  set(name: Name, row: number, value: number): void {
    this.#arrays[name][row] = value;
  }

  /** Row of the last value that is not above `value` in an ascending column, or -1. */
  lastNotAbove(name: Name, value: number): number {
    const array = this.#arrays[name];
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((array[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The columns one after another, in the order of the shape; rows of each padded to a multiple of 8 bytes. */
  toBytes(): Buffer {
    return Buffer.concat(
      this.#names().map((name) => {
        const array = this.#arrays[name];
        const used = Buffer.from(array.buffer, 0, this.#rows * array.BYTES_PER_ELEMENT);
        return Buffer.concat([used, Buffer.alloc(-used.length & 7)]);
      }),
    );
  }

  /** Takes over `rows` rows written by {@link toBytes}; gives the bytes read. */
  load(bytes: Uint8Array, rows: number): number {
    let offset = 0;
    for (const name of this.#names()) {
      const size = rows * kinds[this.shape[name]].BYTES_PER_ELEMENT;
      if (!Number.isSafeInteger(rows) || rows < 0 || offset + size > bytes.length)
        throw new Error('columns shorter than announced');
      // Copied: a view of wider numbers must begin at a multiple of their size.
      const copy = new Uint8Array(rows === 0 ? 512 : size);
      copy.set(bytes.subarray(offset, offset + size));
      this.#arrays[name] = new kinds[this.shape[name]](copy.buffer);
      offset += size + (-size & 7);
    }
    this.#rows = rows;
    return offset;
  }
}

/** Texts by number, each once. */
export class Texts {
  readonly list: string[];
  readonly #numbers = new Map<string, number>();

  constructor(list: readonly string[] = []) {
    this.list = [...list];
    this.list.forEach((text, i) => this.#numbers.set(text, i));
  }

  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.list.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}
