// What this room knows of the inside of a chunk: its head, and that somebody can decode it. The events' bytes belong to
// core/instrument/runtime, which writes them in targets and reads them in isolates too.
import { fail } from '../common/errors.ts';
import type { TapeEvent } from './events.ts';

/**
 * Decodes the chunks of one segment, in order. A segment begins with the first chunk of a tape or with one flagged
 * `sync`; for each a new decoder is made, because object numbers and time bases run through it.
 */
export interface ChunkDecoder {
  decode(chunk: Uint8Array, firstSeq: number): TapeEvent[];
}
export type ChunkDecoderFactory = () => ChunkDecoder;

export interface ChunkInfo {
  readonly events: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** Nothing before this chunk is needed to decode it. */
  readonly sync: boolean;
}

/** `[u32 events][f64 firstUs][f64 lastUs][u32 flags]`, little endian, in front of every chunk's events. */
export const chunkHeadBytes = 24;
const syncFlag = 1;

export function readChunkInfo(chunk: Uint8Array): ChunkInfo {
  if (chunk.byteLength < chunkHeadBytes) throw fail('DS3012', { problem: `${chunk.byteLength} bytes` });
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunkHeadBytes);
  return {
    events: view.getUint32(0, true),
    firstUs: view.getFloat64(4, true),
    lastUs: view.getFloat64(12, true),
    sync: (view.getUint32(20, true) & syncFlag) !== 0,
  };
}

export function writeChunkHead(chunk: Uint8Array, info: ChunkInfo): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunkHeadBytes);
  view.setUint32(0, info.events, true);
  view.setFloat64(4, info.firstUs, true);
  view.setFloat64(12, info.lastUs, true);
  view.setUint32(20, info.sync ? syncFlag : 0, true);
}
