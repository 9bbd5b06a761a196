// Chunks for tests of this room: a real chunk head, events as JSON lines behind it, and a decoder that (like the real one)
// cannot begin in the middle of a segment.
import { chunkHeadBytes, readChunkInfo, writeChunkHead } from '../../../src/core/tape/chunk-decoder.ts';
import type { ChunkDecoder } from '../../../src/core/tape/chunk-decoder.ts';
import type { TapeEvent, TapeHeader } from '../../../src/core/tape/events.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'seq'> : never;
export type Draft = Distribute<TapeEvent>;

export function makeChunk(
  drafts: readonly Draft[],
  options: { readonly sync?: boolean; readonly number?: number } = {},
): Uint8Array {
  const body = Buffer.from(JSON.stringify({ number: options.number ?? 0, events: drafts }));
  const chunk = new Uint8Array(chunkHeadBytes + body.length);
  chunk.set(body, chunkHeadBytes);
  writeChunkHead(chunk, {
    events: drafts.length,
    firstUs: drafts[0]?.at ?? 0,
    lastUs: drafts.at(-1)?.at ?? 0,
    sync: options.sync ?? false,
  });
  return chunk;
}

export function jsonDecoder(): ChunkDecoder {
  let expected: number | undefined;
  return {
    decode(chunk, firstSeq) {
      const { number, events } = JSON.parse(Buffer.from(chunk.subarray(chunkHeadBytes)).toString()) as {
        number: number;
        events: Draft[];
      };
      if (expected === undefined && number !== 0 && !readChunkInfo(chunk).sync)
        throw new Error('began in the middle of a segment');
      if (expected !== undefined && number !== expected)
        throw new Error(`chunk ${number} where ${expected} should come`);
      expected = number + 1;
      return events.map((event, i) => ({ ...event, seq: firstSeq + i }) as TapeEvent);
    },
  };
}

export const testHeader = (compression: TapeHeader['compression'] = 'lz4'): TapeHeader => ({
  format: 1,
  id: '7f3a',
  createdAt: '2026-01-02T03:04:05.000Z',
  target: { name: 'shop', pid: 4242, runtime: 'node 24.21.0', mainScript: '/app/server.js' },
  tool: '0.1.0',
  zone: 'UTC',
  locale: 'en-US',
  scope: ['src/**'],
  compression,
  clockBase: 1_767_323_045_000,
  meta: {},
});
