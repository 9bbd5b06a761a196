// Turns of our own. The inspector's requests reach us in the middle of whatever the app is doing, within the bookkeeping
// of `process.nextTick` too, where an addition to the queue makes Node forget the whole queue for good. So whatever uses
// sockets, timers or ticks, changes the app's state, or runs its code waits for the next turn of the event loop:
// `setImmediate` is safe to call anywhere. A process in an endless loop has no next turn: the front says when not to wait.

export interface Turns {
  /** Runs it in a turn of its own, or when {@link hurry} says so. */
  take<T>(id: number, run: () => T | PromiseLike<T>): Promise<T>;
  /**
   * Runs what still waits under this number, here and now. True when that is done: then {@link outcome} has the result,
   * which in an endless loop no promise would ever deliver. Null when the app is in the middle of Node's own code: ask
   * again, a loop of the app's comes out of it.
   */
  hurry(id: number): boolean | null;
  /** Gives, or throws, what came of a turn that was hurried; once. */
  outcome(id: number): unknown;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Whether the function that was interrupted is one of Node's: called by `hurry`, which a request of the inspector calls. */
function isInsideNode(): boolean {
  const kept = ['prepareStackTrace', 'stackTraceLimit'].map(
    (key) => [key, Reflect.getOwnPropertyDescriptor(Error, key)] as const,
  );
  try {
    Error.stackTraceLimit = 4;
    Error.prepareStackTrace = (_, frames) => frames;
    const frames = new Error().stack as unknown as readonly NodeJS.CallSite[];
    // Behind this function and `hurry` comes the request's own, which is in no file.
    const interrupted = frames[2]?.getFileName() ? frames[2] : frames[3];
    return interrupted?.getFileName()?.startsWith('node:') === true;
  } catch {
    return true;
  } finally {
    for (const [key, before] of kept) {
      if (before) Reflect.defineProperty(Error, key, before);
      else Reflect.deleteProperty(Error, key);
    }
  }
}

const isThenable = (value: unknown): boolean =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

export function makeTurns(): Turns {
  const later = setImmediate;
  const waiting = new Map<number, () => Outcome>();
  const hurried = new Map<number, Outcome>();
  return {
    take: (id, run) =>
      new Promise((resolve, reject) => {
        waiting.set(id, () => {
          waiting.delete(id);
          try {
            const value = run();
            resolve(value);
            return { value };
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return { error };
          }
        });
        later(() => waiting.get(id)?.());
      }),
    hurry(id) {
      if (waiting.has(id) && isInsideNode()) return null;
      const outcome = waiting.get(id)?.();
      if (!outcome || ('value' in outcome && isThenable(outcome.value))) return false;
      hurried.set(id, outcome);
      return true;
    },
    outcome(id) {
      const outcome = hurried.get(id);
      hurried.delete(id);
      if (outcome && 'error' in outcome) throw outcome.error;
      return outcome?.value;
    },
  };
}
