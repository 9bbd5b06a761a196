// A cache whose entries grow old.

export class TtlCache<V> {
  #entries = new Map<string, { value: V; expires: number }>();
  #ttl: number;
  hits = 0;
  misses = 0;

  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expires < Date.now()) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    return entry.value;
  }

  set(key: string, value: V): V {
    this.#entries.set(key, { value, expires: Date.now() + this.#ttl });
    return value;
  }

  sweep(now = Date.now()): number {
    let swept = 0;
    for (const [key, entry] of this.#entries) {
      if (entry.expires < now) {
        this.#entries.delete(key);
        swept++;
      }
    }
    return swept;
  }
}
