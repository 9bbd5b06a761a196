// Which own code runs in one go: from where it begins to run until no microtask is left is a drain. A completion that
// foreign code reports is handed to own code at the start of one, in the order of arrival, one by one.
import type { Current } from './boundary.ts';
import { NativePromise, whenSettled } from './promises.ts';

export interface Drain {
  /**
   * Own code begins to run: what comes until the microtasks are done comes in the middle of a drain.
   * @returns whether no microtask has run since own code began to run the last time
   */
  occupy(): boolean;
  isDraining(): boolean;
  /** Delivers a completion when its turn comes. */
  arrive(deliverOne: () => void): void;
  /** Delivers what waits, everything once the recording is over. */
  deliver(): void;
}

/** @param defer runs a callback after the current microtasks are done */
export function makeDrain(current: Current, defer: (callback: () => void) => void): Drain {
  const settled = NativePromise.resolve();
  const waiting: (() => void)[] = [];
  let draining = false;
  let again = false;
  /** A microtask stands in the queue since own code began to run. */
  let probing = false;

  const occupy = (): boolean => {
    const adjacent = probing;
    again = draining;
    if (!draining) {
      draining = true;
      current.steps = 0;
      clearLater();
    } else if (!probing) {
      probing = true;
      void whenSettled(settled, probed);
    }
    return adjacent;
  };
  const probed = (): void => void (probing = false);
  const clearLater = (): void => {
    probing = true;
    void whenSettled(settled, () => {
      probing = false;
      defer(clear);
    });
  };
  const clear = (): void => {
    // Own code began to run in a tick before this one: its microtasks are still to come.
    if (again) {
      again = false;
      clearLater();
      return;
    }
    draining = false;
    if (waiting.length > 0) deliver();
  };
  const deliver = (): void => {
    do {
      const next = waiting.shift();
      if (!next) return;
      if (current.live) occupy();
      next();
    } while (!current.live);
  };
  return {
    occupy,
    deliver,
    isDraining: () => draining,
    arrive: (deliverOne) => {
      waiting.push(deliverOne);
      if (waiting.length === 1 && !draining) defer(() => (draining ? undefined : deliver()));
    },
  };
}
