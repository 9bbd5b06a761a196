// A rejection that nobody handles leaves the isolate as an error of its step. The host writes it out, and what computes
// the name or the message of such an error is own code: no entry of the program, and nothing that it did wrong.
import type { RawDivergence } from './accounts.ts';

export const unrecordedEntry = (seq: number): RawDivergence => ({
  what: 'entry',
  seq,
  site: 0,
  expected: 'no entry',
  actual: 'own code was entered by something that was not recorded',
});

export class Looks {
  #open: RawDivergence | undefined;

  /** An entry that nobody recorded into an accessor of an error: whether it was a look, the end of the step shows. */
  suspect(self: unknown, args: ArrayLike<unknown>, seq: number): boolean {
    if (!(self instanceof Error) || args.length > 0) return false;
    this.#open ??= unrecordedEntry(seq);
    return true;
  }

  /**
   * @param rejected the step ended with a rejection that nobody handled
   * @param diverged told of what is wrong after all
   */
  judge(rejected: boolean, diverged: (found: RawDivergence) => void): void {
    if (this.#open && !rejected) diverged(this.#open);
    this.#open = undefined;
  }
}
