// Puts small chunks of a recording together, so that blocks of the tape compress well. The times of events run on from
// one to the next within a chunk, so the first event of each that follows is told how long after the last one it came.
import { ByteWriter } from '../../instrument/runtime/bytes.ts';
import { chunkHeadBytes, readChunkInfo, writeChunkHead } from '../../tape/chunk-decoder.ts';

const blockBytes = 64 * 1024;
/** A segment, which is decoded as a whole to see a place in it, has so many blocks. */
const segmentBlocks = 20;

export class ChunkJoiner {
  readonly #take: (chunk: Uint8Array) => void;
  readonly #parts: Uint8Array[] = [];
  #size = 0;
  #events = 0;
  #first = 0;
  #last = 0;
  #mayBegin = false;
  #blocks = segmentBlocks;

  constructor(take: (chunk: Uint8Array) => void) {
    this.#take = take;
  }

  add(chunk: Uint8Array): void {
    const { events, firstUs, lastUs, sync } = readChunkInfo(chunk);
    const body = chunk.subarray(chunkHeadBytes);
    // Where a segment is due it begins with a chunk that may be the first of one.
    if (this.#events > 0 && sync && !this.#mayBegin && this.#blocks >= segmentBlocks) this.flush();
    if (this.#events === 0) {
      this.#first = firstUs;
      this.#mayBegin = sync;
      this.#parts.push(body);
    } else {
      const since = new ByteWriter(16);
      since.varint(Math.max(0, firstUs - this.#last));
      // Kind of the first event; the time that is replaced is 0, one byte.
      this.#parts.push(body.subarray(0, 1), since.bytes.subarray(0, since.at), body.subarray(2));
    }
    this.#events += events;
    this.#size += body.length;
    this.#last = Math.max(this.#last, lastUs);
    if (this.#size >= blockBytes) this.flush();
  }

  flush(): void {
    if (this.#events === 0) return;
    const chunk = Buffer.concat([Buffer.alloc(chunkHeadBytes), ...this.#parts]);
    const sync = this.#mayBegin && this.#blocks >= segmentBlocks;
    this.#blocks = sync ? 1 : this.#blocks + 1;
    writeChunkHead(chunk, { events: this.#events, firstUs: this.#first, lastUs: this.#last, sync });
    this.#parts.length = 0;
    this.#size = this.#events = 0;
    this.#take(chunk);
  }
}
