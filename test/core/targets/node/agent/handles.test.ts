import { expect, it } from 'vitest';
import { makeHandles } from '../../../../../src/core/targets/node/agent/handles.ts';

it('gives one number for one object, counts its uses, and is bounded', () => {
  const handles = makeHandles(3);
  const [a, b, c, d] = [{}, {}, {}, {}];
  const first = handles.add(a);
  expect(handles.add(a)).toBe(first);
  handles.release([first]);
  expect(handles.get(first)).toBe(a);
  handles.release([first]);
  expect(handles.get(first)).toBeUndefined();
  const numbers = [a, b, c].map((each) => handles.add(each));
  handles.add(a); // used last, so `b` is the one to go
  handles.add(d);
  expect(numbers.map((each) => handles.get(each))).toEqual([a, undefined, c]);
  expect(handles.size).toBe(3);
});
