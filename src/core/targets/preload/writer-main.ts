// Writes the tape of a program that is recorded from its first line; started by output.ts inside of it, and outlives it.
// The program hands over what happened at the end of each turn of its event loop: small chunks, put together here.
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDevsandboxError, messageOf } from '../../common/errors.ts';
import type { Manifest, ManifestInstance, ManifestModule } from '../../instrument/manifest.ts';
import { makeChunkDecoder } from '../../tape/decode-events.ts';
import type { GapReport } from '../../tape/gaps.ts';
import { TapeStore } from '../../tape/store.ts';
import type { TapeWriter } from '../../tape/writer.ts';
import { ChunkJoiner } from './chunk-joiner.ts';
import { FrameKind, FrameReader, type GapFrame, type ModuleFrame, type StartFrame } from './frames.ts';

/** How long a chunk may wait for others. */
const patience = 200;

const modules: ManifestModule[] = [];
const instances: ManifestInstance[] = [];
const gaps: GapReport[] = [];
let meta: Record<string, unknown> = {};
let writer: TapeWriter | undefined;
let report: string | undefined;
let isReady = false;
let hasEnd = false;
let isManifestOld = true;
let timer: NodeJS.Timeout | undefined;
const manifest = (): Manifest => ({ modules, instances, gaps, meta }) as unknown as Manifest;

const tell = (state: Record<string, unknown>): void => {
  if (report === undefined) return;
  writeFileSync(`${report}.new`, JSON.stringify({ pid: process.pid, ...state }));
  renameSync(`${report}.new`, report);
};

const joiner = new ChunkJoiner((chunk) => {
  if (isManifestOld) writer?.appendManifest(manifest());
  isManifestOld = false;
  writer?.appendChunk(chunk);
});

async function begin({ header, meta: given, out, report: file }: StartFrame): Promise<void> {
  meta = { ...given };
  report = file;
  const { version } = createRequire(import.meta.url)('../../../../package.json') as { readonly version: string };
  const store = new TapeStore({ decoder: () => makeChunkDecoder(manifest())() });
  writer = await store.create({ ...header, tool: version }, out === undefined ? {} : { out });
  tell({ tape: writer.path, complete: false });
}

function take(kind: number, payload: Buffer): void {
  switch (kind) {
    case FrameKind.chunk:
      joiner.add(payload);
      timer ??= setTimeout(() => {
        timer = undefined;
        joiner.flush();
      }, patience);
      return;
    case FrameKind.module: {
      const { module, instance } = JSON.parse(String(payload)) as ModuleFrame;
      modules.push(module);
      instances.push(instance);
      isManifestOld = true;
      return;
    }
    case FrameKind.gap: {
      const gap = JSON.parse(String(payload)) as GapFrame;
      gaps.push(gap);
      writer?.appendGap(gap);
      isManifestOld = true;
      return;
    }
    case FrameKind.end:
      hasEnd = true;
      return;
    default:
  }
}

async function finish(): Promise<void> {
  clearTimeout(timer);
  if (!writer) return;
  joiner.flush();
  if (isManifestOld) writer.appendManifest(manifest());
  const open = hasEnd ? [] : writer.openRoots();
  if (open.length > 0)
    writer.appendGap({
      reason: 'exited',
      place: 'end of the tape',
      detail: 'the program was killed',
      calls: open,
      remedy: 'calls that had ended replay; record again to see the others whole',
    });
  const { events, calls, failed } = writer.stats;
  await writer.close();
  tell({ tape: writer.path, complete: true, events, calls, failed, gaps: gaps.length, bytes: writer.stats.bytes });
}

const reader = new FrameReader();
let work: Promise<void> | undefined;
const early: { kind: number; payload: Buffer }[] = [];
const answer = (said: object): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
process.stdout.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.on('data', (piece: Buffer) => {
  for (const { kind, payload } of reader.read(piece)) {
    if (kind === FrameKind.start)
      work = begin(JSON.parse(String(payload)) as StartFrame).then(
        () => {
          isReady = true;
          for (const each of early) take(each.kind, each.payload);
          answer({ tape: writer?.path });
        },
        (error: unknown) => {
          const known = isDevsandboxError(error) ? { code: error.code, details: error.details } : {};
          answer({ error: messageOf(error), ...known });
          process.exitCode = 1;
        },
      );
    else if (!isReady) early.push({ kind, payload });
    else take(kind, payload);
  }
});
process.stdin.on('end', () => {
  void (work ?? Promise.resolve()).then(finish).catch((error: unknown) => tell({ error: messageOf(error) }));
});
