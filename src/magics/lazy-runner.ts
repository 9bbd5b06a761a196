// The cells' runner, started when the first cell needs it: `%help` and `%attach` need no isolate. What is to be known
// in the cells' scope before then is kept until it is there.
import type { CellGrants, CellRunner } from '../core/sandbox/ports.ts';

export class LazyRunner implements AsyncDisposable {
  readonly #create: () => Promise<CellRunner>;
  readonly #waiting = new Map<string, unknown>();
  #started: Promise<CellRunner> | undefined;
  #ready: CellRunner | undefined;
  #grants: CellGrants | undefined;

  constructor(create: () => Promise<CellRunner>) {
    this.#create = create;
  }

  /** The runner if it has been started. */
  get present(): CellRunner | undefined {
    return this.#ready;
  }

  start(): Promise<CellRunner> {
    this.#started ??= this.#begin();
    // A start that failed is tried again by the next cell.
    this.#started.catch(() => (this.#started = undefined));
    return this.#started;
  }

  async assign(name: string, json: unknown): Promise<void> {
    if (this.#ready) await this.#ready.assign(name, json);
    else this.#waiting.set(name, json);
  }

  async setGrants(grants: CellGrants): Promise<void> {
    this.#grants = grants;
    await this.#ready?.setGrants(grants);
  }

  async reset(): Promise<void> {
    this.#waiting.clear();
    await this.#ready?.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = this.#started;
    this.#started = this.#ready = undefined;
    await (await started?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #begin(): Promise<CellRunner> {
    const runner = await this.#create();
    if (this.#grants) await runner.setGrants(this.#grants);
    for (const [name, json] of this.#waiting) await runner.assign(name, json);
    this.#waiting.clear();
    this.#ready = runner;
    return runner;
  }
}
