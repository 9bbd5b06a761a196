// The five ZeroMQ sockets of a kernel. Nothing here knows what a message means. All sockets are bound before any of
// them receives, because zeromq 6 answers EBUSY to a bind beside a pending receive, and each socket has one queue to
// send from, because it takes one send at a time.
import { Router, XPublisher } from 'zeromq';
import { endpoint, type ChannelName, type Connection } from './connection.ts';
import { fail, messageOf } from '../core/common/errors.ts';

type Frames = readonly Uint8Array[];

/** Channels on which requests arrive. */
export type RequestChannel = 'shell' | 'control' | 'stdin';

export interface SocketListeners {
  readonly request: (channel: RequestChannel, frames: Frames) => void;
  /** A client subscribed to iopub: what is sent from now on reaches it. */
  readonly subscribed: (topic: Uint8Array) => void;
}

interface Sender {
  send(frames: Uint8Array[]): Promise<void>;
}

/** Sends in order, one at a time. */
class SendQueue {
  readonly #socket: Sender;
  #waiting: Frames[] = [];
  #draining: Promise<void> | undefined;

  constructor(socket: Sender) {
    this.#socket = socket;
  }

  push(frames: Frames): void {
    this.#waiting.push(frames);
    this.#draining ??= this.#drain();
  }

  drained(): Promise<void> {
    return this.#draining ?? Promise.resolve();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const frames of batch) {
        try {
          await this.#socket.send([...frames]);
        } catch {
          // The peer went away or the socket was closed: what was meant for it has no reader any more.
        }
      }
    }
    this.#draining = undefined;
  }
}

export class Sockets implements AsyncDisposable {
  readonly #sockets: Readonly<Record<ChannelName, Router | XPublisher>>;
  readonly #queues: Readonly<Record<Exclude<ChannelName, 'hb'>, SendQueue>>;
  #closed = false;

  private constructor(sockets: Record<ChannelName, Router | XPublisher>) {
    this.#sockets = sockets;
    const queue = (name: ChannelName): SendQueue => new SendQueue(sockets[name]);
    this.#queues = { shell: queue('shell'), control: queue('control'), stdin: queue('stdin'), iopub: queue('iopub') };
  }

  /** @throws DS7004 when an address is taken or not ours */
  static async open(connection: Connection): Promise<Sockets> {
    // Replies and the last output must still leave after close, but nobody waits for a client that is gone.
    const linger = 1_000;
    const router = (): Router => new Router({ linger, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    // Without a limit: the default of 1,000 messages drops the end of a flood without a word.
    const iopub = new XPublisher({ linger, sendHighWaterMark: 0 });
    iopub.verbosity = 'allSubs';
    const sockets = { shell: router(), control: router(), stdin: router(), hb: router(), iopub };
    for (const [name, socket] of Object.entries(sockets) as [ChannelName, Router | XPublisher][]) {
      const address = endpoint(connection, name);
      try {
        await socket.bind(address);
      } catch (error) {
        for (const open of Object.values(sockets)) open.close();
        throw fail('DS7004', { channel: name, address, reason: messageOf(error) }, error);
      }
    }
    return new Sockets(sockets);
  }

  /** Starts to receive. Call once. */
  listen(listeners: SocketListeners): void {
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      void this.#receive(channel, (frames) => listeners.request(channel, frames));
    }
    const echo = new SendQueue(this.#sockets.hb);
    void this.#receive('hb', (frames) => echo.push(frames));
    void this.#receive('iopub', ([frame]) => {
      // An XPUB socket hears 1 and the topic for a subscription, 0 and the topic for its end.
      if (frame?.[0] === 1) listeners.subscribed(frame.subarray(1));
    });
  }

  send(channel: Exclude<ChannelName, 'hb'>, frames: Frames): void {
    if (!this.#closed) this.#queues[channel].push(frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drained()));
    for (const socket of Object.values(this.#sockets)) socket.close();
  }

  async #receive(name: ChannelName, handle: (frames: Frames) => void): Promise<void> {
    const socket = this.#sockets[name];
    while (!socket.closed) {
      let frames: Frames;
      try {
        frames = await socket.receive();
      } catch {
        return; // Closed while waiting.
      }
      handle(frames);
    }
  }
}
