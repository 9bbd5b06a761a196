// What own classes extend. A copy of a class is made before own state is there, and what it extends is often a variable
// of it: until then an empty class stands in its place. `super` looks up what stands there when it is used.
import { isObject, runnable } from '../../instrument/runtime/marks.ts';

interface Open {
  readonly placeholder: object;
  readonly parent: () => unknown;
}

export class Bases {
  #open: Open[] = [];

  /** Stands for the helper `base` while units are made. */
  readonly of = (parent: () => unknown): unknown => {
    const found = value(parent);
    if (found !== undefined) return found;
    const placeholder = class {};
    this.#open.push({ placeholder, parent });
    return placeholder;
  };

  /** Puts what is known by now in the place of what stood for it. */
  link(copies: readonly object[]): void {
    this.#open = this.#open.filter(({ placeholder, parent }) => {
      const found = value(parent);
      if (!isObject(found)) return true;
      for (const copy of copies) {
        if (Reflect.getPrototypeOf(copy) !== placeholder) continue;
        Reflect.setPrototypeOf(copy, found);
        Reflect.setPrototypeOf(prototypeOf(copy) as object, prototypeOf(found) as object | null);
      }
      return false;
    });
  }
}

const prototypeOf = (of: object): unknown => Reflect.getOwnPropertyDescriptor(of, 'prototype')?.value;

function value(parent: () => unknown): unknown {
  try {
    const found = parent();
    return isObject(found) ? runnable(found) : found;
  } catch {
    return undefined;
  }
}
