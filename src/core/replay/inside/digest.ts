// Results of two re-executions are the same when they are the same value by value, however deep: what is shown of them is
// cut, so they are compared by a digest of everything. Numbers of objects are left out, because each run gives its own.
import { functionNumber, Kind, kindOf } from '../../instrument/runtime/marks.ts';
import { tagOf } from '../../instrument/runtime/classify.ts';
import { errorText } from './look.ts';

const mostNodes = 20_000;
const describe = Reflect.getOwnPropertyDescriptor;

/** Two mixed 32-bit halves (cyrb53 without its last narrowing). */
class Mixer {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this.#a = Math.imul(this.#a ^ code, 2654435761);
      this.#b = Math.imul(this.#b ^ code, 1597334677);
    }
    // A mark that no text holds by accident at the same place: `ab` and `c` are not `a` and `bc`.
    this.#a = Math.imul(this.#a ^ (text.length + 0x10000), 2246822507);
    this.#b = Math.imul(this.#b ^ (text.length + 0x10000), 3266489909);
  }

  get text(): string {
    const half = (value: number): string => ((value ^ (value >>> 16)) >>> 0).toString(16).padStart(8, '0');
    return half(this.#a) + half(this.#b);
  }
}

/** Digest of values, by contents. No getter runs. */
export function digest(...values: readonly unknown[]): string {
  const mixer = new Mixer();
  const seen = new Map<object, number>();
  let left = mostNodes;
  const properties = (value: object): void => {
    for (const key of Reflect.ownKeys(value)) {
      const described = describe(value, key);
      // A stack names the place of a call, and the number of its copy.
      if (!described || (value instanceof Error && key === 'stack')) continue;
      mixer.add(String(key));
      if ('value' in described) add(described.value);
      else mixer.add('accessor');
    }
  };
  const add = (value: unknown): void => {
    if (--left < 0) return;
    if (typeof value === 'function') return mixer.add(`function ${functionNumber(value)}`);
    if (typeof value !== 'object' || value === null)
      return mixer.add(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`);
    const before = seen.get(value);
    if (before !== undefined) return mixer.add(`again ${before}`);
    seen.set(value, seen.size);
    const kind = kindOf(value);
    if (kind === Kind.ownProxy || kind === Kind.foreign || kind === Kind.foreignPromise || value instanceof Promise)
      return mixer.add('foreign');
    mixer.add(tagOf(value));
    if (value instanceof Map)
      for (const [key, item] of Map.prototype.entries.call(value) as MapIterator<[unknown, unknown]>) {
        add(key);
        add(item);
      }
    else if (value instanceof Set)
      for (const item of Set.prototype.values.call(value) as SetIterator<unknown>) add(item);
    else if (value instanceof Date) mixer.add(String(value.getTime()));
    else if (value instanceof RegExp) mixer.add(String(value));
    else if (value instanceof Error) mixer.add(errorText(value));
    properties(value);
    mixer.add('end');
  };
  for (const value of values) add(value);
  return mixer.text;
}
