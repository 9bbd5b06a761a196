// Puts a recorded program onto a tape, and checks the tape as `%replay check` does, in an isolate of this process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleInjected } from '../../../src/core/common/bundle.ts';
import type { Recorder, RecorderOptions } from '../../../src/core/instrument/runtime/recorder-port.ts';
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import { execute } from '../../../src/core/replay/execute.ts';
import { summarise } from '../../../src/core/replay/summary.ts';
import type { ReplayResult } from '../../../src/core/replay/types.ts';
import { makeChunkDecoder } from '../../../src/core/tape/decode-events.ts';
import type { TapeHeader } from '../../../src/core/tape/events.ts';
import { openTape } from '../../../src/core/tape/tape.ts';
import { TapeWriter } from '../../../src/core/tape/writer.ts';
import type { Recorded } from './own.ts';

/** A recorder of its own for each program, with marks of its own: as each attach brings along. */
export async function recorderMaker(): Promise<() => (options: RecorderOptions) => Recorder> {
  const { code } = await bundleInjected(new URL('../../../src/core/instrument/runtime/recorder.ts', import.meta.url), {
    name: 'test-recorder',
  });
  return () =>
    ((0, eval)(`(${code.replace(/;\s*$/, '')})`) as { createRecorder: (options: RecorderOptions) => Recorder })
      .createRecorder;
}

const folder = mkdtempSync(path.join(tmpdir(), 'devsandbox-programs-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let written = 0;

/** Writes a tape; gives its path. */
export async function writeTape(chunks: readonly Uint8Array[], manifest: Manifest): Promise<string> {
  const header: TapeHeader = {
    format: 1,
    id: `program${++written}`,
    createdAt: '2026-01-01T00:00:00.000Z',
    target: { name: 'program', pid: process.pid, runtime: `Node ${process.versions.node}`, mainScript: 'program.js' },
    tool: 'test',
    zone: 'UTC',
    locale: 'en',
    scope: [],
    compression: 'lz4',
    clockBase: 0,
    meta: {},
  };
  const file = path.join(folder, `${written}.tape`);
  const writer = await TapeWriter.create(file, header, { decoder: makeChunkDecoder(manifest) });
  writer.appendManifest(manifest as unknown as Parameters<typeof writer.appendManifest>[0]);
  for (const chunk of chunks) if (!writer.appendChunk(chunk)) await writer.flush();
  await writer.close();
  return file;
}

export async function checkTape(file: string, manifest: Manifest): Promise<ReplayResult> {
  const tape = openTape(file, { decoder: makeChunkDecoder(manifest), upToDamage: true });
  const request = { tape: file };
  try {
    const execution = await execute({
      tape,
      manifest,
      request,
      checked: undefined,
      isStopped: () => false,
      progress: () => undefined,
    });
    return summarise({ request, manifest, tape, ...execution, checked: undefined, counterfactual: false, ms: 0 });
  } finally {
    tape.close();
    rmSync(file, { force: true });
  }
}

export const checkRecorded = async ({
  chunks,
  manifest,
}: Pick<Recorded, 'chunks' | 'manifest'>): Promise<ReplayResult> =>
  checkTape(await writeTape(chunks, manifest), manifest);

/** Why a replay is not exact throughout; undefined when it is. */
export function problemOf({ calls, first, complete }: ReplayResult): string | undefined {
  if (!complete) return 'the replay did not come to its end';
  const bad = calls.find(({ outcome }) => outcome !== 'exact');
  if (!bad && !first) return undefined;
  const { place = '', what = '', path: at = '', expected = '', actual = '', event } = first ?? {};
  const gap = bad?.gap ? `gap ${bad.gap.reason} at ${bad.gap.place}; ` : '';
  return `${gap}call ${bad?.call} ${bad?.name} ${bad?.outcome}: ${what} at ${place} (event ${event}) ${at}\n  expected ${expected}\n  actual   ${actual}`;
}
