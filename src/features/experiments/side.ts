// One side of a comparison over all rounds: what happened, told by the first and confirmed by the others; and times.
import { ms } from '../../core/common/units.ts';
import type { ExecutedCall } from './runner.ts';
import { median } from './statistics.ts';
import type { StoppedCall, Variant, VariantSide } from './types.ts';

export class Side {
  readonly variant: Variant | undefined;
  readonly rounds: (readonly ExecutedCall[])[] = [];
  #calls: Map<number, ExecutedCall> | undefined;

  constructor(variant: Variant | undefined) {
    this.variant = variant;
  }

  get name(): string {
    return this.variant?.name ?? 'current';
  }

  /** Calls by number. One that another round tells otherwise has no result. */
  calls(): ReadonlyMap<number, ExecutedCall> {
    if (this.#calls) return this.#calls;
    const calls = new Map((this.rounds[0] ?? []).map((call) => [Number(call.call), call]));
    for (const round of this.rounds.slice(1)) {
      const again = new Map(round.map((call) => [Number(call.call), call]));
      for (const [number, call] of calls) {
        const other = again.get(number);
        if (call.stop || (other && outcome(other) === outcome(call))) continue;
        const stop = { kind: 'unfinished', place: '', ask: 'it ends otherwise in another round' } as const;
        calls.set(number, { ...call, failed: false, stop });
      }
    }
    return (this.#calls = calls);
  }

  /** Time spent in the function during each call in which it ran. */
  times(round: number): ReadonlyMap<number, number> {
    return new Map(
      (this.rounds[round] ?? []).filter((call) => call.runs > 0).map((call) => [Number(call.call), call.ms]),
    );
  }

  stopped(): StoppedCall[] {
    return [...this.calls().values()].flatMap(({ call, name, stop }) =>
      stop ? [{ call, name, variant: this.name, ...stop }] : [],
    );
  }

  report(): VariantSide {
    const calls = [...this.calls().values()];
    const count = (holds: (call: ExecutedCall) => boolean): number => calls.filter(holds).length;
    const times = this.rounds.flatMap((_, round) => [...this.times(round).values()]);
    return {
      name: this.name,
      calls: calls.length,
      failed: count((call) => call.failed),
      unanswered: count((call) => call.stop?.kind === 'unanswered'),
      unfinished: count((call) => call.stop?.kind === 'unfinished'),
      borrowed: count((call) => !call.stop && (call.borrowed ?? 0) > 0),
      adapted: count((call) => !call.stop && (call.adapted ?? 0) > 0),
      runs: calls.reduce((sum, call) => sum + call.runs, 0),
      medianMs: ms(times.length > 0 ? median(times) : 0),
    };
  }
}

const outcome = ({ failed, result, digest, stop }: ExecutedCall): string =>
  JSON.stringify([failed, result, digest, stop?.kind]);
