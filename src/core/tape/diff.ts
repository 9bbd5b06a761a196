// Compares two recorded values. Each is a graph: objects pair up when they are first met together, and from then on must
// meet each other again, so sharing and cycles count. What was cut or redacted compares equal to nothing, by design:
// nothing is known about it. Maps and Sets keep their order, as a program can observe it.
import { keyText, renderValue } from './render.ts';
import type { TapeValue } from './events.ts';

export interface Difference {
  /** `args[0].items[1].price` */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly expectedValue: TapeValue | undefined;
  readonly actualValue: TapeValue | undefined;
}

export interface DiffOptions {
  /** What the path begins with: `result`, `args`. */
  readonly root?: string;
  /** Nodes compared before the answer is "too large to compare", which is a difference. */
  readonly nodes?: number;
  /** Differences listed by {@link differences}. */
  readonly limit?: number;
  /** Values of one tape or of one numbering, in which equal foreign objects have equal numbers. Default true. */
  readonly sameNumbering?: boolean;
}

interface Pair {
  readonly path: string;
  readonly expected: TapeValue | undefined;
  readonly actual: TapeValue | undefined;
}

const absent = '<absent>';

class Comparison {
  readonly found: Difference[] = [];
  readonly #limit: number;
  readonly #sameNumbering: boolean;
  #left: number;
  readonly #forward = new Map<number, number>();
  readonly #backward = new Map<number, number>();

  constructor({ nodes = 200_000, limit = 1, sameNumbering = true }: DiffOptions) {
    this.#left = nodes;
    this.#limit = limit;
    this.#sameNumbering = sameNumbering;
  }

  run(first: Pair): void {
    // Depth first with a stack of our own: recorded lists can be deeper than the machine's stack.
    const stack: Pair[] = [first];
    for (let pair = stack.pop(); pair && this.found.length < this.#limit; pair = stack.pop()) {
      if (--this.#left < 0) return this.#report(pair, 'too large to compare', 'too large to compare');
      const children = this.#compare(pair);
      for (let at = children.length - 1; at >= 0; at--) stack.push(children[at] as Pair);
    }
  }

  #report({ path, expected, actual }: Pair, expectedText?: string, actualText?: string): void {
    const text = (value: TapeValue | undefined): string => (value ? renderValue(value, { text: 200 }) : absent);
    this.found.push({
      path,
      expected: expectedText ?? text(expected),
      actual: actualText ?? text(actual),
      expectedValue: expected,
      actualValue: actual,
    });
  }

  #differs(pair: Pair): readonly Pair[] {
    this.#report(pair);
    return [];
  }

  /** Whether two objects may stand for each other: each has met only the other so far. */
  #paired(a: number, b: number): boolean {
    const known = this.#forward.get(a);
    const back = this.#backward.get(b);
    if (known === undefined && back === undefined) {
      this.#forward.set(a, b);
      this.#backward.set(b, a);
      return true;
    }
    return known === b && back === a;
  }

  /** Reports a difference, or gives the members to compare next. */
  #compare(pair: Pair): readonly Pair[] {
    const { expected: a, actual: b } = pair;
    if (!a || !b || a.t !== b.t) return this.#differs(pair);
    switch (a.t) {
      case 'cut':
      case 'redacted':
        return this.#differs(pair);
      case 'bool':
      case 'num':
      case 'big':
      case 'str':
        return Object.is(a.v, (b as typeof a).v) ? [] : this.#differs(pair);
      case 'sym': {
        const other = b as typeof a;
        if (a.v !== other.v || a.registered !== other.registered || (a.id === undefined) !== (other.id === undefined))
          return this.#differs(pair);
        return a.id === undefined || this.#paired(a.id, other.id as number) ? [] : this.#differs(pair);
      }
      case 'ref':
        return this.#same(a.id, (b as typeof a).id) ? [] : this.#differs(pair);
      case 'function': {
        const other = b as typeof a;
        return a.place === other.place && this.#same(a.id, other.id) ? [] : this.#differs(pair);
      }
      case 'promise':
        return this.#same(a.id, (b as typeof a).id) ? [] : this.#differs(pair);
      case 'foreign': {
        const other = b as typeof a;
        const alike = a.callable === other.callable && (a.cls === other.cls || a.cls === '' || other.cls === '');
        return alike && this.#same(a.id, other.id) ? [] : this.#differs(pair);
      }
      case 'undefined':
      case 'null':
      case 'hole':
      case 'nan':
      case 'inf':
      case '-inf':
      case '-0':
        return [];
      default:
        return this.#graphs(pair, a, b as typeof a);
    }
  }

  /** Objects known by number only: from outside this value, so the numbers must say that they are one. */
  #same(a: number, b: number): boolean {
    if (this.#forward.has(a) || this.#backward.has(b)) return this.#paired(a, b);
    return this.#sameNumbering ? a === b : this.#paired(a, b);
  }

  #graphs(pair: Pair, a: Graph, b: Graph): readonly Pair[] {
    if (!this.#paired(a.id, b.id)) return this.#differs(pair);
    if (a.cls !== b.cls || a.place !== b.place || !Object.is(a.v, b.v)) return this.#differs(pair);
    const { path } = pair;
    const left = a.items ?? [];
    const right = b.items ?? [];
    if (a.t === 'map') return this.#entries(path, left, right);
    if (a.keys || b.keys) return this.#properties(path, a, b);
    const step =
      a.t === 'set' ? (at: number): string => `${path}.values()[${at}]` : (at: number): string => `${path}[${at}]`;
    const children: Pair[] = [];
    for (let at = 0; at < Math.max(left.length, right.length); at++)
      children.push({ path: step(at), expected: left[at], actual: right[at] });
    return children;
  }

  #properties(path: string, a: Graph, b: Graph): readonly Pair[] {
    const children: Pair[] = [];
    const other = new Map((b.keys ?? []).map((key, at) => [key, b.items?.[at]]));
    const reach = (key: string): string => (keyText(key) === key ? `${path}.${key}` : `${path}[${keyText(key)}]`);
    for (const [at, key] of (a.keys ?? []).entries()) {
      children.push({ path: reach(key), expected: a.items?.[at], actual: other.get(key) });
      other.delete(key);
    }
    for (const [key, actual] of other) children.push({ path: reach(key), expected: undefined, actual });
    // Same members in another order: for…in and JSON.stringify show it.
    if (other.size === 0 && a.keys?.length === b.keys?.length) {
      const at = (a.keys ?? []).findIndex((key, i) => b.keys?.[i] !== key);
      if (at >= 0)
        children.push({
          path: `Object.keys(${path})[${at}]`,
          expected: { t: 'str', v: a.keys?.[at] ?? '' },
          actual: { t: 'str', v: b.keys?.[at] ?? '' },
        });
    }
    return children;
  }

  #entries(path: string, left: readonly TapeValue[], right: readonly TapeValue[]): readonly Pair[] {
    const children: Pair[] = [];
    for (let at = 0; at < Math.max(left.length, right.length); at += 2) {
      const key = left[at] ?? right[at];
      const step =
        key && 'v' in key ? `${path}.get(${renderValue(key, { text: 60 })})` : `${path}.entries()[${at / 2}][1]`;
      children.push({ path: `${path}.keys()[${at / 2}]`, expected: left[at], actual: right[at] });
      children.push({ path: step, expected: left[at + 1], actual: right[at + 1] });
    }
    return children;
  }
}

type Graph = Extract<TapeValue, { readonly items?: readonly TapeValue[] }>;

/** The first difference in reading order, or undefined when the values are equal. */
export const firstDifference = (
  expected: TapeValue,
  actual: TapeValue,
  options: DiffOptions = {},
): Difference | undefined => differences(expected, actual, { ...options, limit: 1 })[0];

/** Differences in reading order, at most `limit` (default 100). */
export function differences(expected: TapeValue, actual: TapeValue, options: DiffOptions = {}): readonly Difference[] {
  const comparison = new Comparison({ limit: 100, ...options });
  comparison.run({ path: options.root ?? 'value', expected, actual });
  return comparison.found;
}

/** As {@link firstDifference} for argument lists; objects shared between arguments count. */
export function firstDifferenceOfLists(
  expected: readonly TapeValue[],
  actual: readonly TapeValue[],
  options: DiffOptions = {},
): Difference | undefined {
  const list = (items: readonly TapeValue[]): TapeValue => ({ t: 'array', id: -1, items });
  return firstDifference(list(expected), list(actual), { root: 'args', ...options });
}
