// Tapes as tests look at them.
import { makeChunkDecoder } from '../../src/core/tape/decode-events.ts';
import type { Manifest } from '../../src/core/instrument/manifest.ts';
import { openTape, type Tape } from '../../src/core/tape/tape.ts';

/** With its calls known, also when nobody closed it. */
export async function openIndexedTape(path: string): Promise<Tape> {
  const tape: Tape = openTape(path, { decoder: () => makeChunkDecoder(tape.manifest as unknown as Manifest)() });
  await tape.ensureIndexed();
  return tape;
}
