// Objects that the front talks about, by number. Held strongly, because a handle that goes stale on its own would be a
// riddle; so the table is bounded and the longest unused goes first.
export interface Handles {
  /** The same object has the same number as long as it is held. */
  add(value: object | symbol): number;
  /** Undefined when it was released or pushed out. */
  get(handle: number): object | symbol | undefined;
  release(handles: readonly number[]): void;
  clear(): void;
  readonly size: number;
}

export function makeHandles(limit: number): Handles {
  const byNumber = new Map<number, { readonly value: object | symbol; uses: number }>();
  const numbers = new Map<object | symbol, number>();
  let last = 0;
  const drop = (handle: number): void => {
    const entry = byNumber.get(handle);
    if (!entry) return;
    byNumber.delete(handle);
    numbers.delete(entry.value);
  };
  return {
    add(value) {
      const known = numbers.get(value);
      if (known !== undefined) {
        const entry = byNumber.get(known)!;
        entry.uses++;
        // To the end of the order: used last.
        byNumber.delete(known);
        byNumber.set(known, entry);
        return known;
      }
      const handle = ++last;
      byNumber.set(handle, { value, uses: 1 });
      numbers.set(value, handle);
      if (byNumber.size > limit) drop(byNumber.keys().next().value!);
      return handle;
    },
    get: (handle) => byNumber.get(handle)?.value,
    release(handles) {
      for (const handle of handles) {
        const entry = byNumber.get(handle);
        if (entry && --entry.uses <= 0) drop(handle);
      }
    },
    clear() {
      byNumber.clear();
      numbers.clear();
    },
    get size() {
      return byNumber.size;
    },
  };
}
