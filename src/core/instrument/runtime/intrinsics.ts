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

/** Builtins that call a function given to them: an original is replaced by its copy, a foreign one becomes an ask. */
const callingNames =
  /^(Array\.prototype\.(map|forEach|filter|find\w*|some|every|reduce\w*|flatMap|sort|toSorted)|Array\.from|%TypedArray%\.prototype\.\w+|(Map|Set)\.prototype\.forEach|String\.prototype\.replace\w*|JSON\.(parse|stringify)|Object\.groupBy|Map\.groupBy)$/;

/** A builtin object or function. */
export interface Intrinsic {
  /** Its path: `Array.prototype.map`. */
  readonly name: string;
  readonly isImpure: boolean;
  /** A foreign argument would be read by it. */
  readonly reads: boolean;
  /** It calls a function given to it. */
  readonly calls: boolean;
}

export interface Intrinsics {
  of(value: object): Intrinsic | undefined;
  /** Path of a builtin object or function; undefined for everything else. */
  nameOf(value: object): string | undefined;
  byName(name: string): object | undefined;
}

/** Lists the builtins of this realm, once. */
export function listIntrinsics(global: Record<string, unknown>): Intrinsics {
  const known = new Map<object, Intrinsic>();
  const objects = new Map<string, object>();
  const add = (value: unknown, path: string, depth: number): void => {
    if (!isObject(value) || known.has(value)) return;
    known.set(value, {
      name: path,
      isImpure: impureNames.has(path),
      reads: !storingNames.test(path),
      calls: callingNames.test(path),
    });
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
    of: (value) => known.get(value),
    nameOf: (value) => known.get(value)?.name,
    byName: (name) => objects.get(name),
  };
}
