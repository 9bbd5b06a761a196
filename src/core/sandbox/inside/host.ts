// The isolate's only way out: one synchronous call to the sandbox host, JSON both ways. The isolate runs on a thread of
// its own, so waiting here blocks nobody else. Every entry into the isolate belongs to a cell (`owner`), which is how
// output, timers and failures that come after a cell's end find their way back to it.
import type { ThrownData, WireReply } from '../wire.ts';

type Call = (method: string, json: string) => string;

let call: Call | undefined;
let owner = 0;

export const connect = (to: Call): void => void (call = to);

export const currentCell = (): number => owner;
export const enterFor = (cell: number): void => void (owner = cell);

/** Asks the host and waits. What it refuses is thrown here, so that the stack shows the asking line. */
export function ask<T>(method: string, parameters: unknown = {}): T {
  if (!call) throw new Error('the sandbox is not connected');
  const reply = JSON.parse(call(method, JSON.stringify({ ...(parameters as object), cell: owner }))) as WireReply;
  if ('error' in reply) throw revive(reply.error);
  return reply.value as T;
}

/** An error that came from outside, as an error of this realm. */
export function revive(data: ThrownData): Error {
  const kinds: Record<string, ErrorConstructor> = {
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    URIError,
    EvalError,
  };
  const error = new (kinds[data.name] ?? Error)(data.message);
  if (error.name !== data.name)
    Object.defineProperty(error, 'name', { value: data.name, configurable: true, writable: true });
  for (const [key, value] of Object.entries(data.extra ?? {}))
    Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: true });
  return error;
}

interface Waiting {
  readonly cell: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Where it was asked: what comes later would name only us. */
  readonly asked: Error;
}

const waiting = new Map<number, Waiting>();
let lastTicket = 0;

/** Asks the host for something that comes later; the cell goes on meanwhile. */
export function askLater<T>(method: string, parameters: unknown = {}): Promise<T> {
  const ticket = (lastTicket += 1);
  return new Promise<T>((resolve, reject) => {
    waiting.set(ticket, {
      cell: owner,
      resolve: resolve as (value: unknown) => void,
      reject,
      asked: new Error('asked here'),
    });
    try {
      ask(method, { ...(parameters as object), ticket });
    } catch (error) {
      waiting.delete(ticket);
      reject(error as Error);
    }
  });
}

/** Waits for a ticket that the host chose itself (a promise of its own). */
export const awaitTicket = (ticket: string): Promise<unknown> =>
  new Promise((resolve, reject) =>
    foreign.set(ticket, { cell: owner, resolve, reject, asked: new Error('asked here') }),
  );

const foreign = new Map<string, Waiting>();

export function settle(ticket: number | string, reply: WireReply): void {
  const table = (typeof ticket === 'number' ? waiting : foreign) as Map<number | string, Waiting>;
  const item = table.get(ticket);
  if (!item) return;
  table.delete(ticket);
  owner = item.cell;
  if ('error' in reply) item.reject(placed(revive(reply.error), item.asked));
  else item.resolve(reply.value);
}

function placed(error: Error, asked: Error): Error {
  const frames = String(asked.stack).split('\n').slice(1);
  Object.defineProperty(error, 'stack', {
    value: [`${error.name}: ${error.message}`, ...frames].join('\n'),
    configurable: true,
    writable: true,
  });
  return error;
}

/** What an interrupted cell waited for never arrives: its code must not go on. */
export function forgetCell(cell: number): void {
  for (const table of [waiting, foreign]) {
    for (const [ticket, item] of table) if (item.cell === cell) (table as Map<unknown, Waiting>).delete(ticket);
  }
}
