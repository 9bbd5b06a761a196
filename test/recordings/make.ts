// Records the tapes that stay here, two for each released version: `node test/recordings/make.ts VERSION`. Where the clone
// lies is taken out of them.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startTraffic } from '../../examples/load.ts';
import { startShop } from '../../examples/start.ts';
import type { Manifest } from '../../src/core/instrument/manifest.ts';
import { makeChunkDecoder } from '../../src/core/tape/decode-events.ts';
import { openTape } from '../../src/core/tape/tape.ts';
import { TapeWriter } from '../../src/core/tape/writer.ts';
import { attach } from '../../src/core/targets/index.ts';
import { startRecording } from '../../src/features/timetravel/index.ts';

const [version = '0.1.0'] = process.argv.slice(2);
const directory = import.meta.dirname;
const root = path.resolve(directory, '../..');
const wanted = 130;

/** What a tape says of itself, without the place of the clone. */
const elsewhere = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? item.replaceAll(root, '/app') : item)),
  ) as T;

for (const kind of ['typescript', 'commonjs'] as const) {
  const raw = path.join(directory, `raw-${kind}.tape`);
  {
    await using shop = await startShop({ kind });
    await using target = await attach(String(shop.pid));
    await using traffic = startTraffic(shop.url, { concurrency: 12, rate: 200, seed: 7 });
    const recording = await startRecording(target, { directory, out: raw });
    while ((await recording.status()).calls < wanted) await setTimeout(20);
    await recording.stop();
    await traffic.stop();
  }
  using tape = openTape(raw, { decoder: () => ({ decode: () => [] }) });
  const out = path.join(directory, `shop-${kind}-${version}.tape`);
  await rm(out, { force: true });
  const decoder = makeChunkDecoder(tape.manifest as unknown as Manifest);
  const writer = await TapeWriter.create(out, elsewhere(tape.header), { decoder });
  writer.appendManifest({ ...elsewhere(tape.manifest as unknown as Manifest), meta: {} } as unknown as Parameters<
    typeof writer.appendManifest
  >[0]);
  for (const { bytes } of tape.chunks()) {
    if (Buffer.from(bytes).includes(root)) throw new Error('an event names the place of the clone');
    writer.appendChunk(bytes);
  }
  await writer.close();
  await rm(raw);
}
