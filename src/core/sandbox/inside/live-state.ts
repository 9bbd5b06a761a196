// What is known of a value of the target that a cell holds.
import type { LiveFunction, LiveMember, LiveObject } from '../../targets/live-value.ts';

export interface LiveState {
  readonly value: LiveObject | LiveFunction;
  /** The live name that led to it; undefined where none did, as with the result of a call. */
  readonly name: string | undefined;
  members(): readonly LiveMember[];
  read(step: string): unknown;
}

/** How `console.log` and the like show one; set by display.ts, which knows how. */
export const showing = { copy: (state: LiveState): unknown => state.value.preview };

/** The live name of a member. */
export const nameBelow = (name: string | undefined, step: string): string | undefined =>
  name && (/^[.[]/.test(step) ? name + step : `${name}.${step}`);

export const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

const states = new WeakMap<object, LiveState>();

export const keepState = (proxy: object, state: LiveState): void => void states.set(proxy, state);

export const liveState = (value: unknown): LiveState | undefined =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? states.get(value) : undefined;
