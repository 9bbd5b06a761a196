// Finds functions by walking from objects through data properties, Maps and Sets. Getters and proxies are not entered.
// It goes on where it stopped, a few milliseconds at a time, so that it never holds the app up for long.
import { entriesOf, isNative, ownKeys, sizeOfMap, sizeOfSet, type Types } from './shape.ts';

export interface Walk {
  add(...roots: unknown[]): void;
  /** Walks for some milliseconds; true when nothing is left to visit. */
  run(ms: number): boolean;
  /** Functions written in JavaScript that were met since the last call, at most `count`. */
  take(count: number): object[];
  readonly visited: number;
}

const objectLimit = 200_000;
const entryLimit = 2_000;

export function makeWalk(types: Types): Walk {
  const seen = new WeakSet<object>();
  let waiting: object[] = [];
  let next = 0;
  let visited = 0;
  let functions: object[] = [];

  const add = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (types.isProxy(value) || seen.has(value) || visited + waiting.length - next > objectLimit) return;
    seen.add(value);
    waiting.push(value);
  };

  const visit = (value: object): void => {
    visited++;
    if (typeof value === 'function' && !isNative(value)) functions.push(value);
    // Numbers and characters lead nowhere.
    if (types.isTypedArray(value) || types.isAnyArrayBuffer(value)) return;
    if (types.isMap(value) && sizeOfMap(value) > 0) {
      for (const [key, item] of entriesOf(value, true, 0, entryLimit)) {
        add(key);
        add(item);
      }
    }
    if (types.isSet(value) && sizeOfSet(value) > 0)
      for (const [item] of entriesOf(value, false, 0, entryLimit)) add(item);
    const keys =
      Array.isArray(value) && value.length > entryLimit
        ? Array.from({ length: entryLimit }, (_, i) => String(i))
        : ownKeys(value);
    for (const key of keys.length > entryLimit ? keys.slice(0, entryLimit) : keys) {
      try {
        const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
        if (!descriptor) continue;
        if ('value' in descriptor) add(descriptor.value);
        else for (const accessor of [descriptor.get, descriptor.set]) add(accessor);
      } catch {
        // An export that is not initialised yet.
      }
    }
    add(Reflect.getPrototypeOf(value));
  };

  return {
    add: (...roots) => {
      for (const root of roots) add(root);
    },
    run(ms) {
      const until = performance.now() + ms;
      while (next < waiting.length) {
        visit(waiting[next++]!);
        if ((next & 31) === 0 && performance.now() > until) break;
      }
      if (next === waiting.length) {
        waiting = [];
        next = 0;
      }
      return waiting.length === 0;
    },
    take(count) {
      const taken = functions.slice(0, count);
      functions = functions.slice(count);
      return taken;
    },
    get visited() {
      return visited;
    },
  };
}
