// Map, Set and Date of the target as a cell sees them: the usual methods for reading, over described members.
import type { LiveMember } from '../../targets/live-value.ts';
import { liveState, nameBelow } from './live-state.ts';
import type { LiveState } from './live-state.ts';

type ToCell = (value: LiveMember['value'], name?: string) => unknown;

const entriesOf = (state: LiveState): readonly LiveMember[] =>
  state.members().filter((member) => member.origin === 'entry');

const sameKey = (member: LiveMember, key: unknown, toCell: ToCell): boolean => {
  const live = liveState(key);
  if (live)
    return (member.key.kind === 'object' || member.key.kind === 'function') && member.key.handle === live.value.handle;
  return (
    member.key.kind !== 'object' && member.key.kind !== 'function' && Object.is(toCell(member.key), key === 0 ? 0 : key)
  );
};

const refuse = (name: string) => (): never => {
  throw Object.assign(
    new TypeError(
      `DS2023 .${name}() is not possible on a value of the target; read its properties, or assign to one with write access`,
    ),
    { code: 'DS2023' },
  );
};

/** Members that answer instead of properties; undefined for what is neither. */
export function makeCollection(state: LiveState, toCell: ToCell): Record<PropertyKey, unknown> | undefined {
  const subtype = state.value.kind === 'object' ? state.value.subtype : undefined;
  if (subtype === 'map') return mapMembers(state, toCell);
  if (subtype === 'set') return setMembers(state, toCell);
  return subtype === 'date' ? dateMembers(state) : undefined;
}

function mapMembers(state: LiveState, toCell: ToCell): Record<PropertyKey, unknown> {
  const find = (key: unknown): LiveMember | undefined =>
    entriesOf(state).find((member) => sameKey(member, key, toCell));
  function* entries(): Generator<[unknown, unknown]> {
    for (const member of entriesOf(state))
      yield [toCell(member.key), toCell(member.value, nameBelow(state.name, member.step))];
  }
  const members: Record<PropertyKey, unknown> = {
    get(key: unknown): unknown {
      if (typeof key === 'string') {
        const value = state.read(`.get(${JSON.stringify(key)})`);
        if (value !== undefined) return value;
      }
      const member = find(key);
      return member && toCell(member.value, nameBelow(state.name, member.step));
    },
    has: (key: unknown) => find(key) !== undefined,
    entries,
    *keys() {
      for (const [key] of entries()) yield key;
    },
    *values() {
      for (const [, value] of entries()) yield value;
    },
    forEach(callback: (value: unknown, key: unknown) => void) {
      for (const [key, value] of entries()) callback(value, key);
    },
    [Symbol.iterator]: entries,
    [Symbol.toStringTag]: 'Map',
  };
  return finish(members, state, ['set', 'delete', 'clear']);
}

function setMembers(state: LiveState, toCell: ToCell): Record<PropertyKey, unknown> {
  function* values(): Generator {
    for (const member of entriesOf(state)) yield toCell(member.value);
  }
  const members: Record<PropertyKey, unknown> = {
    has: (value: unknown) => [...values()].some((each) => Object.is(each, value)),
    values,
    keys: values,
    *entries() {
      for (const value of values()) yield [value, value];
    },
    forEach(callback: (value: unknown, key: unknown) => void) {
      for (const value of values()) callback(value, value);
    },
    [Symbol.iterator]: values,
    [Symbol.toStringTag]: 'Set',
  };
  return finish(members, state, ['add', 'delete', 'clear']);
}

function finish(
  members: Record<PropertyKey, unknown>,
  state: LiveState,
  writers: readonly string[],
): Record<PropertyKey, unknown> {
  for (const name of writers) members[name] = refuse(name);
  Object.defineProperty(members, 'size', { get: () => entriesOf(state).length, enumerable: true });
  return members;
}

/** A Date is described by its text; everything else follows from that. */
function dateMembers(state: LiveState): Record<PropertyKey, unknown> {
  const text = /\d{4}-\d\d-\d\dT[\d:.]+Z|[+-]\d{6}-\d\d-\d\dT[\d:.]+Z/.exec(state.value.preview)?.[0];
  const date = new Date(text ?? NaN);
  const members: Record<PropertyKey, unknown> = {};
  for (const name of [...Object.getOwnPropertyNames(Date.prototype), Symbol.toPrimitive] as (keyof Date)[]) {
    const method = date[name] as unknown;
    if (name === ('constructor' as keyof Date)) continue;
    if (typeof method === 'function')
      members[name] = String(name).startsWith('set') ? refuse(String(name)) : method.bind(date);
  }
  return members;
}
