// Writes a copy of a tape in which one recorded answer is another one: what a replay must not believe.
import { readEvents } from '../../src/core/instrument/event-reader.ts';
import type { Manifest } from '../../src/core/instrument/manifest.ts';
import { Tag } from '../../src/core/instrument/runtime/tags.ts';
import { makeChunkDecoder, PlaceTable, tapeValue } from '../../src/core/tape/decode-events.ts';
import { openTape } from '../../src/core/tape/tape.ts';
import { TapeWriter } from '../../src/core/tape/writer.ts';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Changes the clock that own code was told half-way through the tape.
 * @param skip so many answers of the clock are left as they are
 */
export async function plantWrongAnswer(
  tape: string,
  skip = 0,
): Promise<{ readonly bytes: Uint8Array; readonly event: number }> {
  const bare = openTape(tape, { decoder: () => ({ decode: () => [] }) });
  const manifest = bare.manifest as unknown as Manifest;
  const places = new PlaceTable(manifest);
  let event = -1;
  let seq = 0;
  let left = skip;
  const chunks: Uint8Array[] = [];
  for (const { bytes } of bare.chunks()) {
    const chunk = Uint8Array.from(bytes);
    const offsets: number[] = [];
    readEvents(
      chunk,
      (reader) => {
        const at = reader.at;
        const value = tapeValue(reader, places, new Map());
        offsets.push(at);
        return value;
      },
      (raw) => {
        // A number of this size among answers is a time in milliseconds: a double, whose last mantissa byte is changed.
        if (
          event < 0 &&
          seq > 2000 &&
          raw.kind === 'answer' &&
          raw.value.t === 'num' &&
          raw.value.v > 1e12 &&
          raw.changed.length === 0
        ) {
          const at = offsets.at(-1) as number;
          if (chunk[at] === Tag.double && left-- === 0) {
            chunk[at + 4] = (chunk[at + 4] as number) ^ 0x10;
            event = seq;
          }
        }
        offsets.length = 0;
        seq += 1;
      },
    );
    chunks.push(chunk);
  }
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'planted-')), 'planted.tape');
  const writer = await TapeWriter.create(file, bare.header, { decoder: makeChunkDecoder(manifest) });
  writer.appendManifest(bare.manifest);
  for (const chunk of chunks) if (!writer.appendChunk(chunk)) await writer.flush();
  await writer.close();
  return { bytes: readFileSync(file), event };
}
