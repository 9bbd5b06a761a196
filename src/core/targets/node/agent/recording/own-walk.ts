// Runs in the target: walks from what the app holds to every function that can be reached, and remembers each place that
// holds one. It tells own data (made by own code, read natively by copies) from what belongs to foreign code, because
// only references that foreign code holds are swapped. No getter and no proxy trap runs; the walk goes on in slices.
import type { ClosureScope } from '../closures.ts';
import type { Holder as Place } from '../holder.ts';
import { descriptorIn, entriesOf, isNative, ownKeys, textOfFunction, type Types } from '../shape.ts';

/** One place that holds a function. */
export interface Holder extends Place {
  /** Held by own data: copies find the original there and are led to its copy, so it stays. */
  readonly own: boolean;
}

export interface OwnWalk {
  /** `own`: objects that own code made; else what foreign code holds. */
  add(own: boolean, ...roots: unknown[]): void;
  /** Adds what a bound function leads to. */
  addBound(part: unknown): void;
  /** Adds the variables of scopes. */
  addScopes(own: boolean, scopes: readonly ClosureScope[]): void;
  run(ms: number): boolean;
  /** Functions met since the last call, at most `count`; own ones first, whose variables say what is own data. */
  take(count: number): object[];
  looksOwn(fn: object): boolean;
  readonly holders: ReadonlyMap<object, readonly Holder[]>;
  /** Foreign objects that own data or own variables lead to. */
  readonly foreign: ReadonlySet<object>;
  readonly cut: boolean;
}

const objectLimit = 300_000;
const entryLimit = 5_000;
const foreignLimit = 20_000;

export function makeOwnWalk(
  types: Types,
  ownTexts: ReadonlySet<string>,
  moduleClass: object | undefined,
  emitter: object | undefined,
  leftOut: readonly object[] = [],
  isIntrinsic: (value: object) => boolean = () => false,
): OwnWalk {
  // To look at a property of the global object can load a part of Node (`Response` loads undici).
  const seen = new WeakSet<object>([globalThis, ...leftOut]);
  const holders = new Map<object, Holder[]>();
  const foreign = new Set<object>();
  const ownQueue: object[] = [];
  const foreignQueue: object[] = [];
  const looked = new WeakMap<object, boolean>();
  const ownFunctions: object[] = [];
  const functions: object[] = [];
  let met = 0;
  let cut = false;

  const looksOwn = (fn: object): boolean => {
    let known = looked.get(fn);
    if (known === undefined) looked.set(fn, (known = ownTexts.has(textOfFunction(fn))));
    return known;
  };
  const valueOf = (object: object, key: PropertyKey): unknown => {
    try {
      return Reflect.getOwnPropertyDescriptor(object, key)?.value;
    } catch {
      return undefined;
    }
  };
  /** V8 tells what it is bound to. */
  const isBound = (fn: object): boolean => {
    const name = valueOf(fn, 'name');
    return typeof name === 'string' && name.startsWith('bound ');
  };
  const plain = new Set<object | null>([null, Object.prototype, Array.prototype, Map.prototype, Set.prototype]);

  /** Whether own code made it, as far as its kind says. */
  const isOwnData = (value: object): boolean => {
    if (typeof value === 'function') return looksOwn(value);
    const proto = Reflect.getPrototypeOf(value);
    // Dates, errors, bytes and the like are data, whoever made them; a promise tells of what goes on elsewhere.
    if (plain.has(proto) || types.isTypedArray(value)) return true;
    if (types.isPromise(value)) return false;
    if (proto && isIntrinsic(proto)) return true;
    const made = proto && !types.isProxy(proto) ? valueOf(proto, 'constructor') : undefined;
    if (typeof made === 'function' && looksOwn(made)) return true;
    // The prototype of an own class, whatever that class extends.
    const self = valueOf(value, 'constructor');
    return typeof self === 'function' && looksOwn(self) && valueOf(self, 'prototype') === value;
  };

  const push = (value: unknown, fromOwn: boolean): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    const proxy = types.isProxy(value);
    const own = !proxy && fromOwn && isOwnData(value);
    if (fromOwn && !own && foreign.size < foreignLimit) foreign.add(value);
    if (proxy || seen.has(value)) return;
    if (met >= objectLimit) {
      cut = true;
      return;
    }
    met++;
    seen.add(value);
    // Own code may come to light through foreign holders; what it holds is its own again.
    if (own || (typeof value === 'function' && looksOwn(value))) ownQueue.push(value);
    else foreignQueue.push(value);
  };

  const hold = (value: unknown, holder: Holder): void => {
    if (typeof value !== 'function') return;
    const list = holders.get(value);
    if (list) list.push(holder);
    else holders.set(value, [holder]);
  };

  const visit = (value: object, own: boolean): void => {
    if (typeof value === 'function' && (!isNative(value) || isBound(value)))
      (looksOwn(value) ? ownFunctions : functions).push(value);
    if (types.isTypedArray(value) || types.isAnyArrayBuffer(value)) return;
    if (types.isMap(value)) {
      for (const [key, item] of entriesOf(value, true, 0, entryLimit)) {
        hold(item, { object: value, key, part: 'entry', own });
        push(key, own);
        push(item, own);
      }
    } else if (types.isSet(value)) {
      for (const [item] of entriesOf(value, false, 0, entryLimit)) {
        hold(item, { object: value, key: '', part: 'member', own });
        push(item, own);
      }
    }
    const isModule = moduleClass !== undefined && Reflect.getPrototypeOf(value) === moduleClass;
    const isEmitter =
      own && emitter !== undefined && typeof value === 'object' && Object.prototype.isPrototypeOf.call(emitter, value);
    const keys = ownKeys(value);
    if (keys.length > entryLimit) cut = true;
    for (const key of keys.length > entryLimit ? keys.slice(0, entryLimit) : keys) {
      let descriptor: PropertyDescriptor | undefined;
      try {
        descriptor = descriptorIn(types, value, key);
      } catch {
        // An export that is not initialised yet.
      }
      if (!descriptor) continue;
      // What `require` gives must stay what the module exports.
      const ownHere = own || (isModule && key === 'exports');
      if ('value' in descriptor) {
        hold(descriptor.value, { object: value, key, part: 'value', own: ownHere });
        // Listeners of an own emitter are called by foreign code.
        push(descriptor.value, own && !(isEmitter && key === '_events'));
      } else {
        hold(descriptor.get, { object: value, key, part: 'get', own: ownHere });
        hold(descriptor.set, { object: value, key, part: 'set', own: ownHere });
        push(descriptor.get, own);
        push(descriptor.set, own);
      }
    }
    push(Reflect.getPrototypeOf(value), false);
  };

  return {
    add(own, ...roots) {
      for (const root of roots) {
        if (
          (typeof root !== 'object' && typeof root !== 'function') ||
          root === null ||
          types.isProxy(root) ||
          seen.has(root)
        )
          continue;
        seen.add(root);
        met++;
        (own ? ownQueue : foreignQueue).push(root);
      }
    },
    addBound(part) {
      push(part, false);
    },
    addScopes(own, scopes) {
      for (const { variables } of scopes) {
        if (variables === globalThis || types.isProxy(variables)) continue;
        for (const key of ownKeys(variables)) push(valueOf(variables, key), own);
      }
    },
    run(ms) {
      const until = performance.now() + ms;
      for (let count = 1; ownQueue.length > 0 || foreignQueue.length > 0; count++) {
        const own = ownQueue.length > 0;
        visit((own ? ownQueue : foreignQueue).pop()!, own);
        if ((count & 15) === 0 && performance.now() > until) break;
      }
      return ownQueue.length === 0 && foreignQueue.length === 0;
    },
    take: (count) => (ownFunctions.length > 0 ? ownFunctions : functions).splice(0, count),
    looksOwn,
    holders,
    foreign,
    get cut() {
      return cut;
    },
  };
}
