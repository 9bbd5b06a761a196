// `app`: the target's state, read through the bridge while the cell waits. A value of the target is a proxy that knows
// only its handle; what it shows was described by the target without running any of its code. Members that were listed
// together are kept for the rest of the cell's synchronous stretch, at most 50 ms, so that a loop over an array is one
// request and a loop that waits for a change still sees it.
import type { Handle, LiveFunction, LiveMember, LiveObject } from '../../targets/live-value.ts';
import type { AppMethod, AppRequests } from '../app-protocol.ts';
import { ask } from './host.ts';
import { makeCollection } from './live-collections.ts';
import { inspectSymbol, keepState, liveState, nameBelow, showing } from './live-state.ts';
import type { LiveState } from './live-state.ts';
import { makeProxy } from './proxies.ts';

type Described = LiveMember['value'];

const present = new Map<number, WeakRef<object>>();
const pageSize = 500;

export const request = <M extends AppMethod>(
  method: M,
  parameters: AppRequests[M]['parameters'],
): AppRequests[M]['result'] => ask('front', { method, parameters });

const gone: Handle[] = [];
const released = new FinalizationRegistry<Handle>((handle) => {
  if (present.get(handle)?.deref() !== undefined) return;
  present.delete(handle);
  gone.push(handle);
});

/** What stands for a value that may not be shown. */
class Marker {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#text;
  }
}

const accessorText = (value: { readonly getter: boolean; readonly setter: boolean }): string =>
  value.getter ? (value.setter ? '[Getter/Setter]' : '[Getter]') : '[Setter]';

const numbers = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/**
 * A described value as the cell sees it.
 * @param name the live name that led to it
 */
export function toCell(value: Described, name?: string): unknown {
  switch (value.kind) {
    case 'undefined':
      return undefined;
    case 'null':
      return null;
    case 'boolean':
      return value.value;
    case 'number':
      return value.text === undefined ? value.value : numbers[value.text];
    case 'bigint':
      return BigInt(value.text.replace(/n$/, ''));
    case 'string':
      return value.value;
    case 'redacted':
      return new Marker(`[redacted ${value.name}]`);
    case 'accessor':
      return new Marker(accessorText(value));
    case 'symbol':
      return new Marker(`Symbol(${value.description})`);
    case 'object':
    case 'function':
      return liveProxy(value, name);
  }
}

/** A value of the cell as an expression that makes it in the target. */
export function toExpression(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  const refuse = (reason: string): never => {
    throw Object.assign(
      new TypeError(
        `DS2021 a value from the cell cannot go into the target: ${reason}; pass text, numbers, booleans, lists and plain objects`,
      ),
      { code: 'DS2021' },
    );
  };
  if (liveState(value)) return refuse('it already lives there; name it in an expression with %edit');
  if (typeof value === 'function' || typeof value === 'symbol') return refuse(`it is a ${typeof value}`);
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    return refuse((error as Error).message);
  }
  return json === undefined
    ? refuse('it has no JSON form')
    : `(${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')})`;
}

/** How a property is written in a live name. */
export const stepOf = (key: string): string =>
  /^(?:0|[1-9]\d*)$/.test(key) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? key : `[${JSON.stringify(key)}]`;

function listMembers(handle: Handle, size: number): readonly LiveMember[] {
  const all: LiveMember[] = [];
  // The size is that of the moment of reading; the object may have grown, so go on until a page is not full.
  for (let start = 0; ; start += pageSize) {
    const page = request('app.members', { handle, start, count: pageSize });
    all.push(...page);
    if (page.length < pageSize || start > Math.max(size, 1) * 2 + 1_000_000) return all;
  }
}

function makeState(value: LiveObject | LiveFunction, name: string | undefined): LiveState {
  let kept: readonly LiveMember[] | undefined;
  let keptAt = 0;
  return {
    value,
    name,
    members() {
      if (kept && Date.now() - keptAt < 50) return kept;
      kept = listMembers(value.handle, value.kind === 'object' ? value.size : 0);
      keptAt = Date.now();
      void Promise.resolve().then(() => (kept = undefined));
      return kept;
    },
    read(step) {
      const member = kept && Date.now() - keptAt < 50 ? kept.find((each) => each.step === step) : undefined;
      const found = member ? member.value : request('app.read', { place: { handle: value.handle, step } });
      return toCell(found, nameBelow(name, step));
    },
  };
}

export const keyText = (member: LiveMember): string =>
  member.key.kind === 'string'
    ? member.key.value
    : member.key.kind === 'number'
      ? String(member.key.value)
      : member.step;

/** Own members that a cell sees as properties. */
export const properties = (state: LiveState): readonly LiveMember[] =>
  state.members().filter((member) => member.origin === 'property' || member.origin === 'variable');

function liveProxy(value: LiveObject | LiveFunction, name: string | undefined): object {
  if (gone.length > 0) request('app.release', { handles: gone.splice(0) });
  const known = present.get(value.handle)?.deref();
  if (known && (name === undefined || liveState(known)?.name !== undefined)) return known;
  const state = makeState(value, name);
  const shadow = value.kind === 'function' ? () => undefined : value.subtype === 'array' ? [] : {};
  const collection = value.kind === 'object' ? makeCollection(state, toCell) : undefined;
  const made = makeProxy(shadow, handlerFor(state, collection));
  keepState(made, state);
  present.set(value.handle, new WeakRef(made));
  released.register(made, value.handle);
  return made;
}

const noSuch = (operation: string): never => {
  throw Object.assign(
    new TypeError(
      `DS2023 ${operation} is not possible on a value of the target; read its properties, or assign to one with write access`,
    ),
    { code: 'DS2023' },
  );
};

function handlerFor(state: LiveState, collection: Record<PropertyKey, unknown> | undefined): ProxyHandler<object> {
  const { value } = state;
  const isArray = value.kind === 'object' && value.subtype === 'array';
  const read = (key: string): unknown => (isArray && key === 'length' ? state.read('length') : state.read(stepOf(key)));
  return {
    get(shadow, key, receiver) {
      if (collection && key in collection) return Reflect.get(collection, key);
      if (key === inspectSymbol)
        return (_depth: number, options: object, inspect: (value: unknown, options: object) => string) =>
          inspect(showing.copy(state), options);
      if (typeof key === 'symbol')
        return isArray && key === Symbol.iterator ? () => elements(state) : Reflect.get(shadow, key, receiver);
      if (key === 'toJSON') return undefined;
      if (isArray && key in Array.prototype && key !== 'length') return arrayMethod(state, key as keyof unknown[]);
      if (ownMethods.has(key)) return commonMethod(value, shadow, key);
      const found = read(key);
      if (found !== undefined) return found;
      const common = Reflect.getOwnPropertyDescriptor(prototypeOf(state), key);
      return common && 'value' in common && key !== 'constructor' ? (common.value as unknown) : undefined;
    },
    set(_shadow, key, newValue) {
      if (typeof key === 'symbol') return noSuch('assigning to a symbol');
      assign(nameBelow(state.name, stepOf(key)), newValue, value.handle);
      return true;
    },
    has: (_shadow, key) =>
      typeof key === 'string' &&
      (properties(state).some((member) => keyText(member) === key) || (isArray && key === 'length')),
    ownKeys: (shadow) => [
      ...new Set([
        ...properties(state).map(keyText),
        ...Reflect.ownKeys(shadow).filter(
          (key) => Reflect.getOwnPropertyDescriptor(shadow, key)!.configurable === false,
        ),
      ]),
    ],
    getOwnPropertyDescriptor(shadow, key) {
      const fixed = Reflect.getOwnPropertyDescriptor(shadow, key);
      if (fixed?.configurable === false)
        return key === 'length' && isArray ? { ...fixed, value: state.read('length') } : fixed;
      const member = typeof key === 'string' ? properties(state).find((each) => keyText(each) === key) : undefined;
      return (
        member && {
          value: toCell(member.value, nameBelow(state.name, member.step)),
          writable: member.writable,
          enumerable: member.enumerable,
          configurable: true,
        }
      );
    },
    getPrototypeOf: () => prototypeOf(state),
    apply(_shadow, receiver: unknown, args) {
      if (value.kind !== 'function') return noSuch('a call');
      const owner = liveState(receiver)?.value.handle;
      return toCell(
        request('app.call', {
          fn: value.handle,
          ...(owner === undefined ? {} : { receiver: owner }),
          args: args.map(toExpression),
        }),
      );
    },
    defineProperty: () => noSuch('Object.defineProperty'),
    deleteProperty: () => noSuch('delete'),
    setPrototypeOf: () => noSuch('Object.setPrototypeOf'),
    preventExtensions: () => noSuch('Object.freeze'),
  };
}

/** What every object has, done here: the same through this proxy, and nothing of the target is called. */
const ownMethods = new Set([
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toString',
  'toLocaleString',
  'valueOf',
]);

const commonMethod = (value: LiveObject | LiveFunction, shadow: object, key: string): unknown =>
  key === 'toString' || key === 'toLocaleString' ? () => value.preview : Reflect.get(shadow, key);

/** @param holder object of which a property is assigned: what the name leads to must be this one */
export function assign(name: string | undefined, value: unknown, holder?: Handle): void {
  if (name === undefined) return noSuch('assigning to a value that no path from app.modules led to');
  request('app.write', { name, expression: toExpression(value), ...(holder === undefined ? {} : { holder }) });
}

function* elements(state: LiveState): Generator<unknown> {
  const length = Number(state.read('length'));
  const byKey = new Map(state.members().map((member) => [keyText(member), member]));
  for (let index = 0; index < length; index += 1) {
    const member = byKey.get(String(index));
    yield member ? toCell(member.value, nameBelow(state.name, member.step)) : undefined;
  }
}

/** Methods of arrays work on a copy of the elements; those that change it would not change the target, so they refuse. */
const mutating = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin']);

function arrayMethod(state: LiveState, name: keyof unknown[]): unknown {
  if (mutating.has(String(name))) return () => noSuch(`.${String(name)}()`);
  const method = Array.prototype[name];
  if (typeof method !== 'function') return method;
  return (...args: unknown[]) => (method as (...args: unknown[]) => unknown).apply([...elements(state)], args);
}

const prototypes: Record<string, object> = {
  array: Array.prototype,
  map: Map.prototype,
  set: Set.prototype,
  date: Date.prototype,
  regexp: RegExp.prototype,
  error: Error.prototype,
  promise: Promise.prototype,
};

function prototypeOf(state: LiveState): object {
  const { value } = state;
  return value.kind === 'function' ? Function.prototype : (prototypes[value.subtype] ?? Object.prototype);
}
