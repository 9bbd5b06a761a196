// Whatever holds a resource is disposable; disposing twice is safe; what is added after disposal goes at once.

/** A stack of resources released in reverse order, each even when another's release throws. */
export class Disposables implements AsyncDisposable {
  #items: (() => void | Promise<void>)[] = [];
  #disposed: Promise<void> | undefined;

  get disposed(): boolean {
    return this.#disposed !== undefined;
  }

  /** Takes over `release`; called at once when everything has been released already. */
  add(release: () => void | Promise<void>): void {
    if (this.#disposed) void Promise.resolve(release()).catch(() => undefined);
    else this.#items.push(release);
  }

  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.add(() =>
      Symbol.asyncDispose in resource ? Promise.resolve(resource[Symbol.asyncDispose]()) : resource[Symbol.dispose](),
    );
    return resource;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#disposed ??= this.#release());
  }

  async #release(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#items.pop(); release; release = this.#items.pop()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'several resources failed to be released');
  }
}
