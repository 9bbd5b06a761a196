// When foreign code goes on. Wild: by real timers of 0 to 3 ms, immediates, ticks and microtasks, so that no two runs are
// the same. Shuffled: as wild, but without timers, so that a seed gives the same run again. Ordered: one thing per turn of the event loop in an order that a seed gives, so that a recording, which may
// only choose among legal schedules, has no choice.
import type { Random } from './random.ts';

export type Mode = 'wild' | 'shuffled' | 'ordered';

export interface Schedule {
  /** Runs it some time; `soonest` is a delay in steps, as far as the schedule knows any. */
  readonly run: (task: () => void, soonest?: number) => () => void;
  /** Nothing is to come. */
  readonly isIdle: () => boolean;
  readonly turn: () => Promise<void>;
}

const { setImmediate, setTimeout, queueMicrotask } = globalThis;
const nextTick = process.nextTick.bind(process);

export function makeSchedule(mode: Mode, random: Random): Schedule {
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(() => resolve()));
  if (mode !== 'ordered') {
    let pending = 0;
    let batch: (() => void)[] = [];
    /** Together with others, without a drain between them. */
    const together = (task: () => void): void => {
      if (batch.push(task) > 1) return;
      setImmediate(() => {
        const tasks = batch;
        batch = [];
        for (const each of tasks) each();
      });
    };
    /** After so many turns of the event loop. */
    const after = (turns: number, task: () => void): void =>
      void setImmediate(() => (turns > 0 ? after(turns - 1, task) : task()));
    return {
      isIdle: () => pending === 0,
      turn,
      run: (task, soonest) => {
        let open = true;
        const end = (): boolean => {
          if (!open) return false;
          open = false;
          pending -= 1;
          return true;
        };
        const go = (): void => {
          if (end()) task();
        };
        pending += 1;
        const how = soonest === undefined ? random(8) : 7;
        if (how === 0) queueMicrotask(go);
        else if (how === 1) nextTick(go);
        else if (how === 2) together(go);
        else if (how < 5) setImmediate(go);
        else if (mode === 'wild') setTimeout(go, soonest ?? random(4));
        else after(soonest ?? random(4), go);
        return () => void end();
      },
    };
  }
  const queue: { readonly due: number; readonly order: number; readonly task: () => void }[] = [];
  let clock = 0;
  let order = 0;
  let going = false;
  const next = (): void => {
    const first = queue.toSorted((a, b) => a.due - b.due || a.order - b.order)[0];
    going = first !== undefined;
    if (!first) return;
    queue.splice(queue.indexOf(first), 1);
    clock = first.due;
    // The next one comes in a turn of its own, whatever this one does.
    setImmediate(next);
    first.task();
  };
  return {
    isIdle: () => !going,
    turn,
    run: (task, soonest) => {
      const entry = { due: clock + 1 + (soonest ?? random(4)), order: order++, task };
      queue.push(entry);
      if (!going) {
        going = true;
        setImmediate(next);
      }
      return () => {
        const at = queue.indexOf(entry);
        if (at >= 0) queue.splice(at, 1);
      };
    },
  };
}
