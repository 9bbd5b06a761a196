// What a cell asks of the host, one method a question. The isolate's thread waits for each answer; what takes long gets
// a ticket and is settled by an entry of its own.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DevsandboxError } from '../../common/errors.ts';
import type { CellGrants, DisplayOutput, OutputChunk } from '../ports.ts';
import { thrownData } from '../wire.ts';
import type { RawError, RawResult, WireReply } from '../wire.ts';
import type { CellIsolate } from './cell-isolate.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';

type Parameters = Record<string, unknown> & { readonly cell: number };

const printLimit = 10_000_000;
const digests: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

export class Asked {
  readonly machine: Machine;
  readonly #owner: CellIsolate;
  readonly #network: Network;
  readonly #timers = new Map<number, { readonly cell: number; readonly timer: NodeJS.Timeout }>();
  readonly #answers = new Map<number, (value: unknown) => void>();
  readonly #printed = new Map<number, number>();
  #grants: CellGrants = { fs: false, net: false, run: false, env: false, packages: [] };
  #ticket = 0;

  constructor(owner: CellIsolate) {
    this.#owner = owner;
    this.machine = new Machine({
      settle: (ticket, reply) => owner.later(0, 'settle', { ticket, reply }),
      callback: (id, receiver, args) => owner.later(0, 'callback', { id, receiver, args }),
      uncaught: (error) => owner.failedBeside(owner.running ?? 0, error),
    });
    this.#network = new Network({
      anywhere: () => this.#grants.net,
      ports: async (cell) => {
        const reply = await owner.front.request(cell, 'app.ports', {});
        return 'error' in reply ? [] : (reply.value as number[]);
      },
    });
  }

  get grants(): CellGrants {
    return this.#grants;
  }

  setGrants(grants: CellGrants): void {
    this.#grants = grants;
    this.machine.setGrants(grants);
  }

  /** Ends what a cell has started and waits for. */
  cancel(cell: number): void {
    for (const [id, item] of this.#timers) {
      if (item.cell !== cell) continue;
      clearTimeout(item.timer);
      this.#timers.delete(id);
    }
  }

  /** An entry whose answer comes later, by its ticket. */
  later(enter: (ticket: number) => Promise<unknown>): Promise<unknown> {
    const ticket = (this.#ticket += 1);
    return new Promise((resolve, reject) => {
      this.#answers.set(ticket, resolve);
      enter(ticket).catch(reject);
    });
  }

  async answer(method: string, json: string): Promise<WireReply> {
    try {
      const parameters = JSON.parse(json) as Parameters;
      if (this.#owner.isStopped(parameters.cell))
        throw new DevsandboxError('DS2001', 'the cell was interrupted', 'run it again', {});
      if (method.startsWith('handle.')) return await this.machine.call(method, parameters);
      if (method === 'front')
        return await this.#owner.front.request(
          parameters.cell,
          parameters['method'] as string,
          parameters['parameters'],
        );
      const value = await this.#perform(method, parameters);
      return { value: value ?? null };
    } catch (error) {
      return { error: thrownData(error) };
    }
  }

  async #perform(method: string, parameters: Parameters): Promise<unknown> {
    const { cell } = parameters;
    switch (method) {
      case 'output':
        return this.#output(cell, parameters as never);
      case 'display':
        return this.#owner.front.sendPaced(
          { type: 'display', cell, output: withoutCell(parameters) as unknown as DisplayOutput },
          1000,
        );
      case 'done':
        return this.#owner.finished(parameters['result'] as RawResult);
      case 'uncaught':
        return this.#owner.failedBeside(cell, parameters['error'] as RawError);
      case 'answer':
        this.#answers.get(parameters['ticket'] as number)?.(parameters['answer']);
        return void this.#answers.delete(parameters['ticket'] as number);
      case 'timer.set':
        return this.#setTimer(cell, parameters['id'] as number, parameters['delay'] as number);
      case 'timer.clear':
        return this.#clearTimer(parameters['id'] as number);
      case 'front.later':
        return this.#later(cell, parameters, () => this.#fromFront(cell, parameters));
      case 'import':
        return this.#later(cell, parameters, () =>
          this.#owner.modules.import(parameters['specifier'] as string, parameters['from'] as string | undefined),
        );
      case 'loaded':
        return this.#owner.modules.loaded(parameters['id'] as string);
      case 'require':
        return this.#owner.modules.require(parameters['specifier'] as string, parameters['from'] as string);
      case 'resolve':
        return this.#owner.modules.resolvePath(parameters['specifier'] as string, parameters['from'] as string);
      case 'fetch':
        return this.#later(cell, parameters, () => this.#network.fetch(cell, parameters as never));
      case 'fetch.read':
        return this.#later(cell, parameters, () => this.#network.read(parameters['stream'] as number));
      case 'digest':
        return this.#later(cell, parameters, () =>
          digest(parameters['algorithm'] as string, parameters['data'] as string),
        );
      case 'random':
        return randomBytes(parameters['length'] as number).toString('base64');
      case 'uuid':
        return randomUUID();
      case 'now':
        return performance.now();
      case 'memory': {
        const heap = await Promise.resolve(process.memoryUsage());
        return { ...heap };
      }
      default:
        throw new Error(`no such request: ${method}`);
    }
  }

  /** Beyond a limit a cell's output is dropped, which is said once. */
  async #output(cell: number, chunk: OutputChunk): Promise<void> {
    const before = this.#printed.get(cell) ?? 0;
    if (before > printLimit) return;
    this.#printed.set(cell, before + chunk.text.length);
    if (before + chunk.text.length > printLimit) {
      const note = `DS2025 the cell printed more than ${printLimit} characters; the rest was left out\n`;
      return this.#owner.front.sendPaced(
        { type: 'output', cell, chunk: { stream: 'stderr', text: note } },
        note.length,
      );
    }
    return this.#owner.front.sendPaced(
      { type: 'output', cell, chunk: { stream: chunk.stream, text: chunk.text } },
      chunk.text.length,
    );
  }

  #setTimer(cell: number, id: number, delay: number): void {
    this.#clearTimer(id);
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#owner.later(cell, 'timer', { id });
    }, delay);
    this.#timers.set(id, { cell, timer });
  }

  #clearTimer(id: number): void {
    clearTimeout(this.#timers.get(id)?.timer);
    this.#timers.delete(id);
  }

  async #fromFront(cell: number, parameters: Parameters): Promise<unknown> {
    const reply = await this.#owner.front.request(cell, parameters['method'] as string, parameters['parameters']);
    if ('error' in reply)
      throw Object.assign(new Error(reply.error.message), { name: reply.error.name, ...reply.error.extra });
    return reply.value;
  }

  #later(cell: number, parameters: Parameters, work: () => Promise<unknown>): void {
    const ticket = parameters['ticket'] as number;
    void work().then(
      (value) => this.#owner.later(cell, 'settle', { ticket, reply: { value: value ?? null } }),
      (error: unknown) => this.#owner.later(cell, 'settle', { ticket, reply: { error: thrownData(error) } }),
    );
  }
}

const withoutCell = ({ cell: _cell, ...rest }: Parameters): Record<string, unknown> => rest;

async function digest(algorithm: string, data: string): Promise<string> {
  const name = digests[algorithm.toUpperCase()];
  if (!name) throw Object.assign(new Error(`Unrecognized algorithm name ${algorithm}`), { name: 'NotSupportedError' });
  return Promise.resolve(createHash(name).update(Buffer.from(data, 'base64')).digest('base64'));
}
