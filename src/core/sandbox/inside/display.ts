// A value as a MIME bundle: its own `Symbol.for('Jupyter.display')`, else text as Node would print it, and JSON when it
// is small data. Nothing here runs a getter of a user, except the methods whose purpose is to be called by a display.
import { inspect } from 'node-inspect-extracted';
import type { LiveMember } from '../../targets/live-value.ts';
import { app } from './app.ts';
import { handleText } from './handles.ts';
import { keyText, toCell } from './live.ts';
import { liveState, showing } from './live-state.ts';
import type { LiveState } from './live-state.ts';
import { isProxy } from './proxies.ts';
import { session } from './session.ts';

export type Bundle = Record<string, unknown>;

const displaySymbol = Symbol.for('Jupyter.display');
const maximumJson = 256 * 1024;
const liveDepth = 3;
const liveItems = 100;

interface Note {
  cut: boolean;
  /** Text shows names of classes; JSON knows none. */
  readonly classes: boolean;
}

/** A plain copy of a value of the target for showing, as far as is shown; `cut` when something was left out. */
function copyOf(state: LiveState, depth: number, note: Note): unknown {
  const { value } = state;
  const text = { [inspect.custom]: () => value.preview };
  if (
    value.kind === 'function' ||
    depth === 0 ||
    !['object', 'array', 'map', 'set', 'module', 'scope', 'error'].includes(value.subtype)
  ) {
    note.cut = true;
    return text;
  }
  const all = state.members().filter((member) => member.origin !== 'prototype');
  if (all.length > liveItems) note.cut = true;
  const inner = (described: LiveMember['value'] | LiveMember['key']): unknown => {
    const cell = toCell(described);
    const next = liveState(cell);
    return next ? copyOf(next, depth - 1, note) : cell;
  };
  const entries = all.filter((member) => member.origin === 'entry');
  // What is not shown is counted: the copy is as large as the value, and printing says how many more there are.
  const shown = (member: LiveMember, index: number, part: 'key' | 'value'): unknown =>
    index < liveItems ? inner(member[part]) : { [inspect.custom]: () => '…' };
  if (value.subtype === 'map')
    return new Map(entries.map((member, index) => [shown(member, index, 'key'), shown(member, index, 'value')]));
  if (value.subtype === 'set') return new Set(entries.map((member, index) => shown(member, index, 'value')));
  const visible = all.filter((member) => member.enumerable || value.subtype === 'error');
  const pairs = visible.slice(0, liveItems).map((member) => [keyText(member), inner(member.value)] as const);
  if (value.subtype === 'array') {
    const copy: unknown[] = Object.assign([], Object.fromEntries(pairs));
    const last = visible.findLast((member) => /^\d+$/.test(keyText(member)));
    copy.length = last ? Number(keyText(last)) + 1 : copy.length;
    return copy;
  }
  const made = Object.fromEntries(pairs);
  const more = visible.length - pairs.length;
  if (more > 0) made['…'] = { [inspect.custom]: () => `${more} more` };
  if (note.classes && value.className !== 'Object' && value.className !== '') {
    const shown = class {};
    Object.defineProperty(shown, 'name', { value: value.className });
    Object.setPrototypeOf(made, shown.prototype as object);
  }
  return made;
}

showing.copy = (state) => copyOf(state, liveDepth, { cut: false, classes: true });

/** Text of a value without running traps of a proxy of the user. */
export function textOf(value: unknown): string {
  const handle = handleText(value);
  if (handle !== undefined) return handle;
  if (value === session) return 'session { magics are its methods: await session.record.start({ … }) }';
  if (value === app) return 'app { modules }';
  if (isProxy(value)) return typeof value === 'function' ? '[Function: Proxy]' : '[Proxy]';
  return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, showProxy: false });
}

export function jsonOf(value: unknown): unknown {
  if (
    value === undefined ||
    typeof value === 'function' ||
    typeof value === 'symbol' ||
    typeof value === 'bigint' ||
    isProxy(value)
  )
    return undefined;
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  if (handleText(value) !== undefined || value === session || value === app) return undefined;
  const budget = { nodes: 20_000 };
  return isData(value, budget, 0) ? (JSON.parse(JSON.stringify(value)) as unknown) : undefined;
}

/** Plain data all the way down, without getters, so that JSON says all there is to say. */
function isData(value: unknown, budget: { nodes: number }, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > 50 || isProxy(value) || (budget.nodes -= 1) < 0) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => 'value' in property && (property.enumerable !== true || isData(property.value, budget, depth + 1)),
  );
}

export async function bundleOf(value: unknown): Promise<Bundle> {
  const own = ownDisplay(value);
  if (own) {
    const given: unknown = await own.call(value);
    if (typeof given === 'object' && given !== null)
      return { 'text/plain': textOf(value), ...(JSON.parse(JSON.stringify(given)) as Bundle) };
  }
  const state = liveState(value);
  if (state) return liveBundle(state);
  const json = jsonOf(value);
  const small = json !== undefined && JSON.stringify(json).length <= maximumJson;
  return { 'text/plain': textOf(value), ...(small ? { 'application/json': json } : {}) };
}

function ownDisplay(value: unknown): ((this: unknown) => unknown) | undefined {
  if (
    typeof value !== 'object' ||
    value === null ||
    isProxy(value) ||
    liveState(value) ||
    handleText(value) !== undefined ||
    value === session
  )
    return undefined;
  const method = (value as Record<symbol, unknown>)[displaySymbol];
  return typeof method === 'function' ? (method as () => unknown) : undefined;
}

export function liveBundle(state: LiveState): Bundle {
  const note = { cut: false, classes: true };
  const copy = copyOf(state, liveDepth, note);
  const json = note.cut ? undefined : jsonOf(copyOf(state, liveDepth, { cut: false, classes: false }));
  return {
    'text/plain': inspect(copy, { depth: liveDepth + 1, breakLength: 100 }),
    ...(json === undefined ? {} : { 'application/json': json }),
  };
}
