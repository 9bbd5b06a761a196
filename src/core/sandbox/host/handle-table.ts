// What was granted lives here; cells hold numbers. Released one by one when a cell lets go, all at once with the process.
import { decode, encode, wellKnown } from '../codec.ts';
import type { CodecSide, Tagged } from '../codec.ts';
import { inspect, types } from 'node:util';
import type { CellGrants } from '../ports.ts';
import { isGranted } from '../builtin-kinds.ts';
import { fail } from '../../common/errors.ts';

interface Held {
  readonly thing: object;
  /** What allowed it; several, when things that were granted share it. */
  readonly grants: Set<string | undefined>;
}

export interface HandlePorts {
  readonly grants: () => CellGrants;
  /** Gives a promise of the host a ticket that the isolate waits for. */
  readonly promise: (promise: PromiseLike<unknown>, encoded: (value: unknown) => unknown) => string;
  readonly callBack: (id: number, receiver: unknown, args: unknown) => void;
}

const symbols = new Map([...wellKnown].map(([symbol, name]) => [name, symbol]));

export class HandleTable {
  readonly #ports: HandlePorts;
  readonly #held = new Map<number, Held>();
  readonly #ids = new WeakMap<object, number>();
  readonly #callbacks = new Map<number, (...args: unknown[]) => unknown>();
  #last = 0;
  #grant: string | undefined;

  constructor(ports: HandlePorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#held.size;
  }

  moduleReference(module: unknown, grant: string | undefined): unknown {
    this.#grant = grant;
    return this.#reference(module as object);
  }

  answer(method: string, parameters: Record<string, unknown>): unknown {
    if (method === 'handle.release') {
      for (const id of parameters['ids'] as number[]) this.#drop(id);
      return null;
    }
    const { thing, grant } = this.#open(parameters['id'] as number);
    this.#grant = grant;
    const record = thing as Record<PropertyKey, unknown>;
    const key = (): PropertyKey => this.#decode(parameters['key']) as PropertyKey;
    switch (method) {
      case 'handle.get':
        return this.#encode(record[key()]);
      case 'handle.set':
        record[key()] = this.#decode(parameters['value']);
        return null;
      case 'handle.has':
        return Reflect.has(thing, key());
      case 'handle.owns':
        return Object.hasOwn(thing, key());
      case 'handle.delete':
        return Reflect.deleteProperty(thing, key());
      case 'handle.keys':
        return parameters['all'] === true ? allKeys(thing) : Object.keys(thing);
      case 'handle.call':
        return this.#encode(
          Reflect.apply(
            thing as () => unknown,
            this.#decode(parameters['receiver']),
            this.#decode(parameters['args']) as unknown[],
          ),
        );
      case 'handle.new':
        return this.#encode(
          Reflect.construct(thing as new () => unknown, this.#decode(parameters['args']) as unknown[]),
        );
      default:
        throw new Error(`no such request: ${method}`);
    }
  }

  #open(id: number): { readonly thing: object; readonly grant: string | undefined } {
    const held = this.#held.get(id);
    if (!held) throw fail('DS2022', { reason: 'what it stood for has been released' });
    for (const grant of held.grants) if (isGranted(grant, this.#ports.grants())) return { thing: held.thing, grant };
    throw fail('DS2022', { reason: `%allow ${[...held.grants].join(', ')} has been taken back` });
  }

  #drop(id: number): void {
    const held = this.#held.get(id);
    if (held) this.#ids.delete(held.thing);
    this.#held.delete(id);
  }

  #encode(value: unknown): unknown {
    return encode(value, this.#side);
  }

  #decode(data: unknown): unknown {
    return decode(data, this.#side);
  }

  #reference(thing: object): Tagged {
    let id = this.#ids.get(thing);
    if (id === undefined) {
      id = this.#last += 1;
      this.#ids.set(thing, id);
      this.#held.set(id, { thing, grants: new Set() });
    }
    this.#held.get(id)?.grants.add(this.#grant);
    return { $: 'handle', id, function: typeof thing === 'function', text: textOf(thing) };
  }

  readonly #side: CodecSide = {
    refer: (value) => {
      if (typeof value === 'symbol') {
        const name = wellKnown.get(value);
        return name === undefined ? { $: 'symbol', for: Symbol.keyFor(value) ?? '' } : { $: 'symbol', name };
      }
      if (isData(value)) return undefined;
      const grant = this.#grant;
      if (types.isPromise(value)) {
        const encoded = (result: unknown): unknown => {
          this.#grant = grant;
          return this.#encode(result);
        };
        return { $: 'promise', ticket: this.#ports.promise(value, encoded) };
      }
      return this.#reference(value);
    },
    resolve: (reference) => {
      if (reference.$ === 'handle') return this.#open(reference['id'] as number).thing;
      if (reference.$ === 'symbol')
        return symbols.get(reference['name'] as never) ?? Symbol.for(reference['for'] as string);
      if (reference.$ === 'callback') return this.#callback(reference['id'] as number);
      return undefined;
    },
  };

  /** A function of the cell, as the host's packages call it: later, and without its result. */
  #callback(id: number): (...args: unknown[]) => unknown {
    let made = this.#callbacks.get(id);
    if (made) return made;
    const grant = this.#grant;
    const call = (receiver: unknown, args: readonly unknown[]): void => {
      this.#grant = grant;
      this.#ports.callBack(id, this.#encode(typeof receiver === 'object' ? receiver : undefined), this.#encode(args));
    };
    made = function (this: unknown, ...args: unknown[]): void {
      call(this, args);
    };
    this.#callbacks.set(id, made);
    return made;
  }
}

/** Copied rather than referred to: data without behaviour. */
function isData(value: object): boolean {
  if (typeof value === 'function' || types.isProxy(value) || types.isPromise(value)) return false;
  if (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value)
  )
    return true;
  if (types.isMap(value) || types.isSet(value) || types.isNativeError(value)) return true;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A module or an object of methods is used, not looked at.
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => 'value' in property && typeof property.value !== 'function',
  );
}

function allKeys(thing: object): readonly string[] {
  const keys = new Set<string>();
  for (
    let at: object | null = thing;
    at && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const key of Object.getOwnPropertyNames(at)) keys.add(key);
  }
  return [...keys];
}

function textOf(thing: object): string {
  if (typeof thing === 'function')
    return /^class\b/.test(Function.prototype.toString.call(thing))
      ? `[class ${thing.name}] in the sandbox host`
      : `[Function: ${thing.name || '(anonymous)'}] in the sandbox host`;
  if (types.isModuleNamespaceObject(thing))
    return `[Module] in the sandbox host { ${Object.keys(thing).slice(0, 20).join(', ')} }`;
  const text = inspect(thing, { depth: 0, breakLength: Infinity, customInspect: false });
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
