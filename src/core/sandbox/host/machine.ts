// What was granted runs on a thread of its own, for two reasons. The host's main thread stays free to hear an interrupt
// while a package blocks; and the thread stands still between two calls of one stretch of cell code, so that no event is
// emitted before the cell has had the chance to listen, just as if both ran on one thread.
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { CellGrants } from '../ports.ts';
import { thrownData } from '../wire.ts';
import type { RawError, WireReply } from '../wire.ts';

export type ToMachine =
  /** `hold`: stand still afterwards until `release`. */
  | {
      readonly type: 'call';
      readonly id: number;
      readonly hold: boolean;
      readonly method: string;
      readonly parameters: Record<string, unknown>;
    }
  | { readonly type: 'load'; readonly id: number; readonly url: string; readonly grant: string | undefined }
  | { readonly type: 'grants'; readonly grants: CellGrants }
  | { readonly type: 'release' };

export type FromMachine =
  | { readonly type: 'reply'; readonly id: number; readonly reply: WireReply }
  | { readonly type: 'settle'; readonly ticket: string; readonly reply: WireReply }
  | { readonly type: 'callback'; readonly id: number; readonly receiver: unknown; readonly args: unknown }
  | { readonly type: 'uncaught'; readonly error: RawError };

export interface MachinePorts {
  readonly settle: (ticket: string, reply: WireReply) => void;
  readonly callback: (id: number, receiver: unknown, args: unknown) => void;
  readonly uncaught: (error: RawError) => void;
}

export class Machine {
  readonly #ports: MachinePorts;
  readonly #waiting = new Map<number, (reply: WireReply) => void>();
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #grants: CellGrants | undefined;
  #last = 0;
  #holding = false;

  constructor(ports: MachinePorts) {
    this.#ports = ports;
  }

  setGrants(grants: CellGrants): void {
    this.#grants = grants;
    if (this.#worker) this.#send({ type: 'grants', grants });
  }

  /** A call of the cell, which waits for it. */
  call(method: string, parameters: Record<string, unknown>): Promise<WireReply> {
    this.#holding = true;
    return this.#ask((id) => ({ type: 'call', id, hold: true, method, parameters }));
  }

  /** Loads a module and gives the reference to it. */
  async load(url: string, grant: string | undefined): Promise<unknown> {
    const reply = await this.#ask((id) => ({ type: 'load', id, url, grant }));
    if ('error' in reply)
      throw Object.assign(new Error(reply.error.message), { name: reply.error.name, ...reply.error.extra });
    return reply.value;
  }

  /** The stretch of cell code has ended: events may come. */
  release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#send({ type: 'release' });
  }

  #ask(message: (id: number) => ToMachine): Promise<WireReply> {
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send(message(id));
    });
  }

  #send(message: ToMachine): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
    Atomics.add(this.#signal, 0, 1);
    Atomics.notify(this.#signal, 0);
  }

  #start(): Worker {
    const file = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? './machine-thread.ts' : './machine-thread.js', import.meta.url),
    );
    const worker = new Worker(file, {
      workerData: { signal: this.#signal, grants: this.#grants },
      stdout: true,
      stderr: true,
    });
    worker.unref();
    worker.on('message', (message: FromMachine) => this.#receive(message));
    worker.on('error', (error) => this.#lost(thrownData(error).message));
    worker.on('exit', () => this.#lost('its thread ended'));
    return worker;
  }

  #lost(reason: string): void {
    this.#worker = undefined;
    this.#holding = false;
    for (const answer of this.#waiting.values())
      answer({ error: { name: 'Error', message: `a granted package ended: ${reason}` } });
    this.#waiting.clear();
  }

  #receive(message: FromMachine): void {
    switch (message.type) {
      case 'reply':
        this.#waiting.get(message.id)?.(message.reply);
        return void this.#waiting.delete(message.id);
      case 'settle':
        return this.#ports.settle(message.ticket, message.reply);
      case 'callback':
        return this.#ports.callback(message.id, message.receiver, message.args);
      case 'uncaught':
        return this.#ports.uncaught(message.error);
    }
  }
}
