// Finds functions, and the places that hold a wanted one, by walking from objects through data properties, Maps and
// Sets. Getters and proxies are not entered. It goes on where it stopped, a few milliseconds at a time, so that it never
// holds the app up for long; large collections are divided too. What it met is held until the walk itself is let go.
import type { Holder } from './holder.ts';
import { descriptorIn, isNative, ownKeys, type Types } from './shape.ts';

export interface Walk {
  add(...roots: unknown[]): void;
  /** The same with a name, for labels. */
  addNamed(root: unknown, label: string): void;
  /** What the app has put on the global object: all but the known names. */
  addGlobals(known: ReadonlySet<string>): void;
  /** Walks for some milliseconds; true when nothing is left to visit. */
  run(ms: number): boolean;
  /** Functions written in JavaScript, and bound ones, that were met since the last call, at most `count`. */
  take(count: number): object[];
  /** Places that hold the wanted value. */
  readonly holders: readonly Holder[];
  /** How one gets to a place, by its number among the holders. */
  labelOf(holder: number): string;
  /** The walk ended at its budget. */
  readonly cut: boolean;
}

export interface WalkOptions {
  readonly types: Types;
  /** Whose holders are looked for. */
  readonly wanted?: object;
  readonly objectLimit?: number;
  /** Members of one object. */
  readonly entryLimit?: number;
  /** Objects not to look at. */
  readonly leftOut?: readonly object[];
}

type Part = Holder['part'] | 'root' | 'proto';

const chunk = 500;
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const nextEntry = (Reflect.getPrototypeOf(new Map().entries()) as Iterator<[unknown, unknown]>).next;
const nextMember = (Reflect.getPrototypeOf(new Set().values()) as Iterator<unknown>).next;
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const labelLimit = 160;

export function makeWalk({
  types,
  wanted,
  objectLimit = 200_000,
  entryLimit = 2_000,
  leftOut = [],
}: WalkOptions): Walk {
  // To look at a property of the global object can load a part of Node (`Response` loads undici).
  const seen = new Set<object>([globalThis, ...leftOut]);
  // What was met, in order, and how: number of the object before, key there, kind of the way.
  const items: object[] = [];
  const from: number[] = [];
  const keys: unknown[] = [];
  const parts: Part[] = [];
  const holders: Holder[] = [];
  const owners: number[] = [];
  let functions: object[] = [];
  let next = 0;
  let cut = false;
  /** What is left of the large collections at hand. */
  let rest: (() => boolean)[] = [];

  const push = (value: unknown, before: number, key: unknown, part: Part): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (seen.has(value) || types.isProxy(value)) return;
    if (items.length >= objectLimit) {
      cut = true;
      return;
    }
    seen.add(value);
    items.push(value);
    from.push(before);
    keys.push(key);
    parts.push(part);
  };

  const hold = (value: unknown, object: object, at: number, key: unknown, part: Holder['part']): void => {
    if (wanted === undefined || value !== wanted) return;
    holders.push({ object, key, part });
    owners.push(at);
  };

  const property = (value: object, at: number, key: PropertyKey, isNamespace: boolean): void => {
    try {
      const descriptor = descriptorIn(types, value, key);
      if (!descriptor) return;
      for (const part of ['value', 'get', 'set'] as const) {
        const held: unknown = descriptor[part];
        if (held === undefined) continue;
        // An export is a variable of its module, and written as one.
        if (!isNamespace) hold(held, value, at, key, part);
        push(held, at, key, part);
      }
    } catch {
      // An export that is not initialised yet.
    }
  };

  /** Goes through a collection; what is more than a chunk is left for later. */
  const through = (step: () => boolean): void => {
    let count = 0;
    const some = (): boolean => {
      for (let i = 0; i < chunk; i++) {
        if (count >= entryLimit) {
          cut = true;
          return false;
        }
        count++;
        if (!step()) return false;
      }
      return true;
    };
    if (some()) rest.push(some);
  };

  const visit = (value: object, at: number): void => {
    if (typeof value === 'function' && (!isNative(value) || isBound(value))) functions.push(value);
    // Numbers and characters lead nowhere.
    if (types.isTypedArray(value) || types.isAnyArrayBuffer(value)) return;
    if (types.isMap(value)) {
      const entries = Reflect.apply(mapEntries, value, []);
      through(() => {
        const { done, value: entry } = Reflect.apply(nextEntry, entries, []) as IteratorResult<[unknown, unknown]>;
        if (done) return false;
        hold(entry[0], value, at, undefined, 'key');
        hold(entry[1], value, at, entry[0], 'entry');
        push(entry[0], at, undefined, 'key');
        push(entry[1], at, entry[0], 'entry');
        return true;
      });
    } else if (types.isSet(value)) {
      const members = Reflect.apply(setValues, value, []);
      through(() => {
        const { done, value: member } = Reflect.apply(nextMember, members, []) as IteratorResult<unknown>;
        if (done) return false;
        hold(member, value, at, undefined, 'member');
        push(member, at, undefined, 'member');
        return true;
      });
    }
    let index = 0;
    if (Array.isArray(value) && value.length > chunk)
      through(() => {
        if (index >= value.length) return false;
        property(value, at, String(index++), false);
        return true;
      });
    else {
      const isNamespace = types.isModuleNamespaceObject(value);
      const own = ownKeys(value);
      through(() => {
        if (index >= own.length) return false;
        property(value, at, own[index++]!, isNamespace);
        return true;
      });
    }
    push(Reflect.getPrototypeOf(value), at, undefined, 'proto');
  };

  return {
    add: (...roots) => {
      for (const root of roots) push(root, -1, '', 'root');
    },
    addNamed: (root, label) => push(root, -1, label, 'root'),
    addGlobals(known) {
      for (const key of ownKeys(globalThis))
        if (typeof key === 'symbol' || !known.has(key)) property(globalThis, -1, key, false);
    },
    run(ms) {
      const until = performance.now() + ms;
      for (let count = 1; rest.length > 0 || next < items.length; count++) {
        if (rest.length > 0) rest = rest.filter((some) => some());
        else visit(items[next]!, next++);
        if ((rest.length > 0 || (count & 31) === 0) && performance.now() > until) break;
      }
      return rest.length === 0 && next === items.length;
    },
    take(count) {
      const taken = functions.slice(0, count);
      functions = functions.slice(count);
      return taken;
    },
    holders,
    labelOf(number) {
      const { key, part } = holders[number]!;
      let label = textOf(key, part);
      for (let at = owners[number]!; at >= 0 && label.length < labelLimit; at = from[at]!)
        label = textOf(keys[at], parts[at]!) + label;
      return label.length > labelLimit ? `…${label.slice(-labelLimit)}` : label.replace(/^\./, '');
    },
    get cut() {
      return cut;
    },
  };
}

function isBound(fn: object): boolean {
  const name: unknown = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name.startsWith('bound ');
}

function textOf(key: unknown, part: Part): string {
  if (part === 'root') return String(key);
  if (part === 'proto') return '.__proto__';
  if (part === 'key') return '.keys()';
  if (part === 'member') return '.values()';
  if (part === 'entry')
    return `.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' || typeof key === 'function' ? '…' : String(key)})`;
  const accessor = part === 'value' ? '' : ` (${part})`;
  if (typeof key === 'symbol') return `[${String(key)}]${accessor}`;
  const text = String(key);
  if (identifier.test(text)) return `.${text}${accessor}`;
  return `[${/^\d+$/.test(text) ? text : JSON.stringify(text)}]${accessor}`;
}
