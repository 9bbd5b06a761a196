// A typed event source: one event, many listeners, each listener disposable.

export type Listener<T> = (event: T) => void;

/** One kind of event. A listener that throws does not keep the others from hearing it. */
export class EventSource<T> {
  #listeners = new Set<Listener<T>>();

  /** Subscribes; dispose the result to stop. */
  readonly on = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  };

  emit(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
