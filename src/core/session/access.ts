// Whether something may be done now. Expiry is decided by the clock at the moment of use, never by a timer that may
// come late.
import { accessKinds, type AccessKind, type Instant, type SessionState } from './state.ts';

export function isOpen(state: SessionState, kind: AccessKind, now: Instant): boolean {
  const access = state.access[kind];
  return access !== undefined && (access.until === undefined || now < access.until);
}

export const openKinds = (state: SessionState, now: Instant): readonly AccessKind[] =>
  accessKinds.filter((kind) => isOpen(state, kind, now));

/** `read-only`, `write`, or what is open: `edit, code 9m`. */
export function describeAccess(state: SessionState, now: Instant): string {
  const open = openKinds(state, now);
  if (open.length === 0) return 'read-only';
  if (open.length === accessKinds.length && open.every((kind) => state.access[kind]?.until === undefined))
    return 'write';
  return open
    .map((kind) => {
      const until = state.access[kind]?.until;
      return until === undefined ? kind : `${kind} ${Math.max(1, Math.ceil((until - now) / 60_000))}m`;
    })
    .join(', ');
}
