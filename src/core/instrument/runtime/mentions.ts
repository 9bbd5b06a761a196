// Which properties of an object that inherits from a foreign class are own code's: those that its sources name. The same in
// a target and in a replay, because it depends on the sources alone.

/** Texts are searched when a name is first asked for. */
export function mentions(sources: readonly string[]): (key: PropertyKey) => boolean {
  const known = new Map<PropertyKey, boolean>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      const name = typeof key === 'symbol' ? (key.description ?? '') : String(key);
      known.set(key, (found = name !== '' && sources.some((source) => source.includes(name))));
    }
    return found;
  };
}
