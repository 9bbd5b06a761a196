// What an object is to the recording when it is first seen, found out without running any code of the app: no getter, no
// trap of a proxy. An object that cannot be told is foreign, so that it is only asked, never looked into.
import type { Intrinsics } from './intrinsics.ts';
import { Kind, kindOf, setKind } from './marks.ts';

const toStringTag = Object.prototype.toString;
export const describe = Reflect.getOwnPropertyDescriptor;
const protoOf = Reflect.getPrototypeOf;
const typedArrayTag = describe(protoOf(Uint8Array.prototype) as object, Symbol.toStringTag)?.get;

/** What a plain object has of its own that is foreign code's way of going through it. */
const iteration = [Symbol.iterator, Symbol.asyncIterator];

interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'util'): { readonly types: { isProxy(value: unknown): boolean } };
  };
}

let tell: (value: object) => boolean =
  (globalThis as unknown as Host).process?.getBuiltinModule?.('util').types.isProxy ?? (() => false);

/** Only Node can tell. In an isolate nobody can, but there each proxy is marked when own code makes it. */
export const isProxy = (value: object): boolean => tell(value);

/** Node before 20.16 has no `process.getBuiltinModule`: whoever has the means hands them in. */
export const useProxyTest = (test: (value: object) => boolean): void => void (tell = test);

/** What generators and builtins make to go through something: it goes on wherever `next` is called. */
const machines = new Set(
  [
    'Generator',
    'AsyncGenerator',
    'Array Iterator',
    'Map Iterator',
    'Set Iterator',
    'String Iterator',
    'RegExp String Iterator',
    'Iterator Helper',
  ].map((name) => `[object ${name}]`),
);

interface Ancestry {
  /** No prototype is a proxy, and none decides by an accessor of the app what the tag is. */
  readonly isPlain: boolean;
  /** What the nearest prototypes name as `constructor`; undefined where it is no function. */
  readonly made: object | undefined;
}

/** By prototype: what is found there is found again for every object that has it. */
const ancestries = new WeakMap<object, Ancestry>();

function ancestryOf(proto: object): Ancestry {
  const known = ancestries.get(proto);
  if (known) return known;
  let isPlain = true;
  for (let at: object | null = proto; at; at = protoOf(at)) {
    isPlain = !isProxy(at);
    if (!isPlain) break;
    const described = describe(at, Symbol.toStringTag);
    if (!described) continue;
    isPlain = !described.get || described.get === typedArrayTag;
    break;
  }
  const made = isProxy(proto) ? undefined : (describe(proto, 'constructor')?.value as unknown);
  const found = { isPlain, made: typeof made === 'function' ? made : undefined };
  ancestries.set(proto, found);
  return found;
}

/** What `Object.prototype.toString` gives, `''` where it would run code of the app. */
export function tagOf(value: object): string {
  if (isProxy(value)) return '';
  const own = describe(value, Symbol.toStringTag);
  if (own?.get) return '';
  const proto = protoOf(value);
  if (!own && proto && !ancestryOf(proto).isPlain) return '';
  return toStringTag.call(value);
}

/** Name of the class an object was made by, read without running a getter; `''` when there is none. */
export function className(value: object): string {
  let proto = protoOf(value);
  for (let depth = 0; proto && depth < 8; depth++, proto = protoOf(proto)) {
    if (isProxy(proto)) return '';
    const { made } = ancestryOf(proto);
    if (made) {
      const name = isProxy(made) ? undefined : (describe(made, 'name')?.value as unknown);
      return typeof name === 'string' ? name : '';
    }
  }
  return '';
}

/** The own class an object is an instance of, if any. */
export function ownClassOf(value: object): object | undefined {
  const proto = protoOf(value);
  const made = proto ? ancestryOf(proto).made : undefined;
  return made && kindOf(made) === Kind.ownFunction ? made : undefined;
}

/**
 * The foreign prototype that an instance of an own class inherits from: what it has from there is not ours to run.
 * Prototypes met on the way are marked as what they are.
 */
export function foreignHeritage(value: object, intrinsics: Intrinsics): object | undefined {
  for (let at = protoOf(value); at; at = protoOf(at)) {
    if (isProxy(at) || kindOf(at) === Kind.foreign) return at;
    if (intrinsics.nameOf(at) !== undefined) return undefined;
    const made = describe(at, 'constructor')?.value as unknown;
    if (typeof made === 'function' && kindOf(made) !== Kind.ownFunction) {
      setKind(at, Kind.foreign);
      return at;
    }
  }
  return undefined;
}

/** Whether an heir has a property from own code, not from the foreign class that it extends. */
export function isOwnMember(value: object, key: PropertyKey, isMentioned: (key: PropertyKey) => boolean): boolean {
  if (describe(value, key) !== undefined) return isMentioned(key);
  for (let at = protoOf(value); at && !isProxy(at) && kindOf(at) !== Kind.foreign; at = protoOf(at))
    if (describe(at, key) !== undefined) return true;
  return false;
}

/** @param inbound it comes from foreign code: a promise or an iterator that was never seen is foreign then */
export function classify(value: object, intrinsics: Intrinsics, inbound: boolean): Kind {
  if (typeof value === 'function' || isProxy(value)) return Kind.foreign;
  const proto = protoOf(value);
  if (proto === Object.prototype)
    return inbound && iteration.some((symbol) => describe(value, symbol)) ? Kind.foreign : Kind.data;
  if (Array.isArray(value)) return Kind.data;
  const tag = tagOf(value);
  if (proto === null && tag === '[object Object]') return Kind.data;
  const instance = (): Kind =>
    ownClassOf(value) ? (foreignHeritage(value, intrinsics) ? Kind.heir : Kind.data) : Kind.foreign;
  switch (tag) {
    case '[object Map]':
      return proto === Map.prototype ? Kind.data : instance();
    case '[object Set]':
      return proto === Set.prototype ? Kind.data : instance();
    case '[object Date]':
      return proto === Date.prototype ? Kind.data : instance();
    case '[object RegExp]':
      return Kind.data;
    case '[object Error]':
      return ownClassOf(value) && foreignHeritage(value, intrinsics) ? Kind.heir : Kind.data;
    case '[object Promise]':
      return inbound ? Kind.foreignPromise : Kind.ownPromise;
    case '[object Module]':
      return Kind.foreign;
    case '[object Number]':
    case '[object String]':
    case '[object Boolean]':
      return Kind.data;
    default:
      if (ArrayBuffer.isView(value))
        return proto === null || intrinsics.nameOf(proto) === undefined ? Kind.foreign : Kind.data;
      if (tag === '[object ArrayBuffer]') return Kind.data;
      // Of its own code the replay makes them again; what one of foreign code gives is known to nobody but it.
      if (machines.has(tag)) return inbound ? Kind.foreign : Kind.data;
      return instance();
  }
}

/** Message of what was thrown, read without running any code of the app. */
export function messageOf(error: unknown): string {
  const message: unknown =
    typeof error === 'object' && error !== null && !isProxy(error) ? describe(error, 'message')?.value : undefined;
  return typeof message === 'string' ? message : '';
}
