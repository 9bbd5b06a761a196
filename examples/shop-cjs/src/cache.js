'use strict';

// A cache whose entries grow old.

class TtlCache {
  #entries = new Map();
  #ttl;
  hits = 0;
  misses = 0;

  constructor(ttl) {
    this.#ttl = ttl;
  }

  get size() {
    return this.#entries.size;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (!entry || entry.expires < Date.now()) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    return entry.value;
  }

  set(key, value) {
    this.#entries.set(key, {
      value,
      expires: Date.now() + this.#ttl,
    });
    return value;
  }

  sweep(now = Date.now()) {
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

module.exports = { TtlCache };
