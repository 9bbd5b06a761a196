// Runs in the target: makes the function that takes another's place, and remembers that other on it.
import type { Agent } from '../index.ts';
import { privateOf } from '../closures.ts';
import { dataProperty, isClass, isNative, textOfFunction } from '../shape.ts';

/** Puts a private field on an object that is made elsewhere: invisible to the app, visible to the inspector. */
class Given {
  constructor(object: object) {
    // eslint-disable-next-line no-constructor-return -- that is the trick: the field is installed on `object`
    return object;
  }
}
class Stamp extends Given {
  // Read by name through the inspector, also by a later devsandbox.
  // oxlint-disable-next-line no-unused-private-class-members
  readonly #devsandboxOriginal: unknown;
  constructor(object: object, original: unknown) {
    super(object);
    this.#devsandboxOriginal = original;
  }
}
const stamp = '#devsandboxOriginal';

export interface FunctionFacts {
  readonly source: string;
  readonly name: string;
  readonly isClass: boolean;
  readonly native: boolean;
}

export function factsOf(agent: Agent, fn: object): FunctionFacts {
  const name = dataProperty(agent.types, fn, 'name');
  return {
    source: textOfFunction(fn),
    name: typeof name === 'string' ? name : '',
    isClass: isClass(fn),
    native: isNative(fn),
  };
}

/** The function whose place `fn` took, whichever devsandbox put it there. */
export function originalOf(agent: Agent, fn: object): object | undefined {
  const original = privateOf(agent.capture.post, fn, stamp);
  return typeof original === 'function' ? original : undefined;
}

/** Compiles an expression `(home) => function` in the scope in which `fn` was made; `home` has the method, for `super`. */
export function compileLike(
  agent: Agent,
  fn: object,
  expression: string,
  home: object | undefined,
): { readonly made: object } | Failure {
  const { capture } = agent;
  const captured = capture.take(fn);
  if ('problem' in captured) return { failed: 'scope', reason: captured.problem };
  try {
    const make = capture.evalIn(captured.token, expression) as (home: object | null | undefined) => unknown;
    const made = make(home && Reflect.getPrototypeOf(home));
    if (typeof made !== 'function') return { failed: 'code', reason: `it gives ${typeof made}, no function` };
    adopt(made, fn as Function);
    return { made };
  } catch (error) {
    return { failed: 'code', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } finally {
    capture.release([captured.token]);
  }
}

export interface Failure {
  readonly failed: 'scope' | 'code' | 'nowhere';
  readonly reason: string;
}

/** Makes `next` look like `original` to code that reads properties off functions. */
function adopt(next: Function, original: Function): void {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'length' || key === 'arguments' || key === 'caller') continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(original, key)!;
    const present = Reflect.getOwnPropertyDescriptor(next, key);
    if (key === 'prototype' && present && 'value' in descriptor) next.prototype = descriptor.value;
    else if (!present || present.configurable) Reflect.defineProperty(next, key, descriptor);
  }
  new Stamp(next, original);
}
