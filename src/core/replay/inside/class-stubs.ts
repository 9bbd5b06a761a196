// Foreign classes that own classes extend, as far as a replay needs them: what they make and have is on the tape.
import type { ClassStubs } from '../../instrument/runtime/foreign-classes.ts';

export function classStubs(): ClassStubs & { readonly made: (own: object) => void } {
  const originals = new WeakMap<object, object>();
  return {
    extend(base) {
      // A class asks for the prototype of the one above, which a foreign class of a replay does not have.
      const stub = function ForeignClass(): void {};
      originals.set(stub, base);
      return stub;
    },
    made(own) {
      const above = originals.get(Reflect.getPrototypeOf(own) ?? own);
      if (above) Reflect.setPrototypeOf(own, above);
    },
  };
}
