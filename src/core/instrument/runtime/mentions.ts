// Which properties of an object that inherits from a foreign class are own code's: those that its sources name. The same in
// a target and in a replay, because it depends on the sources alone.

/** Texts are searched when a name is first asked for; more may be added to the list. */
export function mentions(sources: readonly string[]): (key: PropertyKey) => boolean {
  const known = new Map<PropertyKey, boolean>();
  let searched = sources.length;
  return (key) => {
    if (searched !== sources.length) {
      searched = sources.length;
      for (const [name, isFound] of known) if (!isFound) known.delete(name);
    }
    let found = known.get(key);
    if (found === undefined) {
      const name = typeof key === 'symbol' ? (key.description ?? '') : String(key);
      known.set(key, (found = name !== '' && sources.some((source) => source.includes(name))));
    }
    return found;
  };
}
