// Where the chunks of a recording go: kept until the tape exists, then onto the tape, and nowhere once it is closed. It
// never throws, because the link to the target calls it.
import { isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import type { TapeWriter } from '../../core/tape/writer.ts';

export class ChunkSink {
  #early: Uint8Array[] = [];
  #writer: TapeWriter | undefined;
  #closed = false;
  #problem: unknown;
  readonly #onTrouble: () => void;

  /** @param onTrouble chunks were lost and a new beginning is needed, or nothing more reaches the disk */
  constructor(onTrouble: () => void) {
    this.#onTrouble = onTrouble;
  }

  /** The first thing that kept a chunk from the tape. */
  get problem(): unknown {
    return this.#problem ?? this.#writer?.failure;
  }

  readonly accept = (chunk: Uint8Array): void => {
    if (this.#closed) return;
    // The bytes may be used again by whoever handed them over.
    if (!this.#writer) this.#early.push(chunk.slice());
    else this.#append(chunk);
  };

  /** Hands over what came early; from now on chunks go to the writer. */
  connect(writer: TapeWriter): void {
    this.#writer = writer;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.#append(chunk);
  }

  close(): void {
    this.#closed = true;
    this.#early = [];
  }

  #append(chunk: Uint8Array): void {
    const writer = this.#writer;
    if (!writer) return;
    try {
      if (!writer.appendChunk(chunk) && (writer.failure || writer.needsSync)) this.#onTrouble();
    } catch (error) {
      this.#problem ??= isDevsandboxError(error) ? error : new Error(messageOf(error));
      this.#onTrouble();
    }
  }
}
