// What became of each call: the account that the replay gives at the end.
import type { CallAccount, RawDivergence, StateDifference } from './accounts.ts';
import { digest } from './digest.ts';
import { errorMessage, errorName, errorStack, errorText } from './look.ts';
import { preview } from './preview.ts';
import { answeredWith, happens, isAnswer, Requests, statusSet } from './requests.ts';

export class Ledger {
  readonly #calls = new Map<number, CallAccount>();
  readonly #roots = new Map<number, number>();
  readonly #requests = new Requests();
  readonly #states: StateDifference[] = [];
  #nested = 0;
  #invented = 1_000_000_000;
  #stray: RawDivergence | undefined;
  #crash: RawDivergence | undefined;
  #lastThrown: unknown;
  /** Requests that own code answered itself in the recording. */
  readonly ownAnswers: ReadonlySet<number>;

  constructor(ownAnswers: readonly number[] = []) {
    this.ownAnswers = new Set(ownAnswers);
  }

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
      left: false,
      failed: false,
      status: 0,
      result: 'did not end',
      print: '',
      lastSite: 0,
      lastAsk: '',
      parted: false,
      borrowed: 0,
      adapted: 0,
      unanswered: undefined,
      error: undefined,
      divergence: undefined,
      gap: undefined,
    };
    this.#calls.set(call, account);
    this.#requests.of(request)?.calls.push(account);
  }

  /** Foreign objects that a call was entered with: its request and response are among them. */
  enteredWith(request: number, args: readonly unknown[]): void {
    const account = this.#requests.of(request);
    for (const value of args) if (typeof value === 'object' && value !== null) account?.objects.add(value);
  }

  /** A call that exists only in a counterfactual: a part of the one that runs, where one does. */
  invented(within: number): number {
    const call = this.#invented++;
    if (within !== 0) this.#roots.set(call, this.root(within));
    return call;
  }

  ran(call: number, time: number): void {
    const account = this.#calls.get(call);
    if (!account) return;
    account.runs += 1;
    account.spent += time;
  }

  /**
   * Notes an ask; what own code answers a request with decides the status once the recorded path is left.
   * @returns whether it answers the request of the call
   */
  asked(call: number, op: number, site: number, parts: readonly unknown[]): boolean {
    const account = this.#calls.get(call);
    if (!account) return false;
    account.asks += 1;
    account.lastSite = site;
    const [receiver, key, value] = parts;
    if (!account.ended && account.parted) account.lastAsk = askText(op, parts);
    const request = this.#requests.of(account.request);
    if (!request?.objects.has(receiver)) return false;
    request.status = statusSet(op, key, value) || request.status;
    if (!isAnswer(op, key)) return false;
    account.body ??= ` ${preview(value, 2)}`;
    account.print = digest(account.print, key, parts.slice(2));
    if (!request.parted) request.answered = true;
    else if (!request.answered && !request.decided) {
      request.decided = true;
      answeredWith(request.calls, request.status || 200);
    }
    return true;
  }

  /** Counterfactual: a call leaves the recorded path. */
  part(call: number): void {
    const account = this.#calls.get(call);
    if (!account || account.parted) return;
    account.parted = true;
    const request = this.#requests.of(account.request);
    if (request) request.parted = true;
  }

  /** Counterfactual: whether a recorded call of a request happens; what stops the request stops it too. */
  happens(call: number, number: number, withError: boolean): boolean {
    const account = this.#calls.get(call);
    const request = this.#requests.of(number);
    if (!request) return true;
    if (request.lost) {
      this.unanswered(call, request.lost.site, request.lost.ask);
      return false;
    }
    if (happens(request, withError)) return true;
    if (account) this.omitted(call);
    return false;
  }

  /** A recorded call that does not happen in the counterfactual. */
  omitted(call: number): void {
    const account = this.#calls.get(call);
    if (account) Object.assign(account, { ended: true, failed: false, parted: true, result: 'does not happen' });
  }

  /** The error that own code threw for a request that left the recorded path, where it did. */
  thrownIn(number: number): unknown {
    const request = this.#requests.of(number);
    return request?.parted ? request.thrown?.error : undefined;
  }

  /** On the tape this root call threw. */
  threwOnTape(call: number): void {
    const request = this.#requests.of(this.#calls.get(call)?.request ?? 0);
    if (request) request.threwOnTape = true;
  }

  unanswered(call: number, site: number, ask: string): void {
    const account = this.#calls.get(call);
    if (!account || account.unanswered) return;
    Object.assign(account, { ended: true, failed: false, parted: true, error: undefined });
    account.result = `unanswered: ${ask}`;
    account.unanswered = { site, ask };
    const request = this.#requests.of(account.request);
    if (request) request.parted = true;
    // What own code has answered by then, it has answered.
    if (request && !request.answered && !request.decided) request.lost ??= account.unanswered;
  }

  borrowed(call: number): void {
    const account = this.#calls.get(call);
    if (account) account.borrowed += 1;
  }

  adapted(call: number): void {
    const account = this.#calls.get(call);
    if (account) account.adapted += 1;
  }

  ended(call: number, final: boolean, threw: boolean, value: unknown): void {
    const account = this.#calls.get(call);
    if (!account) {
      // What own code gives back to foreign code within a call is a part of what it answers.
      const root = this.#calls.get(this.root(call));
      if (root && final && value !== undefined) root.print = digest(root.print, threw, value);
      return;
    }
    if (!final) {
      account.left = true;
      return;
    }
    account.ended = true;
    if (threw) return this.threw(call, value);
    account.print = digest(account.print, value);
    if (account.status === 0) account.result = `returned ${preview(value)}`;
  }

  threw(call: number, error: unknown): void {
    const account = this.#calls.get(call);
    if (!account) return;
    account.print = digest(account.print, 'threw', error);
    // An error with a status of its own below 500 is an answer, by the convention of HTTP frameworks.
    const status =
      typeof error === 'object' && error !== null
        ? (Reflect.getOwnPropertyDescriptor(error, 'status')?.value as unknown)
        : undefined;
    const request = this.#requests.of(account.request);
    account.failed = request?.decided
      ? account.status >= 500
      : !(typeof status === 'number' && status >= 400 && status < 500);
    account.ended = true;
    if (request) request.thrown = { error };
    account.result = `threw ${preview(error)}`;
    if (error instanceof Error)
      account.error = { name: errorName(error), message: errorMessage(error), stack: errorStack(error) };
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

  response(number: number, status: number): void {
    const request = this.#requests.of(number);
    if (!request || request.decided || request.lost) return;
    if (request.parted && !request.answered) {
      // Own code's answer of the recording is not given any more, or an error is thrown that was not.
      if (this.ownAnswers.has(number) || (request.thrown && !request.threwOnTape)) return;
    }
    answeredWith(request.calls, status);
  }

  diverged(call: number, divergence: RawDivergence): void {
    const account = this.#calls.get(call);
    if (account) account.divergence ??= divergence;
    else this.#stray ??= divergence;
  }

  /** The replay itself cannot go on from here: neither own code nor the tape is to blame for what it does not reach. */
  crashed(seq: number, error: unknown): void {
    const actual = error instanceof Error ? errorText(error) : String(error);
    this.#crash = { what: 'crash', seq, site: 0, expected: 'the next event', actual };
  }

  gap(call: number, reason: string, place: string, detail: string): void {
    const account = this.#calls.get(call);
    if (account) account.gap ??= { reason, place, detail };
  }

  leftover(seq: number, kind: number): void {
    const actual = 'own code did not go on to it';
    const divergence: RawDivergence = { what: 'ask', seq, site: 0, expected: `event ${kind}`, actual };
    this.#stray ??= divergence;
    // An event that own code should have taken: the call before it has diverged, if nothing said so yet.
    let before: CallAccount | undefined;
    for (const account of this.#calls.values()) if (account.seq < seq && !account.ended) before = account;
    if (before) before.divergence ??= divergence;
  }

  stateDiffers(difference: StateDifference): void {
    if (this.#states.length < 100) this.#states.push(difference);
  }

  isDone(until: number): boolean {
    return until > 0 && this.#calls.get(until)?.ended === true;
  }

  /** Requests that own code answered itself. */
  answers(): number[] {
    return [...this.#requests.all].filter(([, { answered }]) => answered).map(([number]) => number);
  }

  report() {
    const silent = ({ parted, status, request }: CallAccount): boolean => {
      const account = this.#requests.of(request);
      if (!parted || status !== 0 || !account || account.answered || account.decided) return false;
      return this.ownAnswers.has(request) && !account.lost && !account.thrown;
    };
    const calls = [...this.#calls.values()].map((account) => ({ ...account, silent: silent(account) }));
    return { calls, nested: this.#nested, states: this.#states, stray: this.#stray, crash: this.#crash };
  }
}

/** An ask in the words of its code: `(foreign).run("a", 2)`. */
export function askText(op: number, parts: readonly unknown[]): string {
  const list = (from: number): string =>
    parts
      .slice(from)
      .map((part) => preview(part, 1))
      .join(', ');
  switch (op) {
    case 0:
      return `call of ${preview(parts[0], 0)}(${list(2)})`;
    case 1:
      return `.${String(parts[1])}(${list(2)})`;
    case 2:
      return `new ${preview(parts[0], 0)}(${list(1)})`;
    case 3:
      return `.${String(parts[1])}`;
    case 4:
      return `.${String(parts[1])} = ${list(2)}`;
    case 13:
      return 'the time';
    default:
      return list(0);
  }
}
