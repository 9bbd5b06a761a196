// Foreign classes that own classes extend, as far as a replay needs them: what they make and have is on the tape.
import type { ClassStubs } from '../../instrument/runtime/foreign-classes.ts';
import { Kind, setKind } from '../../instrument/runtime/marks.ts';

/** @param known told of each own class, before its statics where it has any */
export function classStubs(known: (number: number, made: { readonly prototype: object }) => void): ClassStubs {
  const originals = new WeakMap<object, object>();
  const prototypes = new WeakMap<object, object>();
  return {
    extend(base) {
      // A class asks for the prototype of the one above, which a foreign class of a replay does not have.
      const stub = function ForeignClass(): void {};
      const prototype = prototypes.get(base) ?? (Object.create(Object.prototype) as object);
      prototypes.set(base, prototype);
      setKind(prototype, Kind.foreign);
      Object.defineProperty(stub, 'prototype', { value: prototype });
      originals.set(stub, base);
      return stub;
    },
    made(own, number) {
      known(number, own as unknown as { readonly prototype: object });
      const above = originals.get(Reflect.getPrototypeOf(own) ?? own);
      if (above) Reflect.setPrototypeOf(own, above);
    },
  };
}
