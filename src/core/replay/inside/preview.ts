// Values as people read them in a list of calls.

/** One line of a value, bounded; runs no code of the app but what `String` of a primitive runs. */
export function preview(value: unknown, depth = 2): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'function':
      return `[function ${String(Reflect.getOwnPropertyDescriptor(value, 'name')?.value ?? '')}]`;
    case 'object': {
      if (value === null) return 'null';
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      if (value instanceof Map)
        return `Map(${value.size})${
          depth > 0
            ? ` { ${[...value]
                .slice(0, 5)
                .map(([key, item]) => `${preview(key, 0)} → ${preview(item, depth - 1)}`)
                .join(', ')}${value.size > 5 ? ', …' : ''} }`
            : ''
        }`;
      if (value instanceof Set) return `Set(${value.size})`;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
      if (value instanceof Promise) return 'Promise';
      if (Array.isArray(value))
        return depth > 0
          ? `[${value
              .slice(0, 8)
              .map((item) => preview(item, depth - 1))
              .join(', ')}${value.length > 8 ? ', …' : ''}]`
          : `Array(${value.length})`;
      try {
        const keys = Object.keys(value);
        return depth > 0
          ? `{ ${keys
              .slice(0, 8)
              .map((key) => `${key}: ${preview((value as Record<string, unknown>)[key], depth - 1)}`)
              .join(', ')}${keys.length > 8 ? ', …' : ''} }`
          : '{…}';
      } catch {
        return '(foreign)';
      }
    }
    default:
      return String(value);
  }
}
