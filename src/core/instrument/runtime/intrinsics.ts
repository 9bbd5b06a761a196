// The JavaScript builtins: the same in the target and in an isolate, so calls of them are re-executed, not recorded.
// What reads the outside world (clock, random) or a foreign argument is listed here, in one place.
import { isObject } from './marks.ts';

export const intrinsicRoots = [
  'Object',
  'Function',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Symbol',
  'BigInt',
  'Math',
  'JSON',
  'Reflect',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'FinalizationRegistry',
  'Promise',
  'Date',
  'RegExp',
  'Proxy',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Atomics',
  'Intl',
  'Iterator',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURIComponent',
  'decodeURIComponent',
  'encodeURI',
  'decodeURI',
  'escape',
  'unescape',
] as const;

/** Builtins whose result depends on more than their arguments: asks, although every engine has them. */
const impureNames = new Set([
  'Math.random',
  'Date.now',
  'Date',
  'Atomics.wait',
  'Atomics.waitAsync',
  'Error.captureStackTrace',
  'Date.prototype.toLocaleString',
  'Date.prototype.toLocaleDateString',
  'Date.prototype.toLocaleTimeString',
]);

/** Builtins that only store or compare an argument; a foreign one passes through them without being read. */
const storingNames =
  /^(Array\.prototype\.(push|unshift|includes|indexOf|lastIndexOf|fill|splice|with|concat|slice|at|find\w*|filter|forEach|map|some|every|reduce\w*|flatMap|pop|shift|reverse|entries|keys|values)|(Map|WeakMap|Set|WeakSet)\.prototype\..*|Array\.isArray|Array\.of|Promise(\.\w+)*|Object\.is|Function\.prototype\.\w+|WeakRef.*|Reflect\.apply|%(Async)?Generator%\.\w+|Boolean|Number\.is\w+|Array)$/;

export interface Intrinsics {
  /** Path of a builtin object or function: `Array.prototype.map`; undefined for everything else. */
  nameOf(value: object): string | undefined;
  byName(name: string): object | undefined;
  isImpure(name: string): boolean;
  /** Whether a foreign argument would be read by it. */
  reads(name: string): boolean;
}

/** Lists the builtins of this realm, once. */
export function listIntrinsics(global: Record<string, unknown>): Intrinsics {
  const names = new Map<object, string>();
  const objects = new Map<string, object>();
  const add = (value: unknown, path: string, depth: number): void => {
    if (!isObject(value) || names.has(value)) return;
    names.set(value, path);
    objects.set(path, value);
    if (depth === 0) return;
    for (const key of Reflect.ownKeys(value)) {
      const described = Reflect.getOwnPropertyDescriptor(value, key);
      if (!described) continue;
      const step = typeof key === 'symbol' ? `[${key.description}]` : key;
      if ('value' in described) {
        // `constructor` leads back; `prototype` is walked one level deeper.
        if (key !== 'constructor') add(described.value, `${path}.${step}`, depth - 1);
      } else {
        if (described.get) add(described.get, `get ${path}.${step}`, 0);
        if (described.set) add(described.set, `set ${path}.${step}`, 0);
      }
    }
  };
  for (const root of intrinsicRoots) add(global[root], root, 3);
  const prototypes: readonly (readonly [string, unknown])[] = [
    ['%TypedArray%', Reflect.getPrototypeOf(Uint8Array)],
    ['%ArrayIterator%', Reflect.getPrototypeOf([][Symbol.iterator]())],
    ['%MapIterator%', Reflect.getPrototypeOf(new Map().entries())],
    ['%SetIterator%', Reflect.getPrototypeOf(new Set().values())],
    ['%StringIterator%', Reflect.getPrototypeOf(''[Symbol.iterator]())],
    ['%RegExpStringIterator%', Reflect.getPrototypeOf('a'.matchAll(/a/g))],
    ['%Generator%', Reflect.getPrototypeOf(Reflect.getPrototypeOf((function* () {})()) as object)],
    ['%AsyncGenerator%', Reflect.getPrototypeOf(Reflect.getPrototypeOf((async function* () {})()) as object)],
  ];
  for (const [path, value] of prototypes) add(value, path, 3);
  return {
    nameOf: (value) => names.get(value),
    byName: (name) => objects.get(name),
    isImpure: (name) => impureNames.has(name),
    reads: (name) => !storingNames.test(name),
  };
}
