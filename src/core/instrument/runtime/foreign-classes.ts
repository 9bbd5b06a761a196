// Own classes that extend foreign ones. What the foreign constructor makes belongs to foreign code, whatever own code adds
// to it: every operation on an instance is an ask, its construction is one, and the methods of the own class are entered
// like any other. ext the class above, su call of its constructor, sg read of what it has, fl field of an instance.
import { Op } from './boundary.ts';
import type { Boundary } from './boundary.ts';
import { functionNumber, isObject, Kind, kindOf, runnable, setKind } from './marks.ts';

/** In a replay foreign classes are not there. */
export interface ClassStubs {
  /** What own classes extend in the place of a foreign class, while they are made. */
  extend(base: object): object;
}

type Constructor = new (...args: unknown[]) => unknown;
type Construct = (args: readonly unknown[]) => object;

/** @param isForeign of the helpers: looks at an object once */
export function addForeignClasses(
  helpers: Record<string, unknown>,
  boundary: Pick<Boundary, 'ask' | 'gap'>,
  isForeign: (value: unknown) => boolean,
  stubs?: ClassStubs,
): void {
  /** The class with this number among those that an instance is of. */
  const classOf = (number: number, target: unknown): object | undefined => {
    for (let at = target; isObject(at); at = Reflect.getPrototypeOf(at)) if (functionNumber(at) === number) return at;
    return undefined;
  };
  Object.assign(helpers, {
    ext: (base: unknown): unknown => (stubs && isObject(base) && isForeign(base) ? stubs.extend(base) : base),
    su(site: number, number: number, target: unknown, args: readonly unknown[], construct: Construct): object {
      const own = classOf(number, target);
      const parent = own && Reflect.getPrototypeOf(own);
      if (!own || !parent || !isForeign(parent)) return construct(args);
      if (!Reflect.isExtensible(own)) {
        boundary.gap('foreign-class', site, 'a class that is not extensible extends a foreign one');
        return construct(args);
      }
      const made = boundary.ask(Op.construct, site, [parent, ...args], () => {
        const given = args.map((each) => (isObject(each) ? runnable(each) : each));
        const instance = Reflect.construct(parent as Constructor, given, target as Constructor) as object;
        if (kindOf(instance) === 0) setKind(instance, Kind.foreign);
        return instance;
      }) as object;
      // Fields are own code, which runs when the constructor above returns: not inside the ask. For the one call that
      // makes the instance `this` its class extends a function that gives it, and sets everything right.
      Reflect.setPrototypeOf(own, function () {
        Reflect.setPrototypeOf(own, parent);
        return made;
      });
      return construct([]);
    },
    sg: (site: number, self: unknown, key: PropertyKey, read: (key: PropertyKey) => unknown): unknown =>
      isForeign(self) ? boundary.ask(Op.get, site, [self, 'super', key], () => read(key)) : read(key),
    fl(site: number, self: unknown, key: PropertyKey, value: unknown): unknown {
      if (isForeign(self)) boundary.ask(Op.set, site, [self, key, value], () => undefined);
      return value;
    },
  });
}
