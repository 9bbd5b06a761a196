// Client of the inspector protocol: typed requests, events, one error for everything pending when the line goes down.
// A request is written at once, so that a burst of them pipelines. Its error is made where it is sent, so that the
// stack names the caller; method and code are added when the reply comes.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Socket } from 'node:net';
import { EventSource, type Listener } from '../../common/events.ts';
import type { CdpEvent, CdpEventParams, CdpMethod, CdpParams, CdpResult } from './cdp-domains.ts';

/** The inspector refused a request. Not for users: whoever asked turns it into a coded error or takes another way. */
export class CdpError extends Error {
  method = '';
  code = 0;
  override name = 'CdpError';
}

/** Milliseconds. */
const closeWithin = 500;
const silenceWithin = 500;

export interface CdpTransport {
  write(message: string): void;
  close(): void;
}

interface Pending {
  readonly method: string;
  readonly error: CdpError;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

export class CdpClient {
  #transport: CdpTransport;
  #lastId = 0;
  #pending = new Map<number, Pending>();
  #events = new Map<string, EventSource<unknown>>();
  #closed = new EventSource<undefined>();
  #isOpen = true;
  #isProbing = false;
  #probes = new Set<number>();
  #idleProbes = 0;
  /** Clients of worker threads, whose messages travel inside ours. */
  readonly #carried = new Set<CdpClient>();
  #isCarried = false;
  /** Makes the error for what is pending when the line goes down, and for what is sent later. */
  #whyClosed: () => Error;

  constructor(transport: CdpTransport, whyClosed: () => Error) {
    this.#transport = transport;
    this.#whyClosed = whyClosed;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The messages of another client travel inside those of this one. */
  carry(other: CdpClient): void {
    other.#isCarried = true;
    this.#carried.add(other);
    other.onClosed(() => this.#carried.delete(other));
  }

  /** Fires once, when the line is down. */
  readonly onClosed = (listener: Listener<undefined>): Disposable => this.#closed.on(listener);

  send<M extends CdpMethod>(method: M, ...params: CdpParams<M>): Promise<CdpResult<M>> {
    if (!this.#isOpen) return Promise.reject(this.#whyClosed());
    const id = ++this.#lastId;
    const error = new CdpError();
    const { promise, resolve, reject } = Promise.withResolvers<CdpResult<M>>();
    this.#pending.set(id, { method, error, resolve: resolve as Pending['resolve'], reject });
    const first: unknown = params[0];
    this.#transport.write(JSON.stringify(first === undefined ? { id, method } : { id, method, params: first }));
    return promise;
  }

  on<E extends CdpEvent>(event: E, listener: Listener<CdpEventParams<E>>): Disposable {
    let source = this.#events.get(event);
    if (!source) this.#events.set(event, (source = new EventSource()));
    return source.on(listener as Listener<unknown>);
  }

  /** For the transport: a message came. */
  receive(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.id !== undefined && this.#probes.delete(message.id)) {
      this.#acknowledge();
      return;
    }
    this.#idleProbes = 0;
    this.#acknowledge();
    if (message.id === undefined) {
      if (message.method !== undefined) this.#events.get(message.method)?.emit(message.params);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (!message.error) {
      pending.resolve(message.result as never);
      return;
    }
    const { error, method } = pending;
    error.method = method;
    error.code = message.error.code;
    error.message = `${method}: ${message.error.message}${message.error.data ? ` (${message.error.data})` : ''}`;
    pending.reject(error);
  }

  /**
   * The inspector's socket waits for the acknowledgement of one message before it sends the next (Nagle), and our
   * kernel delays it by 40 ms unless we send something. So while answers are due, a message that comes is followed by a
   * request that V8 refuses at once, unless another was sent meanwhile. Their own answers are followed a few times only;
   * for as long as the kernel would wait when a worker thread owes the answer, whose carrier is free to answer ours.
   */
  #acknowledge(): void {
    if (this.#isProbing || this.#isCarried) return;
    const isDue = (): boolean => this.#pending.size > 0;
    const isCarriedDue = (): boolean => [...this.#carried].some((each) => each.#pending.size > 0);
    if (!isDue() && !isCarriedDue()) return;
    this.#isProbing = true;
    const sent = this.#lastId;
    const probe = (): void => {
      this.#isProbing = false;
      const limit = isCarriedDue() ? 40 : isDue() ? 4 : 0;
      if (!this.#isOpen || this.#lastId !== sent || this.#idleProbes >= limit) return;
      this.#idleProbes++;
      const id = ++this.#lastId;
      this.#probes.add(id);
      this.#transport.write(`{"id":${id},"method":"-"}`);
    };
    if (this.#idleProbes < 4) setImmediate(probe);
    else setTimeout(probe, 1);
  }

  /** For the transport: the line is down. Safe twice. */
  goneDown(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.#whyClosed());
    this.#closed.emit(undefined);
  }

  close(): void {
    this.#transport.close();
  }

  /**
   * Ends all that would send events, so that the target has nothing more to say when the line is closed: a Node 20 that
   * still has crashes. Waits for a target that does not answer only so long.
   */
  async silence(): Promise<void> {
    const ended = ['NodeWorker.disable', 'Debugger.disable'] as const;
    await Promise.race([Promise.allSettled(ended.map((method) => this.send(method))), sleep(silenceWithin)]);
  }

  /** Silences it, closes, and waits until the line is down. */
  async closed(): Promise<void> {
    if (!this.#isOpen) return;
    await this.silence();
    const down = new Promise<void>((resolve) => void this.#closed.on(() => resolve()));
    this.close();
    if (this.#isOpen) await down;
  }
}

/** Connects to a debugger URL (`ws://127.0.0.1:9229/<id>`). */
export async function connectCdp(url: string, whyClosed: () => Error, timeout = 5000): Promise<CdpClient> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0, handshakeTimeout: timeout });
  const client = new CdpClient(
    {
      write: (message) => socket.send(message),
      close: () => {
        socket.close();
        setTimeout(() => socket.terminate(), closeWithin).unref();
      },
    },
    whyClosed,
  );
  socket.on('message', (data) => client.receive(String(data)));
  socket.on('close', () => client.goneDown());
  await new Promise<void>((resolve, reject) => {
    socket.once('upgrade', (response) => (response.socket as Socket).setNoDelay(true));
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  // After the handshake an error is followed by `close`, which says all there is to say.
  socket.on('error', () => undefined);
  return client;
}

/** A client for a worker thread, whose messages travel inside those of the main thread. */
export function workerCdp(main: CdpClient, sessionId: string, whyClosed: () => Error): CdpClient {
  const client = new CdpClient(
    {
      write: (message) => {
        main.send('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => client.goneDown());
      },
      close: () => {
        main.send('NodeWorker.detach', { sessionId }).catch(() => undefined);
        client.goneDown();
      },
    },
    whyClosed,
  );
  main.carry(client);
  main.on('NodeWorker.receivedMessageFromWorker', (event) => {
    if (event.sessionId === sessionId) client.receive(event.message);
  });
  main.on('NodeWorker.detachedFromWorker', (event) => {
    if (event.sessionId === sessionId) client.goneDown();
  });
  main.onClosed(() => client.goneDown());
  return client;
}
