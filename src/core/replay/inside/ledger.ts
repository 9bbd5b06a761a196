// What became of each call: the account that the replay gives at the end.

export interface RawDivergence {
  readonly what: string;
  readonly seq: number;
  readonly site: number;
  readonly expected: Uint8Array | string;
  readonly actual: Uint8Array | string;
}

export interface CallAccount {
  readonly call: number;
  readonly request: number;
  readonly fn: number;
  readonly seq: number;
  /** Microseconds since the start of the tape. */
  readonly at: number;
  asks: number;
  nested: number;
  /** Runs of the timed function, and the milliseconds spent in them. */
  runs: number;
  spent: number;
  ended: boolean;
  failed: boolean;
  status: number;
  result: string;
  body?: string;
  error: { readonly name: string; readonly message: string; readonly stack: string } | undefined;
  divergence: RawDivergence | undefined;
  gap: { readonly reason: string; readonly place: string; readonly detail: string } | undefined;
  locals?: { readonly name: string; readonly preview: string }[];
}

export interface StateDifference {
  readonly seq: number;
  readonly instance: number;
  readonly name: string;
  readonly last: boolean;
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;
}

/** One line of a value, bounded; runs no code of the app but what `String` of a primitive runs. */
export function preview(value: unknown, depth = 2): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'function':
      return `[function ${String(Reflect.getOwnPropertyDescriptor(value, 'name')?.value ?? '')}]`;
    case 'object': {
      if (value === null) return 'null';
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      if (value instanceof Map)
        return `Map(${value.size})${
          depth > 0
            ? ` { ${[...value]
                .slice(0, 5)
                .map(([key, item]) => `${preview(key, 0)} → ${preview(item, depth - 1)}`)
                .join(', ')}${value.size > 5 ? ', …' : ''} }`
            : ''
        }`;
      if (value instanceof Set) return `Set(${value.size})`;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
      if (value instanceof Promise) return 'Promise';
      if (Array.isArray(value))
        return depth > 0
          ? `[${value
              .slice(0, 8)
              .map((item) => preview(item, depth - 1))
              .join(', ')}${value.length > 8 ? ', …' : ''}]`
          : `Array(${value.length})`;
      try {
        const keys = Object.keys(value);
        return depth > 0
          ? `{ ${keys
              .slice(0, 8)
              .map((key) => `${key}: ${preview((value as Record<string, unknown>)[key], depth - 1)}`)
              .join(', ')}${keys.length > 8 ? ', …' : ''} }`
          : '{…}';
      } catch {
        return '(foreign)';
      }
    }
    default:
      return String(value);
  }
}

export class Ledger {
  readonly #calls = new Map<number, CallAccount>();
  readonly #roots = new Map<number, number>();
  readonly #byRequest = new Map<number, CallAccount[]>();
  readonly #states: StateDifference[] = [];
  readonly #handled = new Set<number>();
  readonly #thrown = new Map<number, unknown>();
  #nested = 0;
  #invented = 1_000_000_000;
  #stray = 0;
  #lastThrown: unknown;

  root(call: number): number {
    return this.#roots.get(call) ?? call;
  }

  entered(call: number, parent: number, request: number, fn: number, seq: number, at: number): void {
    if (parent !== 0) {
      this.#nested += 1;
      this.#roots.set(call, this.root(parent));
      const account = this.#calls.get(this.root(parent));
      if (account) account.nested += 1;
      return;
    }
    const account: CallAccount = {
      call,
      request,
      fn,
      seq,
      at,
      asks: 0,
      nested: 0,
      runs: 0,
      spent: 0,
      ended: false,
      failed: false,
      status: 0,
      result: 'did not end',
      error: undefined,
      divergence: undefined,
      gap: undefined,
    };
    this.#calls.set(call, account);
    if (request !== 0) this.#byRequest.set(request, [...(this.#byRequest.get(request) ?? []), account]);
  }

  /** A call that exists only in a counterfactual. */
  invented(): number {
    return this.#invented++;
  }

  asked(call: number): void {
    const account = this.#calls.get(call);
    if (account) account.asks += 1;
  }

  ran(call: number, time: number): void {
    const account = this.#calls.get(call);
    if (!account) return;
    account.runs += 1;
    account.spent += time;
  }

  /** Notes what own code answers; in a counterfactual it also decides the status, as no response was recorded for it. */
  noteAsk(call: number, op: number, parts: readonly unknown[], free: boolean): void {
    const account = this.#calls.get(call);
    if (!account) return;
    const [, key, value] = parts;
    if (op === 1 && (key === 'json' || key === 'send' || key === 'end')) {
      account.body ??= ` ${preview(value, 2)}`;
      if (!free) return;
      if (account.request !== 0) this.#handled.add(account.request);
      this.response(account.request, account.status || 200);
    } else if (
      free &&
      typeof value === 'number' &&
      ((op === 1 && (key === 'status' || key === 'sendStatus' || key === 'writeHead')) ||
        (op === 4 && key === 'statusCode'))
    ) {
      account.status = value;
    }
  }

  /** In a counterfactual: own code has answered this request already, so what followed on the tape does not happen. */
  superseded(request: number): boolean {
    return request !== 0 && this.#handled.has(request);
  }

  /** A recorded call that does not happen in the counterfactual. */
  omitted(call: number): void {
    const account = this.#calls.get(call);
    if (!account) return;
    Object.assign(account, { ended: true, failed: false, result: 'does not happen' });
  }

  /** The error that own code threw for a request, where it did. */
  thrownIn(request: number): unknown {
    return this.#thrown.get(request);
  }

  unanswered(call: number, site: number): void {
    const account = this.#calls.get(call);
    if (!account) return;
    account.result = 'asked something that the tape cannot answer';
    account.divergence ??= { what: 'unanswered', seq: account.seq, site, expected: '', actual: '' };
  }

  ended(call: number, final: boolean, threw: boolean, value: unknown): void {
    const account = this.#calls.get(call);
    if (!account || !final) return;
    account.ended = true;
    if (threw) this.threw(call, value);
    else if (account.status === 0) account.result = `returned ${preview(value)}`;
  }

  threw(call: number, error: unknown): void {
    const account = this.#calls.get(call);
    if (!account) return;
    // An error with a status of its own below 500 is an answer, by the convention of HTTP frameworks.
    const status =
      typeof error === 'object' && error !== null
        ? (Reflect.getOwnPropertyDescriptor(error, 'status')?.value as unknown)
        : undefined;
    account.failed = !(typeof status === 'number' && status >= 400 && status < 500);
    account.ended = true;
    if (account.request !== 0) this.#thrown.set(account.request, error);
    account.result = `threw ${preview(error)}`;
    if (error instanceof Error)
      account.error = { name: error.name, message: error.message, stack: String(error.stack ?? '') };
  }

  /** Variables of the innermost activation through which an error leaves; a later error replaces them. */
  locals(call: number, error: unknown, names: readonly string[], read: (name: string) => unknown): void {
    const account = this.#calls.get(call);
    if (!account) return;
    // The functions around add what the innermost one does not have: what a callback sees of its surroundings.
    const again = this.#lastThrown === error;
    this.#lastThrown = error;
    const known = again ? (account.locals ?? []) : [];
    if (known.length > 8) return;
    const seen = new Set(known.map((local) => local.name));
    account.locals = known.concat(
      names
        .filter((name) => !seen.has(name))
        .map((name) => {
          try {
            return { name, preview: preview(read(name)) };
          } catch {
            return { name, preview: '(not set yet)' };
          }
        }),
    );
  }

  response(request: number, status: number): void {
    const accounts = this.#byRequest.get(request) ?? [];
    const threw = accounts.filter((account) => account.result.startsWith('threw'));
    for (const account of accounts) {
      account.status = status;
      // What the app threw on purpose and answered itself is no failure; of a failed request the call that threw failed.
      account.failed = status >= 500 && (threw.length > 0 ? threw.includes(account) : account === accounts.at(-1));
      if (!threw.includes(account)) account.result = `answered ${status}${account.body ?? ''}`;
    }
  }

  diverged(call: number, divergence: RawDivergence): void {
    const account = this.#calls.get(call);
    if (account) account.divergence ??= divergence;
    else this.#stray += 1;
  }

  gap(call: number, reason: string, place: string, detail: string): void {
    const account = this.#calls.get(call);
    if (account) account.gap ??= { reason, place, detail };
  }

  leftover(seq: number, kind: number): void {
    this.#stray += 1;
    // An event that own code should have taken: the call before it has diverged, if nothing said so yet.
    let before: CallAccount | undefined;
    for (const account of this.#calls.values()) if (account.seq < seq && !account.ended) before = account;
    if (before)
      before.divergence ??= {
        what: 'ask',
        seq,
        site: 0,
        expected: `event ${kind}`,
        actual: 'own code did not go on to it',
      };
  }

  stateDiffers(difference: StateDifference): void {
    if (this.#states.length < 100) this.#states.push(difference);
  }

  isDone(until: number): boolean {
    return until > 0 && this.#calls.get(until)?.ended === true;
  }

  report() {
    return { calls: [...this.#calls.values()], nested: this.#nested, states: this.#states, stray: this.#stray };
  }
}
