// What an object is to the recording when it is first seen, found out without running any code of the app: no getter, no
// trap of a proxy. An object that cannot be told is foreign, so that it is only asked, never looked into.
import type { Intrinsics } from './intrinsics.ts';
import { Kind, kindOf } from './marks.ts';

const toStringTag = Object.prototype.toString;
const describe = Reflect.getOwnPropertyDescriptor;
const protoOf = Reflect.getPrototypeOf;
const typedArrayTag = describe(protoOf(Uint8Array.prototype) as object, Symbol.toStringTag)?.get;

interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'util'): { readonly types: { isProxy(value: unknown): boolean } };
  };
}

/** Only Node can tell. In an isolate nobody can, but there each proxy is marked when own code makes it. */
export const isProxy: (value: object) => boolean =
  (globalThis as unknown as Host).process?.getBuiltinModule?.('util').types.isProxy ?? (() => false);

/** What `Object.prototype.toString` gives, `''` where it would run code of the app. */
export function tagOf(value: object): string {
  for (let at: object | null = value; at; at = protoOf(at)) {
    if (isProxy(at)) return '';
    const described = describe(at, Symbol.toStringTag);
    if (!described) continue;
    if (described.get && described.get !== typedArrayTag) return '';
    break;
  }
  return toStringTag.call(value);
}

/** Name of the class an object was made by, read without running a getter; `''` when there is none. */
export function className(value: object): string {
  let proto = protoOf(value);
  for (let depth = 0; proto && !isProxy(proto) && depth < 8; depth++, proto = protoOf(proto)) {
    const made = describe(proto, 'constructor')?.value as unknown;
    if (typeof made === 'function') {
      const name = isProxy(made) ? undefined : (describe(made, 'name')?.value as unknown);
      return typeof name === 'string' ? name : '';
    }
  }
  return '';
}

/** The own class an object is an instance of, if any. */
export function ownClassOf(value: object): object | undefined {
  const proto = protoOf(value);
  if (!proto || isProxy(proto)) return undefined;
  const made = describe(proto, 'constructor')?.value as unknown;
  return typeof made === 'function' && kindOf(made) === Kind.ownFunction ? made : undefined;
}

/** @param inbound it comes from foreign code: a promise that was never seen is foreign then */
export function classify(value: object, intrinsics: Intrinsics, inbound: boolean): Kind {
  if (typeof value === 'function' || isProxy(value)) return Kind.foreign;
  const proto = protoOf(value);
  if (proto === Object.prototype || Array.isArray(value)) return Kind.data;
  const tag = tagOf(value);
  if (proto === null && tag === '[object Object]') return Kind.data;
  const instance = (): Kind => (ownClassOf(value) ? Kind.data : Kind.foreign);
  switch (tag) {
    case '[object Map]':
      return proto === Map.prototype ? Kind.data : instance();
    case '[object Set]':
      return proto === Set.prototype ? Kind.data : instance();
    case '[object Date]':
      return proto === Date.prototype ? Kind.data : instance();
    case '[object RegExp]':
    case '[object Error]':
      return Kind.data;
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
      if (
        tag === '[object Generator]' ||
        tag === '[object Array Iterator]' ||
        tag === '[object Map Iterator]' ||
        tag === '[object Set Iterator]'
      )
        return Kind.data;
      return instance();
  }
}

/** Message of what was thrown, read without running any code of the app. */
export function messageOf(error: unknown): string {
  const message: unknown =
    typeof error === 'object' && error !== null && !isProxy(error) ? describe(error, 'message')?.value : undefined;
  return typeof message === 'string' ? message : '';
}
