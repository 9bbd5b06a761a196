// Classes of a program that is recorded from its first line: they stay what they are, so what they extend is called where
// `super` is written. ext the class above, cs a class before its statics, su call of the constructor above.
import type { Boundary } from './boundary.ts';
import { functionNumber, isObject, Kind, kindOf, setExtra, setKind } from './marks.ts';

/** In a replay foreign classes are not there. */
export interface ClassStubs {
  /** What own classes extend in the place of a foreign class, while they are made. */
  extend(base: object): object;
  /** An own class has been made: it extends the foreign class itself from now on. */
  made(own: object, number: number): void;
}

type Construct = (args: readonly unknown[]) => object;

interface Given {
  readonly isForeign: (value: unknown) => boolean;
  /** `new` of what is no own class, with another `new.target`. */
  readonly construct: (site: number, constructor: unknown, args: readonly unknown[], target: object) => unknown;
}

/** Builtin constructors that a replay cannot just run again with these arguments (calls.ts says how each goes). */
const isSpecial = (name: string, args: readonly unknown[], isForeign: (value: unknown) => boolean): boolean =>
  name === 'Promise' ||
  (name === 'Date' && args.length === 0) ||
  (args.some(isForeign) && !/Map|Set|WeakRef|Error/.test(name));

export function addForeignClasses(
  helpers: Record<string, unknown>,
  { encoder, gap }: Pick<Boundary, 'encoder' | 'gap'>,
  { isForeign, construct }: Given,
  stubs?: ClassStubs,
): void {
  /** Constructors that run now, one above another, and the class above each. */
  const running: { readonly target: object; readonly above: object }[] = [];

  /** The class with this number whose constructor runs: classes made of one text may stand above one another. */
  const classOf = (number: number, target: object): object | undefined => {
    const find = (from: object): object | undefined => {
      for (let at: object | null = from; isObject(at); at = Reflect.getPrototypeOf(at)) {
        if (functionNumber(at) === number) return at;
        if (kindOf(at) === Kind.foreign) return undefined;
      }
      return undefined;
    };
    const last = running.at(-1);
    return (last?.target === target ? find(last.above) : undefined) ?? find(target);
  };
  const natively = (make: Construct, args: readonly unknown[], target: object, above: object): object => {
    running.push({ target, above });
    try {
      return make(args);
    } finally {
      running.pop();
    }
  };

  Object.assign(helpers, {
    ext: (base: unknown): unknown => (stubs && isObject(base) && isForeign(base) ? stubs.extend(base) : base),
    cs(made: object, number: number): void {
      if (kindOf(made) === 0) {
        setKind(made, Kind.ownFunction);
        setExtra(made, number);
      }
      stubs?.made(made, number);
    },
    su(site: number, number: number, target: object, args: readonly unknown[], make: Construct): object {
      const own = classOf(number, target);
      const parent = own && Reflect.getPrototypeOf(own);
      if (!own || !parent) return make(args);
      const builtin = kindOf(parent) === 0 ? encoder.intrinsics.nameOf(parent) : undefined;
      if (!isForeign(parent) && (builtin === undefined || !isSpecial(builtin, args, isForeign)))
        return natively(make, args, target, parent);
      if (!Reflect.isExtensible(own)) {
        gap('foreign-class', site, 'a class that is not extensible extends a foreign one');
        return make(args);
      }
      const made = construct(site, parent, args, target) as object;
      // Fields are own code, which runs when the constructor above returns: not inside the ask. For the one call that
      // makes the instance `this` its class extends a function that gives it, and sets everything right.
      Reflect.setPrototypeOf(own, function () {
        Reflect.setPrototypeOf(own, parent);
        return made;
      });
      return make([]);
    },
  });
}
