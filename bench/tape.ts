// Opening and seeking a tape of a million events: node bench/tape.ts (run by hand). The events are JSON here; how fast the
// recorder's own encoding decodes is measured beside it. `--keep` leaves the file.
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import type { ChunkDecoder } from '../src/core/tape/chunk-decoder.ts';
import { chunkHeadBytes, writeChunkHead } from '../src/core/tape/chunk-decoder.ts';
import type { TapeEvent, TapeHeader } from '../src/core/tape/events.ts';
import { openTape } from '../src/core/tape/tape.ts';
import { TapeWriter } from '../src/core/tape/writer.ts';

const total = 1_000_000;
const perChunk = 1_000;
const syncEvery = 20;
const nothing = { t: 'undefined' };

/** 27 events a request, as measured on an Express app: its call, and what it asks. */
function event(seq: number): unknown {
  const call = Math.floor(seq / 27) + 1;
  const at = seq * 20;
  const place = `src/cart.ts:${seq % 27}`;
  if (seq % 27 === 0)
    return {
      at,
      kind: 'enter',
      call,
      parent: 0,
      callKind: 'http',
      name: 'POST /checkout',
      place,
      self: nothing,
      args: [],
      construct: false,
      busy: -1,
      request: call,
    };
  if (seq % 27 === 26) return { at, kind: 'leave', call, outcome: 'return', value: nothing };
  if (seq % 2 === 1)
    return {
      at,
      kind: 'ask',
      op: 'call',
      place,
      callee: 'stock.get',
      self: nothing,
      args: [{ t: 'str', v: `B-${seq % 997}` }],
    };
  return { at, kind: 'answer', outcome: 'return', value: { t: 'num', v: (seq * 7919) % 10_007 }, changed: [] };
}

function chunk(number: number): Uint8Array {
  const events = Array.from({ length: perChunk }, (_, i) => event(number * perChunk + i));
  const body = Buffer.from(JSON.stringify(events));
  const bytes = new Uint8Array(chunkHeadBytes + body.length);
  bytes.set(body, chunkHeadBytes);
  const firstUs = number * perChunk * 20;
  writeChunkHead(bytes, {
    events: perChunk,
    firstUs,
    lastUs: firstUs + (perChunk - 1) * 20,
    sync: number % syncEvery === 0,
  });
  return bytes;
}

const decoder = (): ChunkDecoder => ({
  decode: (bytes, firstSeq) =>
    (
      JSON.parse(
        Buffer.from(bytes.buffer, bytes.byteOffset + chunkHeadBytes, bytes.byteLength - chunkHeadBytes).toString(),
      ) as TapeEvent[]
    ).map((one, i) => ({ ...one, seq: firstSeq + i }) as TapeEvent),
});

const header: TapeHeader = {
  format: 1,
  id: 'be4c00',
  createdAt: new Date().toISOString(),
  tool: 'bench',
  zone: 'UTC',
  locale: 'en',
  scope: [],
  compression: 'lz4',
  clockBase: 0,
  meta: {},
  target: { name: 'bench', pid: 1, runtime: 'node', mainScript: 'bench.ts' },
};

const folder = mkdtempSync(join(tmpdir(), 'bench-tape-'));
const path = join(folder, 'million.tape');
const bare = join(folder, 'million-no-index.tape');
try {
  for (const [file, options] of [
    [path, { decoder }],
    [bare, {}],
  ] as const) {
    const writer = await TapeWriter.create(file, header, options);
    let writing = 0;
    for (let number = 0; number < total / perChunk; number++) {
      const bytes = chunk(number);
      const start = performance.now();
      if (!writer.appendChunk(bytes)) await writer.flush();
      writing += performance.now() - start;
    }
    await writer.close();
    const megabytes = (statSync(file).size / 1e6).toFixed(1);
    console.log(
      `${file === bare ? 'without' : 'with'} calls in the index: ${megabytes} MB, ${Math.round(total / writing)} events/ms appended`,
    );
  }

  // As a killed recorder leaves it.
  truncateSync(bare, statSync(bare).size - 1);

  const bench = new Bench({ time: 2_000, warmupTime: 500 });
  let seek = 0;
  bench
    .add('open, stats and first failed (index)', () => {
      using tape = openTape(path, { decoder });
      if (tape.stats.events !== total) throw new Error('events are missing');
      tape.callIndex.firstFailed();
    })
    .add('open and all call summaries (index)', () => {
      using tape = openTape(path, { decoder });
      if (tape.calls().length !== Math.ceil(total / 27)) throw new Error('calls are missing');
    })
    .add('open and read one event anywhere', () => {
      using tape = openTape(path, { decoder });
      seek = (seek + 617_411) % total;
      for (const one of tape.events(seek, seek + 1)) if (one.seq !== seek) throw new Error('wrong event');
    })
    .add('open by scan (no index; events not decoded)', () => {
      using tape = openTape(bare, { decoder });
      if (!tape.cut || tape.indexed) throw new Error('it has an index');
    });
  await bench.run();
  console.table(bench.table());

  const start = performance.now();
  using tape = openTape(bare, { decoder });
  await tape.ensureIndexed();
  console.log(`calls rebuilt from ${total} events in ${Math.round(performance.now() - start)} ms (JSON events)`);
} finally {
  if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true, force: true });
}
