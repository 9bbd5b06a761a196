import { describe, expect, test } from 'vitest';
import { describeAccess, isOpen } from '../../../src/core/session/access.ts';
import { apply } from '../../../src/core/session/apply.ts';
import { emptyState, type Operation, type SessionState } from '../../../src/core/session/state.ts';

const fresh = emptyState('s', 'ann');
const after = (state: SessionState, ...operations: Operation[]): SessionState =>
  operations.reduce((each, operation) => apply(each, operation).state, state);
const target = { name: 'shop', pid: 7, runtime: '24.0.0', selector: ':80' };

describe('access', () => {
  test('is closed until allowed, and closes by the clock alone', () => {
    expect(isOpen(fresh, 'edit', 0)).toBe(false);
    const open = after(fresh, { type: 'access.allow', kinds: ['edit'], forMs: 1000, at: 5000 });
    expect(isOpen(open, 'edit', 5999)).toBe(true);
    expect(isOpen(open, 'edit', 6000)).toBe(false);
    expect(isOpen(open, 'code', 5500)).toBe(false);
  });

  test('expiry takes away what is over and nothing else', () => {
    const open = after(
      fresh,
      { type: 'access.allow', kinds: ['edit'], forMs: 1000, at: 0 },
      { type: 'access.allow', kinds: ['code'], at: 0 },
    );
    const later = apply(open, { type: 'access.expire', at: 1000 });
    expect(Object.keys(later.state.access)).toEqual(['code']);
    expect(later.effects).toEqual([{ type: 'audit', what: 'expire', details: { access: ['edit'] } }]);
    expect(apply(later.state, { type: 'access.expire', at: 2000 }).effects).toEqual([]);
  });

  test('asks to be woken when a grant ends', () => {
    expect(apply(fresh, { type: 'access.allow', kinds: ['edit'], forMs: 250, at: 100 }).effects).toContainEqual({
      type: 'wake',
      at: 350,
    });
    expect(
      apply(fresh, { type: 'access.allow', kinds: ['edit'], at: 100 }).effects.map((effect) => effect.type),
    ).toEqual(['audit']);
  });

  test('ends with the target: the next one is read-only again', () => {
    const open = after(
      fresh,
      { type: 'target.attached', target, at: 0 },
      { type: 'access.allow', kinds: ['edit', 'send', 'code', 'supervise'], at: 0 },
    );
    expect(describeAccess(open, 1)).toBe('write');
    const left = after(open, { type: 'target.detached', reason: 'detached', at: 2 });
    expect(describeAccess(left, 3)).toBe('read-only');
    expect(left.target).toBeUndefined();
  });

  test('is described with the time that is left', () => {
    const open = after(
      fresh,
      { type: 'access.allow', kinds: ['edit'], forMs: 600_000, at: 0 },
      { type: 'access.allow', kinds: ['code'], at: 0 },
    );
    expect(describeAccess(open, 61_000)).toBe('edit 9m, code');
  });

  test('a refusal is on the trail', () => {
    expect(
      apply(fresh, { type: 'access.used', kind: 'edit', operation: 'edit x', allowed: false, at: 0 }).effects,
    ).toEqual([{ type: 'audit', what: 'refuse', details: { access: 'edit', operation: 'edit x' } }]);
  });
});

test('grants add up, are taken back one by one, and reach the sandbox', () => {
  const some = apply(fresh, { type: 'grants.allow', grants: { fs: true, packages: ['pg'] }, at: 0 });
  expect(some.effects).toContainEqual({
    type: 'grants',
    grants: { fs: true, net: false, run: false, env: false, packages: ['pg'] },
  });
  const more = after(
    some.state,
    { type: 'grants.allow', grants: { net: true, packages: ['pg', 'redis'] }, at: 1 },
    { type: 'grants.deny', grants: { fs: true, packages: ['pg'] }, at: 2 },
  );
  expect(more.grants).toEqual({ fs: false, net: true, run: false, env: false, packages: ['redis'] });
});

test('cells are numbered on when old ones are forgotten', () => {
  let state = fresh;
  for (let cell = 1; cell <= 1005; cell += 1)
    state = after(
      state,
      { type: 'cell.begin', code: `${cell}`, at: cell },
      { type: 'cell.end', cell, status: 'ok', ms: 1, at: cell },
    );
  expect(state.cellCount).toBe(1005);
  expect(state.cells).toHaveLength(1000);
  expect(state.cells[0]).toEqual({ cell: 6, code: '6', status: 'ok', ms: 1 });
});

test('a tape is open while it is recorded', () => {
  const recording = after(fresh, { type: 'tape.started', tape: 'abc', path: '/t/abc.tape', at: 0 });
  expect(recording).toMatchObject({ recording: 'abc', tapes: [{ open: true }] });
  expect(after(recording, { type: 'tape.finished', tape: 'abc', at: 1 })).toMatchObject({
    recording: undefined,
    tapes: [{ tape: 'abc', open: false }],
  });
});

test('the state before is left as it was', () => {
  const before = structuredClone(fresh);
  apply(fresh, { type: 'access.allow', kinds: ['edit'], at: 0 });
  apply(fresh, { type: 'cell.begin', code: 'x', at: 0 });
  expect(fresh).toEqual(before);
});
