// A value as foreign code can see it, as text: identity over a whole run, class, order and flags of properties, what an
// error carries, name and length of functions. Two runs are the same when everything that was ever seen is the same text.

/**
 * Describes the values of one run; an object met again has the same number.
 * @param original the function for which another one stands
 */
export function makeDescribe(original: (copy: object) => object): (...values: readonly unknown[]) => string {
  const numbers = new Map<object | symbol, number>();
  const numberOf = (value: object | symbol): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size + 1);
    return numbers.size;
  };
  const one = (value: unknown, seen: Set<object>): string => {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value);
      case 'bigint':
        return `${value}n`;
      case 'symbol':
        return `${String(value)}#${numberOf(value)}`;
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'object':
      case 'function':
        return value === null ? 'null' : object(value, seen);
      default:
        return String(value);
    }
  };
  const object = (given: object, seen: Set<object>): string => {
    const value = original(given);
    const number = numberOf(value);
    if (seen.has(value)) return `#${number}`;
    seen.add(value);
    const proto = Reflect.getPrototypeOf(value);
    const made =
      proto && (Reflect.getOwnPropertyDescriptor(proto, 'constructor')?.value as { name?: string } | undefined);
    const kind = typeof value === 'function' ? 'function' : proto === null ? 'null' : (made?.name ?? 'nameless');
    const parts: string[] = [];
    if (value instanceof Map)
      for (const [key, item] of Map.prototype.entries.call(value) as MapIterator<[unknown, unknown]>)
        parts.push(`${one(key, seen)} => ${one(item, seen)}`);
    else if (value instanceof Set)
      for (const item of Set.prototype.values.call(value) as SetIterator<unknown>) parts.push(one(item, seen));
    else if (value instanceof Date) parts.push(String(value.getTime()));
    for (const key of Reflect.ownKeys(value)) {
      const { get, set, enumerable, writable, value: item } = Reflect.getOwnPropertyDescriptor(value, key)!;
      const flags = `${enumerable ? '' : '!'}${writable === false ? 'r' : ''}${get ? 'get' : ''}${set ? 'set' : ''}`;
      // A stack names places of the text that ran, which a copy is not.
      const shown = key === 'stack' ? typeof item : key === 'prototype' || get || set ? '' : one(item, seen);
      parts.push(`${String(key)}${flags}: ${shown}`);
    }
    const frozen = Object.isExtensible(value) ? '' : ' closed';
    return `${kind}#${number}${frozen}{${parts.join(', ')}}`;
  };
  return (...values) => {
    const seen = new Set<object>();
    return values.map((value) => one(value, seen)).join(' | ');
  };
}
