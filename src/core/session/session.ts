// A session is a pure function: `apply(state, operation)` gives the next state and the effects to run. Every
// participant applies the same operations in the same order, so a shared session needs nothing else. This file holds
// the present state and runs the effects.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fail } from '../common/errors.ts';
import { EventSource } from '../common/events.ts';
import { stateDirectory } from '../common/state-directory.ts';
import { describeAccess, isOpen } from './access.ts';
import { apply } from './apply.ts';
import { AuditTrail } from './audit.ts';
import { emptyState, type AccessKind, type Grants, type Instant, type Operation, type SessionState } from './state.ts';

export type { AccessKind } from './state.ts';

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
/** An operation as callers write it; the session adds the time. */
export type NewOperation = WithoutTime<Operation>;

export interface SessionOptions {
  /** Default: a file of its own in the state directory. */
  readonly auditPath?: string;
  readonly now?: () => Instant;
  /** Tells the sandbox what cells may reach. */
  readonly onGrants?: (grants: Grants) => void;
}

export class Session implements Disposable {
  readonly id: string;
  readonly audit: AuditTrail;
  readonly #now: () => Instant;
  readonly #onGrants: ((grants: Grants) => void) | undefined;
  readonly #changed = new EventSource<SessionState>();
  #state: SessionState;
  #alarm: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions = {}) {
    this.id = randomUUID().slice(0, 8);
    this.#now = options.now ?? Date.now;
    this.#onGrants = options.onGrants;
    const user = userName();
    this.#state = emptyState(this.id, user);
    const day = new Date(this.#now()).toISOString().slice(0, 10);
    this.audit = new AuditTrail({
      path: options.auditPath ?? join(stateDirectory(), 'audit', `${day}-${this.id}.jsonl`),
      session: this.id,
      user,
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  readonly changed = this.#changed.on;

  apply(operation: NewOperation): SessionState {
    const at = this.#now();
    const { state, effects } = apply(this.#state, { ...operation, at } as Operation);
    // The trail first: when it cannot be written, nothing has happened.
    for (const effect of effects)
      if (effect.type === 'audit') this.audit.append(effect.what, effect.details, new Date(at));
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'grants') this.#onGrants?.(effect.grants);
      if (effect.type === 'wake') this.#wake();
    }
    this.#changed.emit(state);
    return state;
  }

  /** Throws DS5001 unless `kind` is open now; on the audit trail either way. */
  requireAccess(kind: AccessKind, operation: string): void {
    const allowed = isOpen(this.#state, kind, this.#now());
    this.apply({ type: 'access.used', kind, operation, allowed });
    if (!allowed) throw fail('DS5001', { operation, access: kind });
  }

  hasAccess(kind: AccessKind): boolean {
    return isOpen(this.#state, kind, this.#now());
  }

  access(): string {
    return describeAccess(this.#state, this.#now());
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#alarm);
  }

  #wake(): void {
    clearTimeout(this.#alarm);
    const ends = Object.values(this.#state.access).flatMap((access) => access.until ?? []);
    if (ends.length === 0) return;
    const wait = Math.min(Math.max(Math.min(...ends) - this.#now(), 0) + 1, 0x7fffffff);
    this.#alarm = setTimeout(() => {
      this.apply({ type: 'access.expire' });
      this.#wake();
    }, wait);
    this.#alarm.unref();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown'); // a container's user without a name
  }
}
