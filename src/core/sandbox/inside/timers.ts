// Timers: the clock is the host's, the callbacks stay here. A timer belongs to the cell that started it.
import { ask, currentCell, enterFor } from './host.ts';

interface Entry {
  readonly cell: number;
  readonly callback: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
  readonly delay: number;
  readonly repeat: boolean;
  readonly handle: Timeout;
}

const entries = new Map<number, Entry>();
let last = 0;

class Timeout {
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    const entry = entries.get(this.#id);
    if (entry) ask('timer.set', { id: this.#id, delay: entry.delay });
    return this;
  }

  close(): this {
    cancel(this.#id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    cancel(this.#id);
  }
}

function start(callback: unknown, delay: unknown, args: readonly unknown[], repeat: boolean): Timeout {
  if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
  const id = (last += 1);
  const time = Number(delay);
  const entry = {
    cell: currentCell(),
    callback: callback as Entry['callback'],
    args,
    repeat,
    delay: time >= 1 && time <= 2 ** 31 - 1 ? Math.trunc(time) : 1,
    handle: new Timeout(id),
  };
  entries.set(id, entry);
  ask('timer.set', { id, delay: entry.delay });
  return entry.handle;
}

function cancel(timer: unknown): void {
  const id = Number(timer);
  if (entries.delete(id)) ask('timer.clear', { id });
}

/** The host's clock says that a timer is due. */
export function fire(id: number): void {
  const entry = entries.get(id);
  if (!entry) return;
  enterFor(entry.cell);
  if (!entry.repeat) entries.delete(id);
  try {
    entry.callback.apply(entry.handle, [...entry.args]);
  } finally {
    if (entry.repeat && entries.has(id)) ask('timer.set', { id, delay: entry.delay });
  }
}

export function forgetTimers(cell: number): void {
  for (const [id, entry] of entries) if (entry.cell === cell) cancel(id);
}

export const ownerOfTimer = (id: number): number => entries.get(id)?.cell ?? 0;

export const setTimeout = (callback: unknown, delay?: unknown, ...args: unknown[]): Timeout =>
  start(callback, delay, args, false);
export const setInterval = (callback: unknown, delay?: unknown, ...args: unknown[]): Timeout =>
  start(callback, delay, args, true);
export const setImmediate = (callback: unknown, ...args: unknown[]): Timeout => start(callback, 0, args, false);
export const clearTimeout = cancel;

const sleep = <T>(delay: number, value?: T): Promise<T | undefined> =>
  new Promise((resolve) => setTimeout(resolve, delay, value));
export const promises = {
  setTimeout: sleep,
  setImmediate: <T>(value?: T): Promise<T | undefined> => sleep(0, value),
  scheduler: {
    wait: (delay: number): Promise<void> => sleep(delay) as Promise<void>,
    yield: (): Promise<void> => sleep(0) as Promise<void>,
  },
};
