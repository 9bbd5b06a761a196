// What the checked replay of a tape learns of each event and a counterfactual needs: the tape itself does not say which
// call an ask belongs to when several wait, nor which number the next object had.

/** Two numbers for each event. */
export class Trace {
  #values: Float64Array<ArrayBuffer>;

  constructor(values: Float64Array<ArrayBuffer> = new Float64Array(2 * 4_096)) {
    this.#values = values;
  }

  /** @param owner root call of an ask or an end; for an entry 1 when the function entered was known by its number */
  note(seq: number, owner: number, number: number): void {
    if (2 * seq + 1 >= this.#values.length) {
      const more = new Float64Array(Math.max(this.#values.length * 2, 2 * seq + 2));
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[2 * seq] = owner;
    this.#values[2 * seq + 1] = number;
  }

  owner(seq: number): number {
    return this.#values[2 * seq] ?? 0;
  }

  /** Number that the next object to cross the boundary had just before the event; 0: not known. */
  number(seq: number): number {
    return this.#values[2 * seq + 1] ?? 0;
  }

  get values(): Float64Array<ArrayBuffer> {
    return this.#values;
  }
}
