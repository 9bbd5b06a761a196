// How a piece of a target's state looks from outside: primitives by value, everything else as a handle with a
// description. Plain JSON, so that it crosses sockets, processes and isolates unchanged.

declare const handle: unique symbol;
/** Number under which the agent keeps an object for us; the table is bounded, release what is no longer needed. */
export type Handle = number & { readonly [handle]: true };

export type LivePrimitive =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `text` is what JSON cannot say: NaN, Infinity, -Infinity, -0. */
  | { readonly kind: 'number'; readonly value: number; readonly text?: 'NaN' | 'Infinity' | '-Infinity' | '-0' }
  | { readonly kind: 'bigint'; readonly text: string }
  /** `length` is the whole string's when `value` was cut. */
  | { readonly kind: 'string'; readonly value: string; readonly length?: number }
  | { readonly kind: 'redacted'; readonly name: string };

export type LiveSubtype =
  | 'object'
  | 'array'
  | 'map'
  | 'set'
  | 'weakmap'
  | 'weakset'
  | 'date'
  | 'regexp'
  | 'error'
  | 'promise'
  | 'proxy'
  | 'typedarray'
  | 'arraybuffer'
  | 'generator'
  | 'iterator'
  | 'module'
  | 'scope';

export interface LiveObject {
  readonly kind: 'object';
  readonly handle: Handle;
  readonly subtype: LiveSubtype;
  readonly className: string;
  /** Own enumerable keys, Map or Set size, or array length. */
  readonly size: number;
  /** One line, made without running code of the target: `Map(2) { "a" → 1, … }`. */
  readonly preview: string;
}

export interface LiveFunction {
  readonly kind: 'function';
  readonly handle: Handle;
  readonly name: string;
  readonly isClass: boolean;
  /** `src/cart.ts:41`, where known. */
  readonly place?: string;
  readonly preview: string;
}

export interface LiveSymbol {
  readonly kind: 'symbol';
  readonly handle: Handle;
  readonly description: string;
}

export type LiveValue = LivePrimitive | LiveObject | LiveFunction | LiveSymbol;

/** One member of an object. Getters are never run: they are described as `accessor`. */
export interface LiveMember {
  /** Text that reaches the member in a live name: `items`, `[0]`, `["a b"]`, `.get("k")`, `#secret`. */
  readonly step: string;
  readonly key: LiveValue;
  readonly value: LiveValue | { readonly kind: 'accessor'; readonly getter: boolean; readonly setter: boolean };
  readonly writable: boolean;
  readonly enumerable: boolean;
  /** Where it comes from: an own property, a Map/Set entry, a module variable, a private field, the prototype. */
  readonly origin: 'property' | 'entry' | 'variable' | 'private' | 'prototype';
}
