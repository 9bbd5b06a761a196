// What was run, as `history_request` asks for it. In memory: this kernel's own cells, the newest kept.

export interface HistoryEntry {
  /** Number of the cell, from 1. */
  readonly line: number;
  readonly input: string;
  output: string | undefined;
}

/** `[session, line, input]`, or `[session, line, [input, output]]` when output is asked for. */
export type HistoryTuple = readonly [number, number, string | readonly [string, string | null]];

export interface HistoryQuery {
  readonly kind: 'range' | 'tail' | 'search';
  readonly output: boolean;
  /** range: from line `start` (inclusive) to `stop` (exclusive); session 0 is this one. */
  readonly session?: number;
  readonly start?: number;
  readonly stop?: number;
  /** tail and search: the newest n. */
  readonly n?: number;
  /** search: `*` and `?` as in a shell. */
  readonly pattern?: string;
  readonly unique?: boolean;
}

const session = 1;

function globToRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (character) =>
    character === '*' ? '.*' : character === '?' ? '.' : `\\${character}`,
  );
  return new RegExp(`^${source}$`, 's');
}

export class History {
  readonly #capacity: number;
  #entries: HistoryEntry[] = [];

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** The entry may get its output later. */
  add(line: number, input: string): HistoryEntry {
    const entry: HistoryEntry = { line, input, output: undefined };
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries = this.#entries.slice(-Math.ceil(this.#capacity / 2));
    return entry;
  }

  find(query: HistoryQuery): HistoryTuple[] {
    return this.#select(query).map((entry) => [
      session,
      entry.line,
      query.output ? [entry.input, entry.output ?? null] : entry.input,
    ]);
  }

  #select(query: HistoryQuery): HistoryEntry[] {
    const newest = (entries: HistoryEntry[]): HistoryEntry[] => {
      if (query.n === undefined) return entries;
      return query.n > 0 ? entries.slice(-query.n) : [];
    };
    if (query.kind === 'tail') return newest(this.#entries);
    if (query.kind === 'range') {
      const { start = 1, stop = Infinity } = query;
      // Negative sessions count back from this one; only this one is kept here.
      if (query.session !== undefined && query.session !== 0 && query.session !== session) return [];
      return this.#entries.filter((entry) => entry.line >= start && entry.line < stop);
    }
    const matches = globToRegExp(query.pattern ?? '*');
    const found = this.#entries.filter((entry) => matches.test(entry.input));
    return newest(query.unique === true ? [...new Map(found.map((entry) => [entry.input, entry])).values()] : found);
  }
}
