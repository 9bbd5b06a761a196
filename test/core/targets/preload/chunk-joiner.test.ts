// Small chunks put together say the same as they did apart.
import { expect, test } from 'vitest';
import { readEvents, type RawEvent } from '../../../../src/core/instrument/event-reader.ts';
import { createRecorder } from '../../../../src/core/instrument/runtime/recorder.ts';
import { readChunkInfo } from '../../../../src/core/tape/chunk-decoder.ts';
import { ChunkJoiner } from '../../../../src/core/targets/preload/chunk-joiner.ts';

const program = {
  variables: () => undefined,
  began: () => undefined,
  ended: () => undefined,
  answered: () => undefined,
  unbegun: () => false,
  wrote: () => undefined,
};

function events(chunks: readonly Uint8Array[]): readonly (readonly [RawEvent<unknown>, number])[] {
  const found: [RawEvent<unknown>, number][] = [];
  const value = (): never => {
    throw new Error('marks have no values');
  };
  for (const chunk of chunks) readEvents(chunk, value, (event, at) => found.push([event, at]));
  return found;
}

test('events, times and places where a segment may begin', () => {
  let now = 5;
  const apart: Uint8Array[] = [];
  const recorder = createRecorder({
    now: () => (now += 1000),
    send: (chunk) => void apart.push(chunk.slice()),
    defer: (callback) => process.nextTick(callback),
    redact: [],
    maxBytesPerSecond: 1e9,
    program,
  });
  recorder.start();
  for (let n = 0; n < 4000; n++) {
    recorder.mark(`mark ${n} ${'x'.repeat(400)}`);
    if (n % 3 === 2) recorder.flush();
  }
  recorder.flush();
  const joined: Uint8Array[] = [];
  const joiner = new ChunkJoiner((chunk) => void joined.push(chunk));
  for (const chunk of apart) joiner.add(chunk);
  joiner.flush();
  joiner.flush();
  expect(events(joined)).toEqual(events(apart));
  expect(events(joined)).toHaveLength(4000);
  const infos = joined.map(readChunkInfo);
  expect(infos.length).toBeLessThan(apart.length / 10);
  expect(infos.flatMap(({ sync }, at) => (sync ? [at] : []))).toEqual([0, 20]);
});
