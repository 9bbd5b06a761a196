// What the helpers know of own classes: their private names, the keys of their computed members, how each is constructed,
// and the bridges to what they extend. In a target it is filled by the recorder, in a replay by the units themselves.
import { functionNumber, isObject, Kind, kindOf, setKind } from './marks.ts';
import { makeNames, PrivateName } from './privates.ts';
import type { PrivateAccess, PrivateSpec } from './privates.ts';

/** How a class with private names is constructed: see transform/construction.ts. */
export interface Construction {
  readonly how: 'plain' | 'asked' | 'gap';
  readonly reason: string;
}

interface Bridge {
  readonly bridge: object;
  readonly base: () => unknown;
}

const describe = Reflect.getOwnPropertyDescriptor;

export class ClassTable {
  /** Private names by the number of their class. */
  readonly names: Record<number, readonly PrivateName[]> = {};
  readonly privates = new Map<number, readonly PrivateName[]>();
  readonly constructions = new Map<number, Construction>();
  /** Keys of computed members, by the number of the member. */
  readonly keys = new Map<number, PropertyKey>();
  /** What classes extend, by their number: read from the original. */
  readonly parents = new Map<number, unknown>();
  /** Accessors made in the scope of a class; in a replay there are none, and the names are made anew. */
  readonly accesses = new Map<number, readonly PrivateAccess[]>();
  readonly #bridges: Bridge[] = [];
  readonly #placeholders = new WeakMap<object, object>();

  makeNames(
    number: number,
    specs: readonly PrivateSpec[],
    construction: Construction,
    className: string,
  ): readonly PrivateName[] {
    const accesses = this.accesses.get(number);
    const names = accesses
      ? specs.map((spec, at) => new PrivateName(spec, accesses[at] as PrivateAccess))
      : makeNames(specs, className);
    this.names[number] = names;
    this.privates.set(number, names);
    this.constructions.set(number, construction);
    return names;
  }

  /** Takes the copies of private methods and accessors off the class: they stand there by names that nobody else uses. */
  takeMembers(made: { readonly prototype: object }, names: readonly PrivateName[]): void {
    for (const name of names) {
      if (name.spec.kind === 'field') continue;
      const holder = name.spec.isStatic ? made : made.prototype;
      const key = `#${name.spec.name}`;
      const described = describe(holder, key);
      Reflect.deleteProperty(holder, key);
      name.method = described?.value as PrivateName['method'];
      name.getter = described?.get as PrivateName['getter'];
      name.setter = described?.set as PrivateName['setter'];
      if (name.spec.isStatic) name.install?.(made, undefined);
    }
  }

  /** How `new` of an own class goes, where it is not by its copy. */
  constructionOf(constructor: object): Construction | undefined {
    return this.constructions.size === 0 ? undefined : this.constructions.get(functionNumber(constructor));
  }

  /**
   * What a copy extends: constructs the base through `construct`.
   * @param later the variables that the base is named by are not known yet
   */
  bridge(
    base: () => unknown,
    later: boolean,
    construct: (site: number, constructor: unknown, args: unknown[], target: object) => unknown,
  ): unknown {
    const parent = base();
    if (parent === null) return null;
    const bridge = function bridge(this: unknown, site: number, args: unknown[]): unknown {
      return construct(site, base(), args, new.target as unknown as object);
    };
    setKind(bridge, Kind.native);
    if (typeof parent === 'function') this.#link(bridge, parent);
    else if (later) this.#bridges.push({ bridge, base });
    else return parent;
    return bridge;
  }

  #link(bridge: object, parent: object): void {
    Reflect.setPrototypeOf(bridge, parent);
    (bridge as { prototype: unknown }).prototype = this.#prototypeOf(parent);
  }

  #prototypeOf(parent: object): object {
    const own = describe(parent, 'prototype')?.value as unknown;
    if (isObject(own)) return own;
    // In a replay a foreign class has nothing but its name.
    let made = this.#placeholders.get(parent);
    if (!made) {
      made = Object.create(Object.prototype) as object;
      setKind(made, Kind.foreign);
      this.#placeholders.set(parent, made);
    }
    return made;
  }

  /** Links copies to what they extend, once that is known; `copies` are own classes. */
  link(copies: Iterable<object>): void {
    const known = new Map(this.#bridges.map((each) => [each.bridge, each]));
    for (const copy of copies) {
      const found = known.get(Reflect.getPrototypeOf(copy) as object);
      const parent = found?.base();
      if (!found || typeof parent !== 'function') continue;
      this.#link(found.bridge, parent);
      const prototype = describe(copy, 'prototype')?.value as object;
      Reflect.setPrototypeOf(prototype, (found.bridge as { prototype: object }).prototype);
    }
    this.#bridges.length = 0;
  }
}

type Ask = (
  site: number,
  object: object,
  key: PropertyKey,
  args: unknown[] | undefined,
  read: () => unknown,
) => unknown;

/** Helpers of classes: names stand in helpers.ts. */
export function makeClassHelpers(
  classes: ClassTable,
  given: {
    readonly construct: (site: number, constructor: unknown, args: unknown[], target?: object) => unknown;
    readonly invoke: (site: number, fn: unknown, self: unknown, args: unknown[]) => unknown;
    readonly kind: (value: unknown) => number;
    readonly isLive: () => boolean;
    readonly ask: Ask;
    readonly isIntrinsic: (value: object) => boolean;
    readonly own: (number: number, fn: object) => void;
  },
): Record<string, unknown> {
  const { construct, invoke, kind, ask } = given;
  /** What `super.x` gave is own code's or the language's; everything else is asked. */
  const isOurs = (value: unknown): boolean =>
    !given.isLive() || (typeof value === 'function' && (kind(value) === Kind.ownFunction || given.isIntrinsic(value)));
  return {
    P: classes.names,
    key: (number: number): PropertyKey => {
      const key = classes.keys.get(number);
      if (key === undefined) throw new TypeError('a computed key of a class is not known');
      return key;
    },
    pf: (number: number, method: object): void => given.own(number, method),
    ks: (number: number, key: unknown): PropertyKey => {
      const made = Reflect.ownKeys({ [key as PropertyKey]: 0 })[0]!;
      classes.keys.set(number, made);
      return made;
    },
    up: (number: number): unknown => classes.parents.get(number),
    base: (base: unknown, isRoot: number): unknown =>
      isRoot === 1
        ? classes.bridge(base as () => unknown, true, construct)
        : classes.bridge(() => base, false, construct),
    pn: (number: number, specs: readonly PrivateSpec[], construction: Construction, className: string) =>
      classes.makeNames(number, specs, construction, className),
    fc: (
      made: { prototype: object },
      number: number,
      members: readonly (string | symbol | number)[],
      names?: readonly PrivateName[],
    ): object => {
      given.own(number, made);
      for (let i = 0; i < members.length; i += 3) {
        const described = describe(String(members[i + 1]) === '1' ? made : made.prototype, members[i] as string);
        for (const part of [described?.value, described?.get, described?.set] as unknown[])
          if (typeof part === 'function') given.own(members[i + 2] as number, part);
      }
      if (names) classes.takeMembers(made, names);
      return made;
    },
    /** A reference to a private name, for operators that read and write. */
    pr: (name: PrivateName, object: object) => ({ name, object, v: name.g(object) }),
    pu: (name: PrivateName, object: object, step: number, prefix: number): unknown => {
      const read = name.g(object);
      const old = typeof read === 'bigint' ? read : Number(read);
      const next = typeof old === 'bigint' ? old + BigInt(step) : old + step;
      name.s(object, next);
      return prefix === 1 ? next : old;
    },
    pm: (site: number, name: PrivateName, object: object, args: unknown[]): unknown => {
      const fn = name.g(object);
      if (typeof fn !== 'function') throw new TypeError(`#${name.spec.name} is not a function`);
      return invoke(site, fn, object, args);
    },
    sm: (site: number, read: (key: PropertyKey) => unknown, key: PropertyKey, self: unknown, args: unknown[]) => {
      const fn = read(key);
      if (isOurs(fn) || !isObject(self)) return invoke(site, fn, self, args);
      return ask(site, self, key, args, () => fn);
    },
    sg: (site: number, read: (key: PropertyKey) => unknown, key: PropertyKey, self: unknown): unknown => {
      const isForeign = given.isLive() && isObject(self) && kind(self) === Kind.heir && !ownsTwice(self, key);
      if (!isForeign) return read(key);
      return ask(site, self, key, undefined, () => read(key));
    },
  };
}

/** Whether `instanceof` of an own class is decided by the foreign class that it extends, as far as a replay can tell. */
export function testsAsForeign(constructor: unknown, kind: (value: unknown) => number): boolean {
  if (kind(constructor) !== Kind.ownFunction) return false;
  for (let at = Reflect.getPrototypeOf(constructor as object), below = constructor as object; at;) {
    if (describe(below, Symbol.hasInstance)) return false;
    const found = kind(at);
    if (found !== Kind.ownFunction && found !== Kind.native) return found === Kind.foreign;
    below = at;
    at = Reflect.getPrototypeOf(at);
  }
  return false;
}

/** Whether own classes have a member twice over: `super` of the one is the other. */
function ownsTwice(self: object, key: PropertyKey): boolean {
  let found = 0;
  for (let at = Reflect.getPrototypeOf(self); at && kindOf(at) !== Kind.foreign; at = Reflect.getPrototypeOf(at))
    if (describe(at, key) !== undefined) found++;
  return found > 1;
}

/** An instance of an own class that was recorded: with the private names of its classes when they are laid over it. */
export function makeInstance(prototype: object, builtin: string, items?: unknown): object {
  const target = function target() {} as unknown as { prototype: object };
  target.prototype = prototype;
  switch (builtin) {
    case 'Map':
      return Reflect.construct(Map, [], target as unknown as () => void) as object;
    case 'Set':
      return Reflect.construct(Set, [], target as unknown as () => void) as object;
    case 'Array':
      return Reflect.construct(Array, [], target as unknown as () => void) as object;
    case 'Date':
      return Reflect.construct(Date, [items], target as unknown as () => void) as object;
    case 'Error':
      return Reflect.construct(Error, [], target as unknown as () => void) as object;
    default:
      return Object.create(prototype) as object;
  }
}
