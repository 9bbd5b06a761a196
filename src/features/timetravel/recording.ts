// A recording from start to stop: chunks go from the target onto the tape as they come, so that what was recorded is
// readable whatever happens to us or to the target. The tape is made once the recorder is on, because its header says
// what only the recorder knows (clock, zone); until then chunks wait in memory.
import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail, isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import { type Milliseconds, ms } from '../../core/common/units.ts';
import type { Manifest } from '../../core/instrument/manifest.ts';
import type { ChunkDecoder } from '../../core/tape/chunk-decoder.ts';
import { TapeStore } from '../../core/tape/store.ts';
import type { TapeWriter } from '../../core/tape/writer.ts';
import type { RecordingManifest, RecordingStatus, Target, TargetRecording } from '../../core/targets/target.ts';
import { tapeHeader } from './facts.ts';
import { ChunkSink } from './sink.ts';
import { describeTape } from './tapes.ts';
import type { DecoderMaker } from './tapes.ts';
import type { Recording, RecordOptions, TapeReport } from './types.ts';

/** Name of the recording that a target has, also while it is being prepared. */
const recorded = new WeakMap<Target, string>();

export async function startRecording(
  target: Target,
  options: RecordOptions,
  makeDecoder: DecoderMaker,
): Promise<Recording> {
  const taken = recorded.get(target);
  if (taken !== undefined) throw fail('DS4090', { tape: taken });
  recorded.set(target, '(being prepared)');
  try {
    return await start(target, options, makeDecoder);
  } catch (error) {
    recorded.delete(target);
    throw error;
  }
}

async function start(target: Target, options: RecordOptions, makeDecoder: DecoderMaker): Promise<Recording> {
  const started = performance.now();
  await assertWritable(options);
  options.signal?.throwIfAborted();
  options.progress?.('capturing own code …');
  const sink = new ChunkSink(() => active?.onTrouble());
  let active: TapeRecording | undefined;
  const inTarget = await target.record({ onChunk: sink.accept, ...(options.scope ? { scope: options.scope } : {}) });
  let writer: TapeWriter | undefined;
  try {
    options.signal?.throwIfAborted();
    const { manifest } = inTarget;
    const decoder = (): ChunkDecoder => makeDecoder(inTarget.manifest as unknown as Manifest)();
    const store = new TapeStore({ directory: options.directory, decoder });
    writer = await store.create(
      tapeHeader(target, manifest, options, Date.now()),
      options.out === undefined ? {} : { out: options.out },
    );
    writer.appendManifest(manifest);
    for (const gap of manifest.gaps) writer.appendGap(gap);
    const status = await inTarget.status();
    active = new TapeRecording({
      target,
      inTarget,
      writer,
      sink,
      status,
      makeDecoder,
      prepared: ms(performance.now() - started),
      scope: options.scope ?? [],
      interval: options.interval,
    });
    sink.connect(writer);
    recorded.set(target, active.tape);
    options.progress?.('recording');
    return active;
  } catch (error) {
    // The original error matters more than what goes wrong while taking everything back.
    sink.close();
    await inTarget.stop().catch(() => undefined);
    if (writer)
      await writer
        .close()
        .then(() => rm(writer!.path, { force: true }))
        .catch(() => undefined);
    throw error;
  }
}

/** Says so before the target is touched when the tape cannot be written. */
async function assertWritable({ out, directory }: RecordOptions): Promise<void> {
  const path = out === undefined ? directory : resolve(out);
  const folder = out === undefined ? directory : dirname(path);
  try {
    if (out === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw fail('DS3010', { path, reason: messageOf(error) }, error);
  }
  if (
    out !== undefined &&
    (await access(path).then(
      () => true,
      () => false,
    ))
  )
    throw fail('DS3010', { path, reason: 'it exists already' });
}

interface Parts {
  readonly target: Target;
  readonly inTarget: TargetRecording;
  readonly writer: TapeWriter;
  readonly sink: ChunkSink;
  readonly status: RecordingStatus;
  readonly makeDecoder: DecoderMaker;
  readonly prepared: Milliseconds;
  readonly scope: readonly string[];
  readonly interval: Milliseconds | undefined;
}

class TapeRecording implements Recording {
  readonly tape: string;
  readonly path: string;
  readonly modules: number;
  readonly functions: number;
  readonly scope: readonly string[];
  readonly gaps: number;
  readonly prepared: Milliseconds;
  readonly #parts: Parts;
  readonly #manifestText: string;
  readonly #watching: Disposable;
  readonly #timer: NodeJS.Timeout | undefined;
  #lastStatus: RecordingStatus;
  #snapshotting = false;
  #exit: string | undefined;
  #stopping: Promise<TapeReport> | undefined;

  constructor(parts: Parts) {
    const { target, inTarget, writer, status } = parts;
    this.#parts = parts;
    this.tape = writer.header.id;
    this.path = writer.path;
    this.modules = status.modules;
    this.functions = status.functions;
    this.scope = parts.scope;
    this.gaps = inTarget.manifest.gaps.length;
    this.prepared = parts.prepared;
    this.#manifestText = JSON.stringify(inTarget.manifest);
    this.#lastStatus = status;
    this.#watching = target.exited(({ code, signal }) => {
      this.#exit = `the target ended (${signal ?? `exit code ${code ?? 'unknown'}`})`;
      // The tape is closed with what arrived, also when nobody calls stop.
      void this.stop().catch(() => undefined);
    });
    if (parts.interval !== undefined && parts.interval > 0) {
      this.#timer = setInterval(() => void this.#snapshotAgain(), parts.interval);
      this.#timer.unref();
    }
  }

  async status(): Promise<RecordingStatus> {
    if (!this.#stopping) this.#lastStatus = await this.#parts.inTarget.status();
    const { dropped, bytes } = this.#lastStatus;
    return { ...this.#lastStatus, bytes, dropped: dropped + this.#parts.writer.stats.dropped.events };
  }

  async mark(name: string): Promise<void> {
    if (this.#stopping) throw fail('DS4001');
    await this.#parts.inTarget.mark(name);
  }

  async snapshot(): Promise<void> {
    if (this.#stopping) throw fail('DS4001');
    await this.#parts.inTarget.snapshot();
  }

  stop(): Promise<TapeReport> {
    return (this.#stopping ??= this.#stop());
  }

  /** Chunks were lost, so what follows cannot be decoded before a new beginning; or the disk takes nothing more. */
  onTrouble(): void {
    if (this.#stopping) return;
    if (this.#parts.sink.problem !== undefined) void this.stop().catch(() => undefined);
    else void this.#snapshotAgain();
  }

  async #snapshotAgain(): Promise<void> {
    if (this.#snapshotting || this.#stopping) return;
    this.#snapshotting = true;
    try {
      await this.#parts.inTarget.snapshot();
    } catch (error) {
      if (!this.#stopping)
        this.#parts.writer.appendGap({ reason: 'snapshot', place: 'interval', detail: messageOf(error), calls: [] });
    } finally {
      this.#snapshotting = false;
    }
  }

  async #stop(): Promise<TapeReport> {
    const { target, inTarget, writer, sink } = this.#parts;
    clearInterval(this.#timer);
    this.#watching[Symbol.dispose]();
    let problem: unknown;
    try {
      this.#lastStatus = await inTarget.stop();
    } catch (error) {
      problem = error;
    }
    sink.close();
    recorded.delete(target);
    // A target that is gone cannot answer; everything it had sent is on the tape.
    const gone =
      this.#exit ??
      (isDevsandboxError(problem) && (problem.code === 'DS1002' || problem.code === 'DS1003')
        ? problem.what
        : undefined);
    if (gone !== undefined) {
      problem = undefined;
      const open = writer.openRoots();
      if (open.length > 0)
        writer.appendGap({
          reason: 'exited',
          place: 'end of the tape',
          detail: gone,
          calls: open,
          remedy: 'calls that had ended replay; record again to see the others whole',
        });
    }
    if (this.#lastStatus.dropped > 0)
      writer.appendGap({
        reason: 'dropped',
        place: 'end of the tape',
        detail: 'the target had more to say than the connection to it took; the recording ended there',
        calls: writer.openRoots(),
      });
    this.#writeEnd(inTarget.manifest);
    await writer.close();
    problem ??= sink.problem;
    if (problem !== undefined) throw problem;
    const report = await describeTape(this.path, this.#parts.makeDecoder);
    return {
      ...report,
      dropped: Math.max(report.dropped, this.#lastStatus.dropped + writer.stats.dropped.events),
      pauses: this.#lastStatus.pauses,
    };
  }

  /** What the recorder found out on the way (new instances, more gaps) replaces what it said at the start. */
  #writeEnd(manifest: RecordingManifest): void {
    if (JSON.stringify(manifest) === this.#manifestText) return;
    this.#parts.writer.appendManifest(manifest);
    for (const gap of manifest.gaps.slice(this.gaps)) this.#parts.writer.appendGap(gap);
  }
}
