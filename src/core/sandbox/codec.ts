// Values that cross between a cell and what was granted to it. Data is copied; what has behaviour (functions, class
// instances, promises) crosses as a reference that the side it belongs to makes and understands. Runs on both sides of
// the isolate's wall, so it imports nothing and counts on nothing but Buffer.

/** A value with `$` stands for something that JSON cannot say. */
export interface Tagged {
  readonly $: string;
  readonly [key: string]: unknown;
}

export interface CodecSide {
  /** Makes a reference for what cannot be copied; undefined: copy it. */
  refer(value: object | symbol): Tagged | undefined;
  /** Finds or makes what a reference stands for. */
  resolve(reference: Tagged): unknown;
}

const maximumDepth = 200;

export function encode(value: unknown, side: CodecSide, depth = 0): unknown {
  switch (typeof value) {
    case 'undefined':
      return { $: 'undefined' };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $: 'bigint', text: String(value) };
    case 'symbol':
    case 'function': {
      const reference = side.refer(value as symbol);
      if (!reference) throw new TypeError(`a ${typeof value} cannot cross`);
      return reference;
    }
    case 'object':
      return value === null ? null : encodeObject(value, side, depth);
    default:
      return value;
  }
}

function encodeObject(value: object, side: CodecSide, depth: number): unknown {
  const reference = side.refer(value);
  if (reference) return reference;
  if (depth > maximumDepth) throw new TypeError('the data refers to itself or is nested too deeply to cross');
  const inner = (item: unknown): unknown => encode(item, side, depth + 1);
  if (Array.isArray(value)) return Array.from(value, inner);
  if (ArrayBuffer.isView(value)) {
    const kind = Buffer.isBuffer(value)
      ? 'Buffer'
      : ((value as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? 'DataView');
    return {
      $: 'bytes',
      kind,
      data: Buffer.from(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).toString('base64'),
    };
  }
  if (value instanceof ArrayBuffer)
    return { $: 'bytes', kind: 'ArrayBuffer', data: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { $: 'date', time: value.getTime() };
  if (value instanceof RegExp) return { $: 'regexp', source: value.source, flags: value.flags };
  if (value instanceof Map) return { $: 'map', entries: [...value].map(([key, item]) => [inner(key), inner(item)]) };
  if (value instanceof Set) return { $: 'set', items: [...value].map(inner) };
  if (value instanceof Error) {
    const extra: Record<string, unknown> = {};
    for (const key of Object.keys(value).filter((each) => each !== '__proto__'))
      extra[key] = inner((value as unknown as Record<string, unknown>)[key]);
    return { $: 'error', name: value.name, message: value.message, extra };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, inner(item)] as const);
  const isPlain = entries.every(([key]) => key !== '$' && key !== '__proto__');
  return isPlain ? Object.fromEntries(entries) : { $: 'object', entries };
}

export function decode(data: unknown, side: CodecSide): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((item) => decode(item, side));
  if ('$' in data) return decodeTagged(data as Tagged, side);
  const made: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(data)) made[key] = decode(item, side);
  return made;
}

function decodeTagged(data: Tagged, side: CodecSide): unknown {
  switch (data.$) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(data['text']);
    case 'bigint':
      return BigInt(data['text'] as string);
    case 'date':
      return new Date((data['time'] as number | null) ?? Number.NaN); // JSON has no NaN
    case 'regexp':
      return new RegExp(data['source'] as string, data['flags'] as string);
    case 'bytes':
      return decodeBytes(data['kind'] as string, Buffer.from(data['data'] as string, 'base64'));
    case 'map':
      return new Map(
        (data['entries'] as [unknown, unknown][]).map(([key, item]) => [decode(key, side), decode(item, side)]),
      );
    case 'set':
      return new Set((data['items'] as unknown[]).map((item) => decode(item, side)));
    case 'object':
      return Object.fromEntries(
        (data['entries'] as [string, unknown][]).map(([key, item]) => [key, decode(item, side)]),
      );
    case 'error': {
      const kinds: Record<string, ErrorConstructor> = { TypeError, RangeError, SyntaxError, ReferenceError };
      const error = new (kinds[data['name'] as string] ?? Error)(data['message'] as string);
      if (error.name !== data['name'])
        Object.defineProperty(error, 'name', { value: data['name'], configurable: true, writable: true });
      return Object.assign(error, decode(data['extra'], side));
    }
    default:
      return side.resolve(data);
  }
}

function decodeBytes(kind: string, bytes: Buffer): unknown {
  if (kind === 'Buffer') return bytes;
  const own = new Uint8Array(bytes).buffer;
  if (kind === 'ArrayBuffer') return own;
  const views: Record<string, new (buffer: ArrayBuffer) => unknown> = {
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  };
  return new (views[kind] ?? Uint8Array)(own);
}

/** Symbols that mean the same in every realm. */
export const wellKnown: ReadonlyMap<symbol, string> = new Map(
  (['iterator', 'asyncIterator', 'toPrimitive', 'toStringTag', 'hasInstance', 'dispose', 'asyncDispose'] as const).map(
    (name) => [Symbol[name], name],
  ),
);
