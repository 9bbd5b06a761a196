// Work inside the target beside the app's: a few milliseconds at a time, each in a turn of the event loop of its own, so
// that neither the app nor a request of the inspector is in the middle of something.
export interface Slices {
  /** Repeats a step until it gives false. */
  run(step: () => boolean): Promise<void>;
  /** Does something in one turn. */
  turn<T>(action: () => T): Promise<T>;
  /** What has not begun fails from now on. */
  end(): void;
}

const slice = 4;

/** `paused` counts the time of each turn. */
export function makeSlices(paused: <T>(run: () => T) => T): Slices {
  const later = setImmediate;
  const clock = performance.now.bind(performance);
  let ended = false;
  const turn = <T>(action: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      later(() => {
        try {
          if (ended) throw new Error('devsandbox left');
          resolve(paused(action));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  return {
    turn,
    async run(step) {
      // A step that takes as long as the one before must fit in.
      const some = (): boolean => {
        const until = clock() + slice;
        for (let before = clock(); ;) {
          if (!step()) return false;
          const now = clock();
          if (now + (now - before) > until) return true;
          before = now;
        }
      };
      while (await turn(some));
    },
    end() {
      ended = true;
    },
  };
}
