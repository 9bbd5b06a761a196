// The object `$` of a copy: each helper does what the operation it stands for does, and asks the boundary where the
// operation meets something foreign. Names are short because they stand in rewritten code many times; what they mean:
// G global, c call, m method, k call with receiver, n new, g get, s set, d delete, has in, io instanceof, i iterate,
// ai async iterate, fi for-in, o object pattern, sp object spread, tpl template part, imp import(), z absent argument.
import type { Boundary, Current } from './boundary.ts';
import { Op } from './boundary.ts';
import { makeCalls } from './calls.ts';
import { makeClassHelpers, testsAsForeign } from './classes.ts';
import { isOwnMember } from './classify.ts';
import { makeFrames } from './frames.ts';
import { idOf, isObject, Kind, kindOf, runnable, setExtra, setKind } from './marks.ts';
import type { Identity } from './marks.ts';
import type { PrivateName } from './privates.ts';
import { NativePromise, whenSettled } from './promises.ts';

export interface Reference {
  readonly site: number;
  readonly object: unknown;
  readonly key: PropertyKey;
  readonly v: unknown;
  readonly sloppy: 1 | undefined;
}

interface PrivateReference {
  readonly name: PrivateName;
  readonly object: object;
  readonly v: unknown;
}

const absent = Symbol('absent');

type Indexed = Record<PropertyKey, unknown>;
type Spec = readonly (string | readonly [string, Spec | 1])[];

/** What sloppy code does, made as sloppy code: this file is strict. */
// eslint-disable-next-line no-eval -- an indirect eval is how a strict file makes sloppy code
const sloppily = (0, eval)(
  '({ write: (o, k, v) => { o[k] = v; }, remove: (o, k) => delete o[k] })\n//# sourceURL=devsandbox:sloppy',
) as {
  readonly write: (object: unknown, key: PropertyKey, value: unknown) => void;
  readonly remove: (object: unknown, key: PropertyKey) => boolean;
};
const write = (object: unknown, key: PropertyKey, value: unknown, sloppy?: 1): void => {
  if (sloppy) sloppily.write(object, key, value);
  else (object as Indexed)[key] = value;
};
const remove = (object: unknown, key: PropertyKey, sloppy?: 1): boolean =>
  sloppy ? sloppily.remove(object, key) : delete (object as Indexed)[key];

const apply = (operator: string, a: unknown, b: unknown): unknown => {
  const [x, y] = [a as number, b as number];
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '%':
      return x % y;
    case '**':
      return x ** y;
    case '<<':
      return x << y;
    case '>>':
      return x >> y;
    case '>>>':
      return x >>> y;
    case '&':
      return x & y;
    case '|':
      return x | y;
    default:
      return x ^ y;
  }
};

/** Makes the helpers over a boundary. */
export function makeHelpers(boundary: Boundary, current: Current): Record<string, unknown> {
  const { encoder } = boundary;

  /** What an object is; looked at once. */
  const kind = (value: unknown): number => {
    if (!isObject(value)) return 0;
    const known = kindOf(value);
    if (known !== 0) return known;
    if (encoder.intrinsics.nameOf(value) !== undefined) return 0;
    const found = encoder.classify(value);
    setKind(value, found);
    return found;
  };
  const foreign = (value: unknown): boolean => {
    if (!current.live || !isObject(value)) return false;
    const found = kind(value);
    return found === Kind.foreign || found === Kind.foreignPromise;
  };
  /** Foreign, or an heir that has what is asked for from the foreign class that it extends. */
  const foreignAt = (value: unknown, key: PropertyKey): boolean => {
    if (!current.live || !isObject(value)) return false;
    const found = kind(value);
    if (found === Kind.heir) return !isOwnMember(value, key, encoder.isMentioned);
    return found === Kind.foreign || found === Kind.foreignPromise;
  };
  const calls = makeCalls(boundary, current, { kind, foreign, foreignAt });
  const frames = makeFrames(boundary, current, calls.follow);

  const get = (site: number, object: unknown, key: PropertyKey): unknown => {
    if (foreignAt(object, key) || (key === 'stack' && object instanceof Error && current.live))
      return boundary.ask(Op.get, site, [object, key], () => (object as Indexed)[key]);
    return (object as Indexed)[key];
  };
  const set = (site: number, object: unknown, key: PropertyKey, value: unknown, sloppy?: 1): unknown => {
    if (foreignAt(object, key))
      boundary.ask(Op.set, site, [object, key, value], () =>
        write(object, key, isObject(value) ? runnable(value) : value, sloppy),
      );
    else write(object, key, value, sloppy);
    return value;
  };

  const put = (to: Reference | PrivateReference, value: unknown): unknown =>
    'name' in to ? to.name.s(to.object, value) : set(to.site, to.object, to.key, value, to.sloppy);

  const iterate = (site: number, value: unknown): unknown => {
    if (!foreignAt(value, Symbol.iterator)) return value;
    const iterator = boundary.ask(Op.iterate, site, [value, false], () =>
      asForeign((value as Iterable<unknown>)[Symbol.iterator]()),
    );
    return {
      [Symbol.iterator]: () => ({
        next: () => calls.m(site, iterator, 'next', []),
        return: () => {
          if (get(site, iterator, 'return') !== undefined) calls.m(site, iterator, 'return', []);
          return { done: true, value: undefined };
        },
      }),
    };
  };
  const asForeign = <T extends object>(value: T): T => {
    if (kindOf(value) === 0) setKind(value, Kind.foreign);
    return value;
  };

  /** What an object pattern reads, in its order: of something foreign by asks, of data that may hold such as it is. */
  const unpack = (site: number, value: unknown, spec: Spec): unknown => {
    const isForeign = foreign(value);
    if (!isForeign && !(isObject(value) && (kind(value) === Kind.heir || spec.some((item) => Array.isArray(item)))))
      return value;
    const read = Object.create(null) as Indexed;
    for (const item of spec) {
      if (item === '...')
        Object.assign(
          read,
          isForeign
            ? others(boundary.ask(Op.spread, site, [value], () => ({ ...(value as object) })) as object, spec)
            : others(value as object, spec),
        );
      else if (typeof item === 'string') read[item] = get(site, value, item);
      else {
        const inner = get(site, value, item[0]);
        read[item[0]] = item[1] === 1 ? iterate(site, inner) : unpack(site, inner, item[1]);
      }
    }
    return read;
  };

  const own = <T extends object>(number: number, fn: T): T => {
    if (kindOf(fn) === 0) {
      setKind(fn, Kind.ownFunction);
      setExtra(fn, number);
    }
    return fn;
  };

  /** Closures made so far, by number of their function. */
  const made: number[] = [];
  const nthOf = (number: number): number => (made[number] = (made[number] ?? 0) + 1);

  const identified = <T extends object>(fn: T, self: Identity): T => {
    setKind(fn, Kind.ownFunction);
    setExtra(fn, self);
    return fn;
  };

  return {
    ...calls,
    ...frames,
    ...makeClassHelpers(boundary.classes, {
      construct: calls.n,
      invoke: calls.k,
      kind,
      isLive: () => current.live,
      ask: (site, object, key, args, read) =>
        args
          ? boundary.ask(Op.method, site, [object, key, ...args], () =>
              Reflect.apply(read() as () => unknown, object, calls.outward(args)),
            )
          : boundary.ask(Op.get, site, [object, key], read),
      isIntrinsic: (value) => encoder.intrinsics.nameOf(value) !== undefined,
      own,
    }),
    /** In the place of an argument whose default is still to be computed. */
    z: absent,
    get on() {
      return current.on || !current.live;
    },
    G: (name: string, value: unknown): unknown => {
      if (isObject(value) && kindOf(value) === 0 && encoder.intrinsics.nameOf(value) === undefined) {
        setKind(value, Kind.foreign);
        encoder.globals.set(value, name);
      }
      return value;
    },
    g: get,
    s: set,
    d: (site: number, object: unknown, key: PropertyKey, sloppy?: 1): boolean =>
      foreignAt(object, key)
        ? (boundary.ask(Op.delete, site, [object, key], () => remove(object, key, sloppy)) as boolean)
        : remove(object, key, sloppy),
    has: (site: number, key: PropertyKey, object: unknown): boolean =>
      foreignAt(object, key)
        ? (boundary.ask(Op.has, site, [object, key], () => key in (object as object)) as boolean)
        : key in (object as object),
    io: (site: number, value: unknown, constructor: unknown): boolean => {
      const asked =
        foreign(constructor) ||
        (isObject(value) && foreign(value) && kind(constructor) !== Kind.ownFunction) ||
        (current.live && testsAsForeign(constructor, kind));
      const test = (): boolean => value instanceof (constructor as new () => unknown);
      return asked ? (boundary.ask(Op.instanceof, site, [value, constructor], test) as boolean) : test();
    },
    ref: (site: number, object: unknown, key: PropertyKey, sloppy?: 1): Reference => ({
      site,
      object,
      key,
      v: get(site, object, key),
      sloppy,
    }),
    put: (reference: Reference | PrivateReference, value: unknown): unknown => put(reference, value),
    set: (reference: Reference | PrivateReference, operator: string, value: unknown): unknown =>
      put(reference, apply(operator, reference.v, value)),
    upd: (site: number, object: unknown, key: PropertyKey, step: number, prefix: number, sloppy?: 1): unknown => {
      const read = get(site, object, key);
      const old = typeof read === 'bigint' ? read : Number(read);
      const next = typeof old === 'bigint' ? old + BigInt(step) : old + step;
      set(site, object, key, next, sloppy);
      return prefix === 1 ? next : old;
    },
    i: iterate,
    isForeign: foreign,
    ai: (site: number, value: unknown): object => {
      const isForeign = foreignAt(value, Symbol.asyncIterator);
      const source = value as { [Symbol.asyncIterator]?: () => object; [Symbol.iterator]?: () => object };
      const open = (): object => (source[Symbol.asyncIterator] ?? source[Symbol.iterator])?.call(source) as object;
      const iterator = isForeign ? boundary.ask(Op.iterate, site, [value, true], () => asForeign(open())) : open();
      return {
        /** It is to be closed when the loop is left. */
        open: false,
        /** The loop is left by something that was thrown. */
        failed: false,
        value: undefined as unknown,
        next(this: { open: boolean }) {
          this.open = false;
          const step = calls.m(site, iterator, 'next', []) as { done?: boolean; value: unknown };
          // A synchronous iterator gives promises among its values: each is waited for.
          if (isForeign || source[Symbol.asyncIterator] !== undefined || step.done === true) return step;
          return whenSettled(NativePromise.resolve(calls.follow(site, step.value)), (item) => ({
            done: false,
            value: item,
          }));
        },
        more(this: { open: boolean; value: unknown }, step: { done?: boolean; value: unknown }): boolean {
          this.open = step.done !== true;
          if (this.open) this.value = step.value;
          return this.open;
        },
        close: () => (get(site, iterator, 'return') === undefined ? undefined : calls.m(site, iterator, 'return', [])),
      };
    },
    fi: (site: number, object: unknown): unknown => {
      if (!foreign(object) && !(current.live && kind(object) === Kind.heir)) return object;
      return boundary.ask(Op.keys, site, [object], () => {
        const keys: Record<string, number> = {};
        for (const key in object as object) keys[key] = 1;
        return keys;
      });
    },
    o: unpack,
    sp: (site: number, value: unknown): unknown =>
      foreign(value) ? boundary.ask(Op.spread, site, [value], () => ({ ...(value as object) })) : value,
    tpl: (site: number, value: unknown): unknown =>
      foreignAt(value, 'toString') ? boundary.ask(Op.string, site, [value], () => `${value as string}`) : value,
    imp: (site: number, specifier: unknown, scope: { import?: (specifier: unknown) => unknown }): unknown =>
      boundary.ask(Op.import, site, [specifier], () => {
        if (!scope.import) throw new TypeError('import() is not available in an instrumented copy');
        return scope.import(specifier);
      }),
    f: (number: number, make: (self: Identity) => object): object => {
      const self = { n: number, id: 0, nth: nthOf(number) };
      return identified(make(self), self);
    },
    fd: (number: number, fn: object): Identity => {
      // In a circle of modules it may have crossed before its module began.
      const self = { n: number, id: idOf(fn), nth: nthOf(number) };
      identified(fn, self);
      return self;
    },
    fo: (object: Indexed, members: readonly (string | number)[]): object => {
      for (let i = 0; i < members.length; i += 2) {
        const described = Reflect.getOwnPropertyDescriptor(object, members[i] as string);
        for (const part of [described?.value, described?.get, described?.set] as unknown[])
          if (typeof part === 'function') own(members[i + 1] as number, part);
      }
      return object;
    },
  };
}

/** What `...rest` takes: the own enumerable properties that the pattern does not name. */
function others(value: object, spec: Spec): object {
  const named = new Set<PropertyKey>(spec.map((item) => (typeof item === 'string' ? item : item[0])));
  const rest: Indexed = {};
  for (const key of Reflect.ownKeys(value))
    if (!named.has(key) && Object.prototype.propertyIsEnumerable.call(value, key)) rest[key] = (value as Indexed)[key];
  return rest;
}
