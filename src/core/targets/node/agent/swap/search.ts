// Runs in the target. Finds every place that holds a function: properties, accessors, members of Map, Set and array,
// reached from the roots it is given. Getters and proxies are never touched; the work is done in slices; nothing is
// kept but what the inspector holds for our session, so it is gone when the session ends.
export interface Reference {
  readonly label: string;
  /** Undefined when done, else why not. */
  write(value: unknown): string | undefined;
}

interface Step {
  readonly value: object;
  readonly label: string;
}

export interface UtilTypes {
  isProxy(value: unknown): boolean;
  isModuleNamespaceObject(value: unknown): boolean;
}

const { getOwnPropertyDescriptor, ownKeys, getPrototypeOf, defineProperty, set: reflectSet } = Reflect;
const { forEach: mapForEach, clear: mapClear, set: mapSet } = Map.prototype;
const { forEach: setForEach, clear: setClear, add: setAdd } = Set.prototype;
const sourceOf = Function.prototype.toString;
const { isView } = ArrayBuffer;
const tagOf = Object.prototype.toString;

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const labelLimit = 160;

export class Search {
  readonly references: Reference[] = [];
  /** Functions met since they were last taken: their closures are looked into from outside. */
  #met: object[] = [];
  #queue: Step[] = [];
  #at = 0;
  readonly #seen = new Set<object>();
  readonly #wanted: unknown;
  readonly #limit: number;
  readonly #types: UtilTypes;
  cut = false;

  constructor(wanted: unknown, limit: number, types: UtilTypes) {
    this.#wanted = wanted;
    this.#limit = limit;
    this.#types = types;
  }

  /** Adds a root; with `scope`, gives the names of its variables that hold the wanted function. */
  add(root: unknown, label: string, scope: boolean): string[] {
    if ((typeof root !== 'object' && typeof root !== 'function') || root === null) return [];
    if (!scope) {
      this.#push(root, label);
      return [];
    }
    const names: string[] = [];
    // The inspector hands a scope over as `{ description, object }`.
    const variables = getOwnPropertyDescriptor(root, 'object')?.value as object;
    for (const name of Object.keys(variables)) {
      const value = getOwnPropertyDescriptor(variables, name)?.value;
      if (value === this.#wanted) names.push(name);
      this.#push(value, label === '' ? name : `${label} ${name}`);
    }
    return names;
  }

  /** Walks for a while; true when there is nothing left. */
  run(milliseconds: number): boolean {
    const end = Date.now() + milliseconds;
    for (let count = 1; this.#at < this.#queue.length; count++) {
      if (count % 64 === 0 && Date.now() >= end) return false;
      const step = this.#queue[this.#at++]!;
      try {
        this.#look(step);
      } catch {
        // an exotic object that does not let itself be looked at
      }
    }
    this.#queue = [];
    this.#at = 0;
    return true;
  }

  takeFunctions(): object[] {
    const met = this.#met;
    this.#met = [];
    return met;
  }

  #push(value: unknown, label: string): void {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || this.#seen.has(value)) return;
    if (this.#seen.size >= this.#limit) {
      this.cut = true;
      return;
    }
    this.#seen.add(value);
    this.#queue.push({ value, label: label.length > labelLimit ? `…${label.slice(-labelLimit)}` : label });
  }

  #look({ value, label }: Step): void {
    if (this.#types.isProxy(value)) return;
    if (typeof value === 'function' && canBeHeld(value)) this.#met.push(value);
    if (isView(value)) return;
    const fixed = this.#types.isModuleNamespaceObject(value);
    for (const key of ownKeys(value)) this.#property(value, key, label, fixed);
    const tag = tagOf.call(value);
    if (tag === '[object Map]') this.#map(value as Map<unknown, unknown>, label);
    else if (tag === '[object Set]') this.#set(value as Set<unknown>, label);
    this.#push(getPrototypeOf(value), `${label}.__proto__`);
  }

  #property(holder: object, key: string | symbol, label: string, fixed: boolean): void {
    const descriptor = getOwnPropertyDescriptor(holder, key);
    if (!descriptor) return;
    const path = `${label}${typeof key === 'symbol' ? `[${String(key)}]` : identifier.test(key) ? `.${key}` : `[${/^\d+$/.test(key) ? key : JSON.stringify(key)}]`}`;
    if ('value' in descriptor) {
      if (descriptor.value === this.#wanted && !fixed)
        this.references.push({ label: path, write: (next) => writeProperty(holder, key, next, 'value') });
      this.#push(descriptor.value, path);
      return;
    }
    for (const part of ['get', 'set'] as const) {
      if (descriptor[part] === this.#wanted)
        this.references.push({ label: `${part} ${path}`, write: (next) => writeProperty(holder, key, next, part) });
      this.#push(descriptor[part], `${part} ${path}`);
    }
  }

  #map(map: Map<unknown, unknown>, label: string): void {
    let keyed = false;
    mapForEach.call(map, (value, key) => {
      const path = `${label}.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' || typeof key === 'function' ? '…' : String(key)})`;
      if (value === this.#wanted)
        this.references.push({ label: path, write: (next) => void mapSet.call(map, key, next) });
      if (key === this.#wanted) keyed = true;
      this.#push(value, path);
      this.#push(key, `${label}.keys()`);
    });
    const wanted = this.#wanted;
    if (!keyed) return;
    const write = (next: unknown): undefined => {
      const entries: [unknown, unknown][] = [];
      mapForEach.call(map, (value, key) => void entries.push([key === wanted ? next : key, value]));
      mapClear.call(map); // order is part of what a Map is
      for (const [key, value] of entries) mapSet.call(map, key, value);
    };
    this.references.push({ label: `${label}.keys()`, write });
  }

  #set(set: Set<unknown>, label: string): void {
    let member = false;
    setForEach.call(set, (value) => {
      if (value === this.#wanted) member = true;
      this.#push(value, `${label}.values()`);
    });
    const wanted = this.#wanted;
    if (!member) return;
    const write = (next: unknown): undefined => {
      const values: unknown[] = [];
      setForEach.call(set, (value) => void values.push(value === wanted ? next : value));
      setClear.call(set);
      for (const value of values) setAdd.call(set, value);
    };
    this.references.push({ label: `${label}.values()`, write });
  }
}

function writeProperty(
  holder: object,
  key: string | symbol,
  next: unknown,
  part: 'value' | 'get' | 'set',
): string | undefined {
  const descriptor = getOwnPropertyDescriptor(holder, key);
  if (!descriptor) return undefined; // gone since: nothing leads there any more
  if (part === 'value' && descriptor.writable && reflectSet(holder, key, next)) return undefined;
  return defineProperty(holder, key, { ...descriptor, [part]: next }) ? undefined : 'the property is read-only';
}

/** Whether its closure can be looked into, and a frame of it be held; classes share theirs with their methods. */
function canBeHeld(fn: Function): boolean {
  const source = sourceOf.call(fn);
  if (source.endsWith('{ [native code] }'))
    return String(getOwnPropertyDescriptor(fn, 'name')?.value).startsWith('bound ');
  return !source.startsWith('class') && !/Generator/.test(tagOf.call(fn));
}
