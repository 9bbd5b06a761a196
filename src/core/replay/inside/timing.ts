// Counts the runs of one function and the time spent in them: whatever a unit makes of it is wrapped before it gets its
// identity, so that own code, the tape and the replay all know only the wrapper. Of an async function the time up to its
// first await counts, because what comes later shares the isolate with other calls.
import type { makeHelpers } from '../../instrument/runtime/helpers.ts';

type Helpers = ReturnType<typeof makeHelpers>;
type Make = (self: never) => object;
type Callable = (...args: unknown[]) => unknown;

/**
 * Makes `helpers` time the function of that number.
 * @param calling the call that own code runs in, or is about to
 */
export function timeFunction(
  helpers: Helpers,
  number: number,
  clock: () => number,
  calling: () => number,
  ran: (call: number, milliseconds: number) => void,
): void {
  const wrap = (fn: Callable): Callable => {
    const timed = function (this: unknown, ...args: unknown[]): unknown {
      const call = calling();
      const from = clock();
      try {
        return new.target
          ? Reflect.construct(fn, args, new.target === timed ? fn : new.target)
          : Reflect.apply(fn, this, args);
      } finally {
        ran(call, clock() - from);
      }
    };
    for (const key of ['name', 'length', 'prototype']) {
      const described = Reflect.getOwnPropertyDescriptor(fn, key);
      if (described)
        Reflect.defineProperty(timed, key, key === 'prototype' ? { value: described.value as unknown } : described);
    }
    return timed;
  };
  const own = helpers as unknown as {
    f: (number: number, make: Make) => object;
    fc: (
      made: { prototype: object },
      number: number,
      members: readonly (string | number)[],
      ...more: unknown[]
    ) => object;
  };
  const { f, fc } = own;
  own.f = (made, make) => f(made, made === number ? (self) => wrap(make(self) as Callable) : make);
  own.fc = (made, classNumber, members, ...more) => {
    for (let at = 0; at < members.length; at += 3) {
      if (members[at + 2] !== number) continue;
      const holder = Number(members[at + 1]) === 1 ? made : made.prototype;
      const described = Reflect.getOwnPropertyDescriptor(holder, members[at] as string);
      for (const part of ['value', 'get', 'set'] as const) {
        if (typeof described?.[part] === 'function')
          Reflect.defineProperty(holder, members[at] as string, {
            ...described,
            [part]: wrap(described[part] as Callable),
          });
      }
    }
    return fc(made, classNumber, members, ...more);
  };
}
