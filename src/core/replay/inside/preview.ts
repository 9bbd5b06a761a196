// Values as people read them in a list of calls.
import { Kind, kindOf } from '../../instrument/runtime/marks.ts';
import { errorText, property } from './look.ts';

// Taken once: what an object has of its own by these names is not run.
const mapSize = Reflect.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const setSize = Reflect.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;
const dateText = (value: Date): string => {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
};

/** One line of a value, bounded; runs no code of the app but what `String` of a primitive runs. */
export function preview(value: unknown, depth = 2): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'function':
      return `[function ${String(Reflect.getOwnPropertyDescriptor(value, 'name')?.value ?? '')}]`;
    case 'object': {
      if (value === null) return 'null';
      if (kindOf(value) === Kind.ownProxy) return 'Proxy';
      if (value instanceof Error) return errorText(value);
      if (value instanceof Map)
        return `Map(${mapSize.call(value)})${
          depth > 0
            ? ` { ${[...(Map.prototype.entries.call(value) as MapIterator<[unknown, unknown]>)]
                .slice(0, 5)
                .map(([key, item]) => `${preview(key, 0)} → ${preview(item, depth - 1)}`)
                .join(', ')}${(mapSize.call(value) as number) > 5 ? ', …' : ''} }`
            : ''
        }`;
      if (value instanceof Set) return `Set(${setSize.call(value)})`;
      if (value instanceof Date) return dateText(value);
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
              .map((key) => `${key}: ${preview(property(value, key), depth - 1)}`)
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
