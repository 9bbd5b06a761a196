// HTTP requests in a replay: which own calls belong to one, and how it was answered. On the recorded path the tape says
// how. Once a call of it has left that path, what own code answers now counts, and what the tape says of its end does not.
import type { CallAccount } from './accounts.ts';

export interface RequestAccount {
  readonly calls: CallAccount[];
  /** Foreign objects that its calls were entered with: its request and its response. */
  readonly objects: Set<unknown>;
  /** Status that own code has set. */
  status: number;
  /** Own code has answered on the recorded path: the recorded response is the answer to that. */
  answered: boolean;
  /** A call of it has left the recorded path. */
  parted: boolean;
  /** Own code has answered off the recorded path: nothing of the request that comes later on the tape happens. */
  decided: boolean;
  /** The error that own code threw; `undefined` when it threw none. */
  thrown: { readonly error: unknown } | undefined;
  threwOnTape: boolean;
  /** The ask without an answer that one of its calls was stopped by. */
  lost: { readonly site: number; readonly ask: string } | undefined;
}

/** Methods by which own code answers a request, as frameworks and node:http name them. */
const answering: ReadonlySet<unknown> = new Set(['json', 'send', 'end', 'sendStatus', 'jsonp', 'redirect']);
const setting: ReadonlySet<unknown> = new Set(['status', 'sendStatus', 'writeHead', 'code']);

/** Whether an ask answers a request. */
export const isAnswer = (op: number, key: unknown): boolean => op === 1 && answering.has(key);

/** The status that an ask sets, or 0. */
export function statusSet(op: number, key: unknown, value: unknown): number {
  if (typeof value !== 'number') return 0;
  return (op === 1 && setting.has(key)) || (op === 4 && key === 'statusCode') ? value : 0;
}

export class Requests {
  readonly #all = new Map<number, RequestAccount>();

  /** @param number 0 gives undefined: a call that belongs to no request */
  of(number: number): RequestAccount | undefined {
    if (number === 0) return undefined;
    let found = this.#all.get(number);
    if (!found) {
      found = {
        calls: [],
        objects: new Set(),
        status: 0,
        answered: false,
        parted: false,
        decided: false,
        thrown: undefined,
        threwOnTape: false,
        lost: undefined,
      };
      this.#all.set(number, found);
    }
    return found;
  }

  get all(): ReadonlyMap<number, RequestAccount> {
    return this.#all;
  }
}

/**
 * Whether a recorded call of a request happens in the counterfactual.
 * @param withError it is entered with an error, as error handlers are
 */
export function happens({ parted, decided, thrown, threwOnTape }: RequestAccount, withError: boolean): boolean {
  if (decided) return false;
  if (!parted) return true;
  // An error handler for an error that is not thrown any more, or what came next where an error is thrown now.
  return withError ? thrown !== undefined || !threwOnTape : thrown === undefined || threwOnTape;
}

/** The status of a request is known: for its calls, which one of them failed and what they show. */
export function answeredWith(calls: readonly CallAccount[], status: number): void {
  const threw = calls.filter((account) => account.result.startsWith('threw'));
  for (const account of calls) {
    account.status = status;
    if (account.unanswered) continue;
    // What the app threw on purpose and answered itself is no failure; of a failed request the call that threw failed.
    account.failed = status >= 500 && (threw.length > 0 ? threw.includes(account) : account === calls.at(-1));
    if (!threw.includes(account)) account.result = `answered ${status}${account.body ?? ''}`;
  }
}
