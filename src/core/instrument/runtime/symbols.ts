// Symbols on a tape: registered ones by key, those of the language by name, the others by number and description.
import type { ByteWriter } from './bytes.ts';

export class SymbolNumbers {
  readonly #numbers = new Map<symbol, number>();

  /** @param next gives the number of one that was never met */
  write(out: ByteWriter, value: symbol, next: () => number): void {
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
    let id = this.#numbers.get(value);
    if (id === undefined) this.#numbers.set(value, (id = next()));
    out.u8(0);
    out.varint(id);
    out.string(description);
  }

  take(other: SymbolNumbers): void {
    for (const [value, id] of other.#numbers) this.#numbers.set(value, id);
  }

  know(value: symbol, id: number): void {
    this.#numbers.set(value, id);
  }
}
