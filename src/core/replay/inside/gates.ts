// Own promises that follow foreign ones in a replay. Who waits for one is remembered: where the tape lacks a part of what
// it is settled with, the calls that get it are gapped.
import { extraOf, idOf, setExtra } from '../../instrument/runtime/marks.ts';

interface Gate {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Root calls. */
  readonly waiting: Set<number>;
}

export class Gates {
  readonly #open = new Map<number, Gate>();
  readonly #lossy = new Set<number>();
  readonly #lacks: (call: number) => void;

  /** @param lacks told of each root call that gets a value of which the tape lacks a part */
  constructor(lacks: (call: number) => void) {
    this.#lacks = lacks;
  }

  /** @param late how it was settled before anybody waited */
  of(promise: object, call: number, late: (promise: object) => Promise<unknown> | undefined): Promise<unknown> {
    const id = idOf(promise);
    if (this.#lossy.has(id)) this.#lacks(call);
    this.#open.get(id)?.waiting.add(call);
    const known = extraOf(promise);
    if (known instanceof Promise) return known;
    const made =
      late(promise) ??
      new Promise<unknown>((resolve, reject) => this.#open.set(id, { resolve, reject, waiting: new Set([call]) }));
    setExtra(promise, made);
    return made;
  }

  /** False when nobody has asked for it yet. */
  settle(id: number, outcome: number, value: unknown, lossy: boolean): boolean {
    const gate = this.#open.get(id);
    this.#open.delete(id);
    if (lossy) {
      this.#lossy.add(id);
      for (const call of gate?.waiting ?? []) this.#lacks(call);
    }
    if (outcome === 2) gate?.reject(value);
    else gate?.resolve(value);
    return gate !== undefined;
  }
}
