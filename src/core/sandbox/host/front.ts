// The host's side of the channel to the front.
import type { FromHost } from '../protocol.ts';
import { thrownData } from '../wire.ts';
import type { WireReply } from '../wire.ts';

interface Pending {
  readonly cell: number;
  readonly resolve: (reply: WireReply) => void;
}

export class Front {
  readonly #post: (message: FromHost) => Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #unsent = 0;

  constructor(post: (message: FromHost) => Promise<void>) {
    this.#post = post;
  }

  async send(message: FromHost): Promise<void> {
    await this.#post(message);
  }

  /** Sends what a cell prints; waits when the front is behind, so that memory stays bounded. */
  async sendPaced(message: FromHost, size: number): Promise<void> {
    this.#unsent += size;
    const sent = this.#post(message).then(() => void (this.#unsent -= size));
    if (this.#unsent > 1_000_000) await sent;
  }

  /** Asks the front on behalf of a cell; an interrupt of that cell answers too. */
  request(cell: number, method: string, parameters: unknown): Promise<WireReply> {
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      this.#pending.set(id, { cell, resolve });
      void this.send({ type: 'request', id, method, parameters });
    });
  }

  reply(id: number, reply: WireReply): void {
    this.#pending.get(id)?.resolve(reply);
    this.#pending.delete(id);
  }

  /** Ends what a cell waits for. */
  cancel(cell: number): void {
    const error = { name: 'DevsandboxError', message: 'DS2001 the cell was interrupted', extra: { code: 'DS2001' } };
    for (const [id, item] of this.#pending) if (item.cell === cell) this.reply(id, { error });
  }

  async answer(ask: number, work: () => unknown): Promise<void> {
    let reply: WireReply;
    try {
      reply = { value: (await work()) ?? null };
    } catch (error) {
      reply = { error: thrownData(error) };
    }
    await this.send({ type: 'answer', ask, reply });
  }
}
