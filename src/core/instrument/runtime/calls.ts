// Calls and constructions: own functions run, builtins are re-executed, everything else is asked.
import type { Boundary, Current } from './boundary.ts';
import type { Construction } from './classes.ts';
import { Op } from './boundary.ts';
import type { Intrinsic } from './intrinsics.ts';
import { functionNumber, idOf, isObject, Kind, kindOf, runnable, setExtra, setKind } from './marks.ts';
import { NativePromise } from './promises.ts';

const promiseStatics = new Set(['Promise.all', 'Promise.race', 'Promise.any', 'Promise.allSettled', 'Promise.resolve']);

interface Look {
  readonly kind: (value: unknown) => number;
  readonly foreign: (value: unknown) => boolean;
  /** The same for what one member of an object is: an heir has some from a foreign class. */
  readonly foreignAt: (value: unknown, key: PropertyKey) => boolean;
}
type Callable = (...args: unknown[]) => unknown;
type Resolvers = { promise: Promise<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void };

export interface Calls {
  readonly c: (site: number, fn: unknown, args: unknown[]) => unknown;
  readonly m: (site: number, object: unknown, key: PropertyKey, args: unknown[]) => unknown;
  readonly k: (site: number, fn: unknown, self: unknown, args: unknown[]) => unknown;
  readonly n: (site: number, constructor: unknown, args: unknown[], target?: object) => unknown;
  readonly fn: (
    site: number,
    object: unknown,
    key: PropertyKey,
  ) => { readonly f: unknown; readonly object: unknown; readonly key: PropertyKey };
  readonly cf: (
    site: number,
    held: { readonly f: unknown; readonly object: unknown; readonly key: PropertyKey },
    args: unknown[],
  ) => unknown;
  /** Arguments as foreign code gets them. */
  readonly outward: (args: unknown[]) => unknown[];
  /** What own code waits for instead of a foreign promise: its gate. */
  readonly follow: (site: number, value: unknown) => unknown;
}

export function makeCalls(boundary: Boundary, current: Current, look: Look): Calls {
  const { intrinsics } = boundary.encoder;
  const { kind, foreign, foreignAt } = look;

  const follow = (site: number, value: unknown): unknown => {
    if (!isObject(value)) return value;
    const found = kind(value);
    if (found === Kind.foreignPromise) return boundary.gate(value);
    if (found === Kind.foreign && isThenable(value)) {
      // A thenable of a library, lazy perhaps: `then` is the call that starts it.
      return boundary.gate(boundary.ask(Op.await, site, [value], () => NativePromise.resolve(value)) as object);
    }
    if (found === Kind.data) return thenable(site, value);
    return value;
  };

  /** Data with a `then`, which the engine would call where nobody of own code is on the stack: it is called as own code. */
  const thenable = (site: number, value: object): unknown => {
    let then: unknown;
    try {
      then = (value as { readonly then?: unknown }).then;
    } catch (error) {
      return NativePromise.reject(error as Error);
    }
    if (typeof then !== 'function') return value;
    const call = current.call;
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- it stands for one
      then: (...settle: readonly ((value: unknown) => void)[]): unknown =>
        resumed(call, () => invoke(site, then, value, settle.map(resolving))),
    };
  };

  /** Own code that the engine calls, for the call in which it was handed over. */
  const resumed = (call: number, run: () => unknown): unknown => {
    boundary.resuming?.();
    const [wasOn, wasCall] = [current.on, current.call];
    current.on = true;
    current.call = call;
    current.steps += 1;
    try {
      return run();
    } finally {
      current.on = wasOn;
      current.call = wasCall;
    }
  };

  const reaction = (site: number, given: unknown): unknown => {
    if (typeof given !== 'function') return given;
    const call = current.call;
    return (...results: unknown[]): unknown =>
      resumed(call, () => follow(site, invoke(site, given, undefined, results)));
  };

  const react = (site: number, promise: object, name: string, args: unknown[]): unknown => {
    const source = follow(site, promise) as Promise<unknown>;
    const method = (source as unknown as Record<string, Callable>)[name] as Callable;
    return Reflect.apply(
      method,
      source,
      args.map((item) => reaction(site, item)),
    );
  };

  /** Resolving functions as own code gets them: they know when foreign code calls them. */
  const resolving = (settle: (value: unknown) => void): Callable => {
    // Without a name, as the engine's own.
    const [made] = [
      (value: unknown): void => {
        if (current.on || !current.live) return settle(follow(0, value));
        const outer = current.call;
        const call = boundary.enter({ n: -1, id: idOf(made) }, undefined, [value], false);
        current.on = true;
        current.call = call;
        settle(follow(0, value));
        boundary.leave({
          call,
          entered: true,
          isAsync: false,
          outerCall: outer,
          left: true,
          suspended: false,
          resumed: false,
          outcome: 1,
          value: undefined,
        });
        current.on = false;
        current.call = current.depth > 0 ? outer : 0;
      },
    ] as const;
    setKind(made, Kind.native);
    return made;
  };
  const callback = (site: number, value: unknown): unknown => {
    if (typeof value !== 'function') return value;
    const found = kind(value);
    if (found === Kind.ownFunction) return runnable(value);
    if (found === Kind.foreign) return (...args: unknown[]): unknown => invoke(site, value, undefined, args);
    return value;
  };

  const anyForeign = (args: readonly unknown[]): boolean => {
    for (const each of args) if (foreign(each)) return true;
    return false;
  };

  const builtin = (site: number, known: Intrinsic, fn: Callable, self: unknown, args: unknown[]): unknown => {
    const { name } = known;
    switch (name) {
      case 'Function.prototype.call':
        return invoke(site, self, args[0], args.slice(1));
      case 'Function.prototype.apply':
        return invoke(site, self, args[0], args[1] === undefined || args[1] === null ? [] : listOf(args[1]));
      case 'Function.prototype.bind': {
        if (kind(self) !== Kind.ownFunction) break;
        const bound = Reflect.apply(fn, runnable(self as object), args) as object;
        setKind(bound, Kind.ownFunction);
        setExtra(bound, functionNumber(self as object));
        return bound;
      }
      case 'Reflect.apply':
        return invoke(site, args[0], args[1], listOf(args[2]));
      case 'Reflect.construct':
        if (args.length === 2) return construct(site, args[0], listOf(args[1]));
        break;
      case 'Promise.prototype.then':
      case 'Promise.prototype.catch':
      case 'Promise.prototype.finally':
        return react(site, self as object, name.slice(18), args);
      case 'Proxy.revocable': {
        const made = Reflect.apply(fn, self, args) as { readonly proxy: object };
        asProxy(made.proxy);
        return made;
      }
      case 'Promise.withResolvers': {
        const made = Reflect.apply(fn, self, args) as Resolvers;
        return { promise: made.promise, resolve: resolving(made.resolve), reject: resolving(made.reject) };
      }
      default:
    }
    if (promiseStatics.has(name)) {
      const given = args[0];
      const mapped = Array.isArray(given) ? given.map((item) => follow(site, item)) : follow(site, given);
      return Reflect.apply(fn, self, [mapped]);
    }
    if (known.isImpure || (self !== undefined && foreign(self))) return askCall(site, fn, self, args);
    if (known.reads && anyForeign(args)) return askCall(site, fn, self, args);
    return Reflect.apply(fn, self, known.calls ? args.map((item) => callback(site, item)) : args);
  };

  /** Arguments as foreign code gets them: the copy in the place of an original. */
  const outward = (args: unknown[]): unknown[] =>
    args.map((item) => (typeof item === 'function' ? runnable(item) : item));

  const askCall = (site: number, fn: Callable, self: unknown, args: unknown[]): unknown =>
    boundary.ask(Op.call, site, [fn, self, ...args], () => Reflect.apply(fn, self, outward(args)));

  const invoke = (site: number, fn: unknown, self: unknown, args: unknown[]): unknown => {
    if (typeof fn !== 'function') return (fn as Callable)(...args);
    if (!current.live) return Reflect.apply(runnable(fn) as Callable, self, args);
    const marked = kindOf(fn);
    const known = marked === 0 ? intrinsics.of(fn) : undefined;
    if (known) return builtin(site, known, fn as Callable, self, args);
    const found = marked === 0 ? kind(fn) : marked;
    if (found === Kind.ownFunction) return Reflect.apply(runnable(fn) as Callable, self, args);
    if (found === Kind.native) return Reflect.apply(fn, self, args);
    return askCall(site, fn as Callable, self, args);
  };

  const method = (site: number, object: unknown, key: PropertyKey, args: unknown[]): unknown => {
    if (isObject(object) && current.live) {
      const found = kind(object);
      if (found === Kind.foreignPromise && (key === 'then' || key === 'catch' || key === 'finally'))
        return react(site, object, key, args);
      if (found === Kind.foreign || found === Kind.foreignPromise || (found === Kind.heir && foreignAt(object, key))) {
        return boundary.ask(Op.method, site, [object, key, ...args], () => {
          const fn = (object as Record<PropertyKey, Callable>)[key];
          if (typeof fn !== 'function')
            return (object as Record<PropertyKey, Callable>)[key]?.(...args) ?? notCallable(key);
          return Reflect.apply(fn, object, outward(args));
        });
      }
    }
    const fn = (object as Record<PropertyKey, unknown>)[key];
    if (typeof fn !== 'function') return notCallable(key);
    return invoke(site, fn, object, args);
  };

  /** A class with private names: natively, or as one ask whose answer is the instance. */
  const constructPrivate = (
    site: number,
    constructor: object,
    args: unknown[],
    target: object,
    { how, reason }: Construction,
  ): unknown => {
    if (how === 'plain' && !args.some(foreign)) return boundary.constructOwn(constructor, args, target);
    if (reason !== '' && how !== 'asked') boundary.gap('construction', site, reason);
    return boundary.ask(Op.construct, site, [constructor, ...args], () =>
      boundary.constructOwn(constructor, outward(args), target),
    );
  };

  /** @param given `new.target`, where it is another: a class that extends it is constructed */
  const construct = (site: number, constructor: unknown, args: unknown[], given?: object): unknown => {
    if (typeof constructor !== 'function') return new (constructor as new () => unknown)();
    const target = (given ?? constructor) as Callable;
    const found = kind(constructor);
    const own = found === Kind.ownFunction ? boundary.classes.constructionOf(constructor) : undefined;
    if (!current.live)
      return own
        ? boundary.constructOwn(constructor, args, target)
        : Reflect.construct(runnable(constructor) as Callable, args, target);
    if (own) return constructPrivate(site, constructor, args, target, own);
    if (found === Kind.ownFunction) return Reflect.construct(runnable(constructor) as Callable, args, target);
    const known = found === 0 ? intrinsics.of(constructor) : undefined;
    if (!known) {
      const made = boundary.ask(Op.construct, site, [constructor, ...args], () =>
        Reflect.construct(constructor, outward(args), target),
      ) as object;
      // A replay knows the class by its number; which one of several it was is known here.
      const proto = given ? (Reflect.getOwnPropertyDescriptor(given, 'prototype')?.value as object) : undefined;
      if (proto && Reflect.getPrototypeOf(made) !== proto) Reflect.setPrototypeOf(made, proto);
      return made;
    }
    const { name } = known;
    if (name === 'Promise' && typeof args[0] === 'function') {
      const executor = args[0];
      const run = (resolve: (value: unknown) => void, reject: (value: unknown) => void): void =>
        void invoke(site, executor, undefined, [resolving(resolve), resolving(reject)]);
      return Reflect.construct(constructor, [run], target) as unknown;
    }
    if (name === 'Date' && args.length === 0)
      return Reflect.construct(constructor, [boundary.ask(Op.now, site, [], () => Date.now())], target) as unknown;
    if (name === 'Proxy') return asProxy(Reflect.construct(constructor, args) as object);
    if (known.reads && anyForeign(args) && !/Map|Set|Proxy|WeakRef|Error/.test(name))
      return boundary.ask(Op.construct, site, [constructor, ...args], () =>
        Reflect.construct(constructor, outward(args), target),
      );
    return Reflect.construct(constructor, args, target) as unknown;
  };

  return {
    c: (site, fn, args) => invoke(site, fn, undefined, args),
    m: method,
    k: (site, fn, self, args) => invoke(site, fn, self, args),
    n: construct,
    fn: (site, object, key) => ({
      f: foreignAt(object, key)
        ? boundary.ask(Op.get, site, [object, key], () => (object as Record<PropertyKey, unknown>)[key])
        : (object as Record<PropertyKey, unknown>)[key],
      object,
      key,
    }),
    cf: (site, held, args) =>
      foreignAt(held.object, held.key)
        ? method(site, held.object, held.key, args)
        : invoke(site, held.f, held.object, args),
    outward,
    follow,
  };
}

/** A getter that throws is met again by the promise, which rejects. */
function isThenable(value: object): boolean {
  try {
    return typeof (value as { readonly then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/** Arguments out of anything with a length, as `apply` takes them: no iterator is asked. */
function listOf(given: unknown): unknown[] {
  if (!isObject(given)) throw new TypeError('CreateListFromArrayLike called on non-object');
  return Array.from({ length: (given as ArrayLike<unknown>).length }, (_, at) => (given as ArrayLike<unknown>)[at]);
}

/** One of a function stays foreign: what it calls would not be the copy. */
function asProxy(made: object): object {
  if (typeof made === 'object') setKind(made, Kind.ownProxy);
  return made;
}

function notCallable(key: PropertyKey): never {
  throw new TypeError(`${String(key)} is not a function`);
}
