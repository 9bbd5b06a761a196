// Event, EventTarget, AbortController: the parts of the web platform that a bare isolate lacks.

export class Event {
  readonly type: string;
  readonly timeStamp = Date.now();
  readonly cancelable: boolean;
  target: unknown = null;
  defaultPrevented = false;
  /** @internal */
  stopped = false;

  constructor(type: string, options: { cancelable?: boolean } = {}) {
    this.type = String(type);
    this.cancelable = options.cancelable === true;
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.stopped = true;
  }
}

export class CustomEvent extends Event {
  readonly detail: unknown;

  constructor(type: string, options: { cancelable?: boolean; detail?: unknown } = {}) {
    super(type, options);
    this.detail = options.detail ?? null;
  }
}

type EventListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };
interface Registered {
  readonly listener: EventListener;
  readonly once: boolean;
}

export class EventTarget {
  readonly #listeners = new Map<string, Registered[]>();

  addEventListener(
    type: string,
    listener: EventListener | null,
    options: boolean | { once?: boolean; signal?: AbortSignal } = {},
  ): void {
    if (!listener) return;
    const list = this.#listeners.get(type) ?? [];
    if (list.some((each) => each.listener === listener)) return;
    const settings = typeof options === 'object' ? options : {};
    if (settings.signal?.aborted) return;
    list.push({ listener, once: settings.once === true });
    this.#listeners.set(type, list);
    settings.signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
  }

  removeEventListener(type: string, listener: EventListener | null): void {
    const list = this.#listeners.get(type);
    if (list)
      this.#listeners.set(
        type,
        list.filter((each) => each.listener !== listener),
      );
  }

  dispatchEvent(event: Event): boolean {
    event.target = this;
    for (const each of [...(this.#listeners.get(event.type) ?? [])]) {
      if (event.stopped) break;
      if (each.once) this.removeEventListener(event.type, each.listener);
      if (typeof each.listener === 'function') each.listener.call(this, event);
      else each.listener.handleEvent(event);
    }
    const property = (this as unknown as Record<string, unknown>)[`on${event.type}`];
    if (typeof property === 'function') property.call(this, event);
    return !event.defaultPrevented;
  }
}

const abortError = (): Error => new DOMException('This operation was aborted', 'AbortError');
const mayMake = Symbol('may make a signal');

export class AbortSignal extends EventTarget {
  onabort: ((event: Event) => void) | null = null;
  #aborted = false;
  #reason: unknown;

  constructor(key?: unknown) {
    super();
    if (key !== mayMake) throw new TypeError('Illegal constructor');
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** @internal */
  static begin(signal: AbortSignal, reason: unknown): void {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason === undefined ? abortError() : reason;
    signal.dispatchEvent(new Event('abort'));
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(mayMake);
    AbortSignal.begin(signal, reason);
    return signal;
  }

  static timeout(delay: number): AbortSignal {
    const signal = new AbortSignal(mayMake);
    setTimeout(
      () => AbortSignal.begin(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      delay,
    );
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal(mayMake);
    for (const each of signals) {
      if (each.aborted) AbortSignal.begin(signal, each.reason);
      else each.addEventListener('abort', () => AbortSignal.begin(signal, each.reason), { once: true });
    }
    return signal;
  }
}

export class AbortController {
  readonly signal = new AbortSignal(mayMake);

  abort(reason?: unknown): void {
    AbortSignal.begin(this.signal, reason);
  }
}
