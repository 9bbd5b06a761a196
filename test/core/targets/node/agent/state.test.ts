// Writes of live state: what is written is what was asked for, or nothing.
import { types } from 'node:util';
import { expect, test } from 'vitest';
import { makeRedaction } from '../../../../../src/core/instrument/runtime/redaction.ts';
import type { Capture } from '../../../../../src/core/targets/node/agent/capture.ts';
import { makeDescriber } from '../../../../../src/core/targets/node/agent/describe.ts';
import { makeHandles } from '../../../../../src/core/targets/node/agent/handles.ts';
import { makeMembers } from '../../../../../src/core/targets/node/agent/members.ts';
import { makeStopwatch } from '../../../../../src/core/targets/node/agent/stopwatch.ts';
import { makeState } from '../../../../../src/core/targets/node/agent/state.ts';

test('a held object that was pushed out of the table is not written as undefined', () => {
  const handles = makeHandles(2);
  const describer = makeDescriber(types, handles, makeRedaction());
  const members = makeMembers(types, describer);
  const capture = {} as Capture;
  const state = makeState({
    types,
    handles,
    describer,
    members,
    capture,
    paused: (run) => run(),
    stopwatch: makeStopwatch(),
  });
  const held = handles.add({ old: true });
  const app = { limits: { max: 1 } as object };
  const owner = handles.add(app);
  expect(state.write(owner, 'limits', 'held', null, held)).toMatchObject({ after: { kind: 'object' } });
  expect(app.limits).toEqual({ old: true });
  // The write itself has pushed it out.
  expect(handles.get(held)).toBeUndefined();
  app.limits = { max: 1 };
  expect(state.write(handles.add(app), 'limits', 'held', null, held)).toEqual({ problem: 'released' });
  expect(app.limits).toEqual({ max: 1 });
});
