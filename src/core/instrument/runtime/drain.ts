// Which own code runs in one go: from where it begins to run until no microtask is left is a drain. A completion that
// foreign code reports is handed to own code at the start of one, in the order of arrival, one by one.
import type { Current } from './boundary.ts';
import { NativePromise, whenSettled } from './promises.ts';

export interface Drain {
  /** Own code begins to run: what comes until the microtasks are done comes in the middle of a drain. */
  occupy(): void;
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

  const occupy = (): void => {
    again = draining;
    if (draining) return;
    draining = true;
    current.steps = 0;
    clearLater();
  };
  const clearLater = (): void => void whenSettled(settled, () => defer(clear));
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
