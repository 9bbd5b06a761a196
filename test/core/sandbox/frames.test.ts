import { expect, test } from 'vitest';
import { parseFrames } from '../../../src/core/sandbox/frames.ts';

test('own frames only', () => {
  const stack = `TypeError: boom (at nowhere:1:1)
    at bad (cell 3:2:5)
    at async cell 12:7:1
    at new Cart (/app/src/cart.ts:41:9)
    at Object.eval (file:///app/lib/a.js:1:2)
    at finish (devsandbox:inside:10:2)
    at (<isolated-vm boundary>)
    at node:internal/process/task_queues:91:21`;
  expect(parseFrames(stack)).toEqual([
    { file: 'cell 3', line: 2, column: 5, name: 'bad' },
    { file: 'cell 12', line: 7, column: 1 },
    { file: '/app/src/cart.ts', line: 41, column: 9, name: 'new Cart' },
    { file: '/app/lib/a.js', line: 1, column: 2 },
  ]);
});
