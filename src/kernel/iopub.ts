// What everybody sees: status, output, results. One ordered stream of messages, each with the request that caused it as
// its parent. Text is gathered for a moment, so that ten thousand lines are a handful of messages; anything else that is
// published pushes the gathered text out first, so the order stays what the cell made it.
import type { DisplayOutput, OutputChunk } from '../core/sandbox/ports.ts';
import type { Content, MessageHeader } from './wire.ts';
import { mimeData } from './mime.ts';

export type Parent = MessageHeader | Readonly<Record<string, never>>;
export type ExecutionState = 'starting' | 'busy' | 'idle';

export interface IopubOptions {
  readonly send: (type: string, parent: Parent, content: Content) => void;
  /** How long text may wait for more text. */
  readonly gatherMs?: number;
  /** How much text may wait, in characters. */
  readonly gatherLength?: number;
}

interface Gathered {
  readonly parent: Parent;
  readonly name: OutputChunk['stream'];
  readonly texts: string[];
  length: number;
}

export class Iopub {
  readonly #send: IopubOptions['send'];
  readonly #gatherMs: number;
  readonly #gatherLength: number;
  #gathered: Gathered | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IopubOptions) {
    this.#send = options.send;
    this.#gatherMs = options.gatherMs ?? 20;
    this.#gatherLength = options.gatherLength ?? 64 * 1024;
  }

  publish(type: string, parent: Parent, content: Content): void {
    this.flush();
    this.#send(type, parent, content);
  }

  status(parent: Parent, state: ExecutionState): void {
    this.publish('status', parent, { execution_state: state });
  }

  stream(parent: Parent, chunk: OutputChunk): void {
    if (chunk.text === '') return;
    if (this.#gathered && (this.#gathered.parent !== parent || this.#gathered.name !== chunk.stream)) this.flush();
    const gathered = (this.#gathered ??= { parent, name: chunk.stream, texts: [], length: 0 });
    gathered.texts.push(chunk.text);
    gathered.length += chunk.text.length;
    if (gathered.length >= this.#gatherLength) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#gatherMs);
  }

  display(parent: Parent, output: DisplayOutput): void {
    this.publish(output.update === true ? 'update_display_data' : 'display_data', parent, {
      data: mimeData(output.data),
      metadata: output.metadata ?? {},
      transient: output.displayId === undefined ? {} : { display_id: output.displayId },
    });
  }

  /** Sends the text that still waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#gathered;
    if (!gathered) return;
    this.#gathered = undefined;
    this.#send('stream', gathered.parent, { name: gathered.name, text: gathered.texts.join('') });
  }
}
