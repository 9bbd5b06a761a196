// What is known of a value of the target that a cell holds.
import type { LiveFunction, LiveMember, LiveObject } from '../../targets/live-value.ts';

export interface LiveState {
  readonly value: LiveObject | LiveFunction;
  members(): readonly LiveMember[];
  read(step: string): unknown;
}

const states = new WeakMap<object, LiveState>();

export const keepState = (proxy: object, state: LiveState): void => void states.set(proxy, state);

export const liveState = (value: unknown): LiveState | undefined =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? states.get(value) : undefined;
