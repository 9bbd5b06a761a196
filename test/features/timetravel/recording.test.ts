import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fail } from '../../../src/core/common/errors.ts';
import { ms } from '../../../src/core/common/units.ts';
import { startRecording } from '../../../src/features/timetravel/recording.ts';
import { describeTape, listCalls, open, tapeGaps } from '../../../src/features/timetravel/tapes.ts';
import { makeChunk } from '../../core/tape/json-chunks.ts';
import { drafts, fakeTarget, folder, makeDecoder } from './fixture.ts';

const first = makeChunk(drafts.slice(0, 4), { sync: true });
const second = makeChunk(drafts.slice(4), { number: 1 });

test('what came before the tape existed and after it is on the tape, with the manifest, its gaps and the clock of the target', async () => {
  const fake = fakeTarget([first]);
  const directory = folder();
  const recording = await startRecording(fake.target, { directory, scope: ['src/**'] }, makeDecoder);
  expect(recording).toMatchObject({ modules: 1, functions: 1, gaps: 1, scope: ['src/**'] });
  fake.chunk(second);
  const report = await recording.stop();
  expect(report).toMatchObject({
    tape: recording.tape,
    path: recording.path,
    target: 'shop',
    events: 8,
    calls: 4,
    roots: 3,
    failed: 1,
    gaps: 1,
    dropped: 0,
    complete: true,
    scope: ['src/**'],
  });
  expect(report.marks).toEqual([{ name: 'half', at: 2.5 }]);
  expect(report.pauses).toEqual({ count: 1, longest: 3, total: 3 });
  using tape = open(recording.path, makeDecoder);
  expect(tape.header).toMatchObject({
    zone: 'Asia/Tokyo',
    clockBase: 1_700_000_000_000,
    target: { name: 'shop', pid: 4242 },
    meta: { cwd: '/nowhere/app' },
  });
  expect(await tapeGaps(recording.path, makeDecoder)).toMatchObject([{ reason: 'private', place: 'src/a.ts:9' }]);
  expect(fake.log).toEqual(['stop']);
});

test('the tape can be read while it is recorded and when nobody closes it', async () => {
  const fake = fakeTarget([first]);
  const recording = await startRecording(fake.target, { directory: folder() }, makeDecoder);
  await expect.poll(async () => (await describeTape(recording.path, makeDecoder)).events).toBe(4);
  expect(await describeTape(recording.path, makeDecoder)).toMatchObject({ complete: false, calls: 2, roots: 1 });
  expect((await listCalls(recording.path, { roots: true }, makeDecoder)).calls.map(({ call }) => call)).toEqual([1]);
  await recording.stop();
});

test('a target is recorded once at a time, and again after stop', async () => {
  const fake = fakeTarget();
  const directory = folder();
  const recording = await startRecording(fake.target, { directory }, makeDecoder);
  await expect(startRecording(fake.target, { directory }, makeDecoder)).rejects.toMatchObject({
    code: 'DS4090',
    details: { tape: recording.tape },
  });
  await recording.stop();
  const again = await startRecording(fake.target, { directory }, makeDecoder);
  await again.stop();
  expect(readdirSync(directory)).toHaveLength(2);
});

test('a target that ends closes the tape and names the calls that were open', async () => {
  const fake = fakeTarget([first, second]);
  const recording = await startRecording(fake.target, { directory: folder() }, makeDecoder);
  fake.stop = () => Promise.reject(fail('DS1002', { target: 'shop' }));
  fake.exit();
  const report = await recording.stop();
  expect(report).toMatchObject({ complete: true, events: 8 });
  expect(await tapeGaps(recording.path, makeDecoder)).toContainEqual(
    expect.objectContaining({ reason: 'exited', detail: 'the target ended (SIGKILL)', calls: [4] }),
  );
});

test('what the target could not send is a gap with the calls that were open', async () => {
  const fake = fakeTarget([first, second]);
  const recording = await startRecording(fake.target, { directory: folder() }, makeDecoder);
  fake.dropped = 3;
  expect(await recording.stop()).toMatchObject({ complete: true, dropped: 3 });
  expect(await tapeGaps(recording.path, makeDecoder)).toContainEqual(
    expect.objectContaining({ reason: 'dropped', place: 'end of the tape', calls: [4] }),
  );
});

test('an interrupt while own code is captured stops the recorder and leaves no file', async () => {
  const abort = new AbortController();
  const fake = fakeTarget([first]);
  const directory = folder();
  const starting = startRecording(
    fake.target,
    { directory, signal: abort.signal, progress: () => abort.abort() },
    makeDecoder,
  );
  await expect(starting).rejects.toThrow(/abort/i);
  expect(fake.log).toEqual(['stop']);
  expect(readdirSync(directory)).toEqual([]);
});

test('a tape that cannot be written is refused before the target is touched', async () => {
  const fake = fakeTarget();
  const directory = folder();
  const out = join(directory, 'taken.tape');
  writeFileSync(out, '');
  await expect(startRecording(fake.target, { directory, out }, makeDecoder)).rejects.toMatchObject({ code: 'DS3010' });
  await expect(
    startRecording(fake.target, { directory, out: join(directory, 'none', 'x.tape') }, makeDecoder),
  ).rejects.toMatchObject({ code: 'DS3010' });
  expect(fake.log).toEqual([]);
  expect(existsSync(out)).toBe(true);
});

test('snapshots are taken at the interval, marks go to the recorder', async () => {
  const fake = fakeTarget();
  const recording = await startRecording(fake.target, { directory: folder(), interval: ms(5) }, makeDecoder);
  await recording.mark('here');
  await expect.poll(() => fake.log.filter((line) => line === 'snapshot').length).toBeGreaterThan(1);
  await recording.stop();
  expect(fake.log).toContain('mark here');
  await expect(recording.mark('late')).rejects.toMatchObject({ code: 'DS4001' });
});

test('something that is no chunk ends the recording and is what stop says', async () => {
  const fake = fakeTarget([first]);
  const recording = await startRecording(fake.target, { directory: folder() }, makeDecoder);
  fake.chunk(new Uint8Array(3));
  await expect(recording.stop()).rejects.toMatchObject({ code: 'DS3012' });
  expect(fake.log).toEqual(['stop']);
  expect(await describeTape(recording.path, makeDecoder)).toMatchObject({ events: 4, complete: true });
});
