import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { makeTurns } from '../../../../../src/core/targets/node/agent/turns.ts';

describe('turns', () => {
  it('run later, in order, and give what came of them', async () => {
    const turns = makeTurns();
    const seen: number[] = [];
    const first = turns.take(1, () => seen.push(1));
    const second = turns.take(2, () => {
      throw new RangeError('no');
    });
    expect(seen).toEqual([]);
    expect(await first).toBe(1);
    await expect(second).rejects.toThrow('no');
    expect(turns.hurry(1)).toBe(false);
  });

  it('run at once when they are hurried, once, and keep their result for whoever cannot wait', async () => {
    const turns = makeTurns();
    let runs = 0;
    const taken = turns.take(1, () => ++runs);
    expect(turns.hurry(1)).toBe(true);
    expect(turns.outcome(1)).toBe(1);
    expect(turns.outcome(1)).toBeUndefined();
    expect(await taken).toBe(1);
    const failing = turns.take(2, () => {
      throw new RangeError('no');
    });
    failing.catch(() => undefined);
    expect(turns.hurry(2)).toBe(true);
    expect(() => turns.outcome(2)).toThrow('no');
    await new Promise((resolve) => setImmediate(resolve));
    expect(runs).toBe(1);
  });

  it('are not run where Node itself was interrupted, and Error is as it was', () => {
    const turns = makeTurns();
    let runs = 0;
    turns.take(1, () => ++runs).catch(() => undefined);
    const before = Object.getOwnPropertyDescriptors(Error);
    const insideNode = new EventEmitter();
    // Node calls it: no function of the app is between.
    insideNode.on('now', turns.hurry.bind(turns, 1) as () => void);
    insideNode.emit('now');
    expect(runs).toBe(0);
    expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before);
    expect(turns.hurry(1)).toBe(true);
    expect(runs).toBe(1);
  });

  it('leave a result that is still to come to the promise', async () => {
    const turns = makeTurns();
    const taken = turns.take(1, () => Promise.resolve('later'));
    expect(turns.hurry(1)).toBe(false);
    expect(await taken).toBe('later');
  });
});
