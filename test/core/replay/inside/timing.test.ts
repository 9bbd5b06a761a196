// A function whose runs are timed is wrapped before anybody knows it; everything else of its class goes on as it was.
import { expect, test } from 'vitest';
import { timeFunction } from '../../../../src/core/replay/inside/timing.ts';

test('a method is timed, and the private names of its class are handed on', () => {
  const given: unknown[][] = [];
  const helpers: Record<string, unknown> = {
    f: (_number: number, make: (self: object) => object) => make({}),
    fc: (...all: unknown[]) => {
      given.push(all);
      return all[0];
    },
  };
  const ran: (readonly [number, number])[] = [];
  let now = 0;
  timeFunction(
    helpers as Parameters<typeof timeFunction>[0],
    2,
    () => (now += 5),
    () => 7,
    (call, time) => ran.push([call, time]),
  );
  class Made {
    twice(value: number): number {
      return value * 2;
    }
  }
  const names = ['#one'];
  (helpers['fc'] as (...all: unknown[]) => unknown)(Made, 1, ['twice', 0, 2], names);
  expect(given).toEqual([[Made, 1, ['twice', 0, 2], names]]);
  expect(new Made().twice(4)).toBe(8);
  expect(ran).toEqual([[7, 5]]);
});
