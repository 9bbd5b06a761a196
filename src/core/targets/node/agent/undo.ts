// What has to be undone when we leave, in whatever way: the last thing done is the first undone, and one failure does
// not keep the others from being undone.

export interface Undo {
  /** Registers an action for the end; the result forgets it without running it. */
  onDetach(action: () => void): () => void;
  /** Runs them all, once. */
  run(): void;
}

export function makeUndo(): Undo {
  const actions = new Set<() => void>();
  return {
    onDetach(action) {
      actions.add(action);
      return () => void actions.delete(action);
    },
    run() {
      const all = [...actions].reverse();
      actions.clear();
      for (const action of all) {
        try {
          action();
        } catch {
          // The others still have to run.
        }
      }
    },
  };
}
