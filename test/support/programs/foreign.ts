// What the generated programs meet outside of themselves: answers, promises, callbacks and objects that nobody could
// foretell from the program. Everything that it is given, it writes down as it sees it.
import { EventEmitter } from 'node:events';
import { makeDescribe } from './describe.ts';
import { makeRandom } from './random.ts';
import { makeSchedule } from './schedule.ts';
import type { Mode, Schedule } from './schedule.ts';

type Callback = (...args: unknown[]) => unknown;

export interface World {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly globals: Readonly<Record<string, unknown>>;
  readonly schedule: Schedule;
  /** What was seen, line by line. */
  readonly trace: string[];
  readonly note: (line: string, ...values: readonly unknown[]) => void;
  readonly made: { answers: number };
  readonly emitter: EventEmitter;
  readonly arguments: (spec: string) => unknown;
  /** What became of each promise that foreign code waits for: when it learns of it is a matter of the schedule. */
  readonly end: () => void;
  readonly watch: (name: string, promise: Promise<unknown>) => void;
}

/** Every answer bears a number of its own: these and up. */
export const firstAnswer = 1_000_000;

/**
 * @param entry calls an own function by its number
 * @param original the function for which a copy stands
 * @param planted an answer that is given in the place of the one of that number
 */
export function makeWorld(
  seed: number,
  mode: Mode,
  entry: (index: number, args: unknown[]) => unknown,
  original: (copy: object) => object,
  planted?: { readonly answer: number; readonly value: number },
): World {
  const random = makeRandom(seed);
  const schedule = makeSchedule(mode, random);
  const describe = makeDescribe(original);
  const trace: string[] = [];
  const made = { answers: 0 };
  const note = (line: string, ...values: readonly unknown[]): void => void trace.push(`${line} ${describe(...values)}`);
  const answer = (): number => {
    const number = firstAnswer + made.answers++;
    return number === planted?.answer ? planted.value : number;
  };
  let fuel = 150;
  const call = (name: string, callback: unknown, args: unknown[]): unknown => {
    if (typeof callback !== 'function' || fuel-- < 0) return undefined;
    try {
      const value: unknown = Reflect.apply(callback as Callback, undefined, args);
      note(`${name} returned`, value);
      if (value instanceof Promise) watch(name, value);
      return value;
    } catch (error) {
      note(`${name} threw`, error);
      return undefined;
    }
  };
  const watched: { readonly name: string; line: string; values: unknown[] }[] = [];
  const watch = (name: string, promise: Promise<unknown>): void => {
    const entry: (typeof watched)[number] = { name, line: 'did not settle', values: [] };
    watched.push(entry);
    const told = (line: string) => (value: unknown) => void Object.assign(entry, { line, values: [value] });
    void promise.then(told('resolved'), told('rejected'));
  };

  class Refused extends Error {
    readonly code = answer();
    override name = 'Refused';
  }
  class Thing {
    #size = answer();
    readonly label = `thing ${random(9)}`;
    get size(): number {
      return this.#size;
    }
    set size(value: number) {
      note('thing size', value);
      this.#size = Number(value);
    }
    read(...args: unknown[]): unknown {
      note('thing read', this === undefined, ...args);
      return args.length === 0 ? new Thing() : { n: answer(), given: args[0] };
    }
    async slow(value: unknown): Promise<unknown> {
      await later();
      note('thing slow', value);
      return answer();
    }
    *[Symbol.iterator](): Generator<unknown> {
      for (let i = random(3); i >= 0; i--) yield answer();
    }
  }
  const later = (): Promise<void> => new Promise((resolve) => void schedule.run(resolve));
  class Told extends EventEmitter {
    override emit(event: string | symbol, ...args: unknown[]): boolean {
      note(`emit ${String(event)}`, ...args);
      return super.emit(event, ...args);
    }
  }
  const emitter = new Told();
  emitter.on('error', (error) => note('emitter error', error));
  const values: readonly (() => unknown)[] = [
    answer,
    () => ({ n: answer(), s: `s${random(5)}`, list: [answer(), { deep: random(3) }] }),
    () => [answer(), null, random(2) === 0],
    () => `text ${answer()}`,
    () => new Map([['k', answer()]]),
    () => (random(3) === 0 ? new Thing() : undefined),
    () => -0,
    () => (random(2) === 0 ? new Refused('as a value') : BigInt(answer())),
  ];
  const value = (): unknown => values[random(values.length)]!();
  const thing = new Thing();
  const bag: Record<string, unknown> = { n: 1 };

  const api: Record<string, (this: unknown, ...args: unknown[]) => unknown> = {
    num: () => answer(),
    pair: () => ({ n: answer(), s: `s${random(5)}`, list: [answer(), random(3)] }),
    any: () => value(),
    same: () => bag,
    ask: async () => {
      await later();
      if (random(8) === 0) throw new Refused('ask');
      return value();
    },
    fail: async () => {
      await later();
      throw random(3) === 0 ? answer() : new Refused('fail');
    },
    soon: () => (mode !== 'ordered' ? Promise.resolve(value()) : later().then(value)),
    lazy: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- query builders of databases are like this
      then: Object.assign((resolve: Callback, reject: Callback) => void later().then(value).then(resolve, reject), {}),
      kept: new Thing(),
    }),
    stream: () => ({
      from: new Thing(),
      async *[Symbol.asyncIterator]() {
        for (let i = random(3); i >= 0; i--) {
          await later();
          yield value();
        }
      },
    }),
    thing: () => (random(2) === 0 ? thing : new Thing()),
    tell: () => undefined,
    fill: (target) => {
      if (
        typeof target === 'object' &&
        target !== null &&
        Object.isExtensible(target) &&
        Reflect.getPrototypeOf(target) === Object.prototype
      )
        (target as Record<string, unknown>)['filled'] = answer();
      return random(2) === 0 ? target : undefined;
    },
    later: (callback) => void schedule.run(() => call('later', callback, [value()])),
    often: (callback) => {
      for (let i = random(3); i >= 0; i--) schedule.run(() => call('often', callback, [answer(), i]));
    },
    now: (callback, ...args) => call('now', callback, args),
    each: (list, callback) =>
      Array.isArray(list) ? list.slice(0, 4).map((item, at) => call('each', callback, [item, at])) : [],
    hold: (promise) => {
      if (promise instanceof Promise) watch('hold', promise);
    },
    work: async (callback) => {
      await later();
      const result = await (call('work', callback, [answer()]) as Promise<unknown> | undefined)?.then(
        () => 'good',
        () => 'bad',
      );
      return [result, answer()];
    },
    reenter: (index, argument) => {
      if (fuel-- < 0) return 'no more';
      const result = entry(Number(index) || 0, [argument]);
      note('reenter returned', result);
      if (result instanceof Promise) watch('reenter', result);
      return result;
    },
  };
  // What foreign code looks at besides: the receiver, how many arguments there were, how it was called.
  const exported = Object.fromEntries(
    Object.entries(api).map(([name, run]) => [
      name,
      {
        [name](this: unknown, ...args: unknown[]) {
          note(`${name} ${args.length}`, this, ...args);
          return Reflect.apply(run, this, args);
        },
      }[name],
    ]),
  );
  const scheduled =
    (name: string) =>
    (callback: unknown, delay?: unknown, ...args: unknown[]) => {
      note(name, callback, ...args);
      const stop = schedule.run(
        () => call(name, callback, args),
        name === 'setTimeout' ? Math.min(Number(delay) || 0, 3) : undefined,
      );
      return new (class Handle {
        stop = stop;
      })();
    };
  const given: Record<string, () => unknown> = {
    number: () => random(9),
    value,
    text: () => `given ${random(9)}`,
    data: () => ({ n: answer(), list: [answer()], inner: { again: bag } }),
    bag: () => bag,
    thing: () => thing,
    promise: () => later().then(value),
    callback: () =>
      function given(this: unknown, ...args: unknown[]) {
        note(`given ${args.length}`, this, ...args);
        return value();
      },
  };
  return {
    exports: { ...exported, emitter },
    globals: {
      setTimeout: scheduled('setTimeout'),
      setImmediate: scheduled('setImmediate'),
      clearTimeout: (handle: { readonly stop?: () => void } | undefined) => handle?.stop?.(),
    },
    schedule,
    trace,
    note,
    made,
    emitter,
    watch,
    end: () => {
      for (const { name, line, values: settled } of watched) note(`${name} ${line}`, ...settled);
    },
    arguments: (spec) => given[spec]?.(),
  };
}
