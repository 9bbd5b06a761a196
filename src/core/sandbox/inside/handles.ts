// Things that live in the sandbox host, because they were granted: a package, an instance, a function. A handle behaves
// as the thing does: reads and calls are synchronous, a promise of the host is a promise here. Functions given to it are
// called later, never while the call that passed them is running.
import { decode, encode, wellKnown } from '../codec.ts';
import type { CodecSide, Tagged } from '../codec.ts';
import { ask, awaitTicket, currentCell, enterFor } from './host.ts';
import { makeProxy } from './proxies.ts';

interface HandleState {
  readonly id: number;
  readonly text: string;
}

const states = new WeakMap<object, HandleState>();
const present = new Map<number, WeakRef<object>>();
const callbacks = new Map<number, { readonly fn: (...args: unknown[]) => unknown; readonly cell: number }>();
const callbackIds = new WeakMap<object, number>();
let lastCallback = 0;

const released = new FinalizationRegistry<number>((id) => {
  if (present.get(id)?.deref() !== undefined) return;
  present.delete(id);
  ask('handle.release', { ids: [id] });
});

/** How a handle is shown; undefined when the value is none. */
export const handleText = (value: unknown): string | undefined =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? states.get(value)?.text : undefined;

export const handleMembers = (value: object): readonly string[] =>
  ask<string[]>('handle.keys', { id: states.get(value)?.id, all: true });

const side: CodecSide = {
  refer(value) {
    if (typeof value === 'symbol') {
      const name = wellKnown.get(value);
      return name === undefined
        ? { $: 'symbol', for: Symbol.keyFor(value) ?? value.description ?? '' }
        : { $: 'symbol', name };
    }
    const state = states.get(value);
    if (state) return { $: 'handle', id: state.id };
    return typeof value === 'function'
      ? { $: 'callback', id: callbackId(value as (...args: unknown[]) => unknown) }
      : undefined;
  },
  resolve(reference) {
    if (reference.$ === 'handle') return handleFor(reference);
    if (reference.$ === 'promise') return awaitTicket(reference['ticket'] as string).then(decodeValue);
    if (reference.$ === 'callback') return callbacks.get(reference['id'] as number)?.fn;
    return undefined;
  },
};

export const decodeValue = (data: unknown): unknown => decode(data, side);

function callbackId(fn: (...args: unknown[]) => unknown): number {
  const known = callbackIds.get(fn);
  if (known !== undefined) return known;
  const id = (lastCallback += 1);
  callbackIds.set(fn, id);
  callbacks.set(id, { fn, cell: currentCell() });
  return id;
}

/** The host calls a function that a cell gave it. */
export function callBack(id: number, receiver: unknown, args: unknown): void {
  const entry = callbacks.get(id);
  if (!entry) return;
  enterFor(entry.cell);
  entry.fn.apply(decodeValue(receiver), decodeValue(args) as unknown[]);
}

export const ownerOfCallback = (id: number): number => callbacks.get(id)?.cell ?? 0;

function handleFor(reference: Tagged): object {
  const id = reference['id'] as number;
  const known = present.get(id)?.deref();
  if (known) return known;
  const isFunction = reference['function'] === true;
  // Callable when the thing is; a plain object otherwise, so that typeof is right.
  const shadow = isFunction ? function () {} : {};
  const text = String(reference['text']);
  const made = makeProxy(shadow, handler(id, text));
  states.set(made, { id, text });
  present.set(id, new WeakRef(made));
  released.register(made, id);
  return made;
}

const member = (key: string | symbol): unknown => encode(key, side);

const handler = (id: number, text: string): ProxyHandler<object> => ({
  get(_shadow, key) {
    if (key === Symbol.for('Jupyter.display')) return undefined;
    if (key === Symbol.for('nodejs.util.inspect.custom')) return () => text;
    return decodeValue(ask('handle.get', { id, key: member(key) }));
  },
  set: (_shadow, key, value) => {
    ask('handle.set', { id, key: member(key), value: encode(value, side) });
    return true;
  },
  has: (_shadow, key) => ask<boolean>('handle.has', { id, key: member(key) }),
  apply: (_shadow, receiver, args) =>
    decodeValue(
      ask('handle.call', {
        id,
        receiver: encode(receiver === globalThis ? undefined : receiver, side),
        args: encode(args, side),
      }),
    ),
  construct: (_shadow, args) => decodeValue(ask('handle.new', { id, args: encode(args, side) })) as object,
  ownKeys: (shadow) => [
    ...new Set([
      ...ask<string[]>('handle.keys', { id }),
      ...Reflect.ownKeys(shadow).filter((key) => !Reflect.getOwnPropertyDescriptor(shadow, key)!.configurable),
    ]),
  ],
  getOwnPropertyDescriptor(shadow, key) {
    const own = Reflect.getOwnPropertyDescriptor(shadow, key);
    if (own && !own.configurable) return own;
    if (!ask<boolean>('handle.owns', { id, key: member(key) })) return undefined;
    return {
      value: decodeValue(ask('handle.get', { id, key: member(key) })),
      writable: true,
      enumerable: true,
      configurable: true,
    };
  },
  defineProperty: () => false,
  deleteProperty: (_shadow, key) => ask<boolean>('handle.delete', { id, key: member(key) }),
});
