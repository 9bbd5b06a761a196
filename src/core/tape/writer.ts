// Writes a tape while it is being recorded, append-only: what was written stays readable when we are killed. Chunks queue
// in memory up to a bound while the disk is slow; beyond it they are dropped, counted, and stand on the tape as a gap.
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fail, messageOf } from '../common/errors.ts';
import type { DevsandboxError } from '../common/errors.ts';
import { CallIndex } from './call-index.ts';
import { readChunkInfo } from './chunk-decoder.ts';
import type { ChunkDecoder, ChunkDecoderFactory } from './chunk-decoder.ts';
import type { TapeHeader } from './events.ts';
import { BlockKind, encodeBlock, encodeEnd, encodeJson, preludeBytes, prelude } from './format.ts';
import type { GapReport } from './gaps.ts';
import { ChunkTable, encodeIndex } from './index-block.ts';
import type { TapeMark } from './call-index.ts';

export interface WriterOptions {
  /** Folds the calls into the index while recording; without it readers rebuild them from the events. */
  readonly decoder?: ChunkDecoderFactory;
  /** Queued bytes at which `appendChunk` asks for a pause. */
  readonly softLimit?: number;
  /** Queued bytes at which chunks are dropped. */
  readonly hardLimit?: number;
}

export interface WriterStats {
  readonly events: number;
  /** Bytes of the file, queued ones included. */
  readonly bytes: number;
  readonly rawBytes: number;
  readonly calls: number;
  readonly failed: number;
  /** How often the disk was slower than the recording. */
  readonly backpressure: number;
  readonly dropped: { readonly chunks: number; readonly events: number; readonly bytes: number };
}

export class TapeWriter implements AsyncDisposable {
  readonly path: string;
  readonly header: TapeHeader;
  readonly #file: FileHandle;
  readonly #softLimit: number;
  readonly #hardLimit: number;
  readonly #newDecoder: ChunkDecoderFactory | undefined;
  readonly #chunks = new ChunkTable();
  readonly #blockMarks: TapeMark[] = [];
  readonly #blockGaps: GapReport[] = [];
  #calls: CallIndex | undefined;
  #decoder: ChunkDecoder | undefined;
  #indexProblem: string | undefined;
  #manifest = 0;
  #queue: Buffer[] = [];
  #queued = 0;
  /** Offset behind everything queued, and behind the last block that is in the file. */
  #end = preludeBytes;
  #written = preludeBytes;
  #rawBytes = 0;
  #backpressure = 0;
  #dropped = { chunks: 0, events: 0, bytes: 0 };
  #awaitSync = false;
  #pumping: Promise<void> | undefined;
  #failure: DevsandboxError | undefined;
  #closing: Promise<void> | undefined;

  private constructor(path: string, header: TapeHeader, file: FileHandle, options: WriterOptions) {
    this.path = path;
    this.header = header;
    this.#file = file;
    this.#softLimit = options.softLimit ?? 16 << 20;
    this.#hardLimit = options.hardLimit ?? 64 << 20;
    this.#newDecoder = options.decoder;
    this.#calls = options.decoder && new CallIndex();
  }

  /** Makes the file, which must not exist yet, with its header on disk. */
  static async create(path: string, header: TapeHeader, options: WriterOptions = {}): Promise<TapeWriter> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'wx', 0o600);
      await writeAll(file, prelude(), 0);
    } catch (error) {
      await file?.close();
      throw fail('DS3010', { path, reason: messageOf(error) }, error);
    }
    const writer = new TapeWriter(path, header, file, options);
    writer.#enqueue(encodeBlock(BlockKind.header, encodeJson(header), 'none'));
    await writer.flush();
    return writer;
  }

  /** Why nothing more reaches the disk (it is full, …); `close` throws it. */
  get failure(): DevsandboxError | undefined {
    return this.#failure;
  }

  /** Chunks were dropped: only one flagged `sync` can be decoded again, so the recorder should be asked for it. */
  get needsSync(): boolean {
    return this.#awaitSync;
  }

  /** Why the calls are not in the index, when the decoder failed; readers then rebuild them or say what is wrong. */
  get indexProblem(): string | undefined {
    return this.#indexProblem;
  }

  get stats(): WriterStats {
    return {
      events: this.#chunks.events,
      bytes: this.#end,
      rawBytes: this.#rawBytes,
      calls: this.#calls?.size ?? 0,
      failed: this.#calls?.failedRoots ?? 0,
      backpressure: this.#backpressure,
      dropped: this.#dropped,
    };
  }

  /** Root calls that have not ended in what has arrived. */
  openRoots(): readonly number[] {
    return this.#calls?.openRoots() ?? [];
  }

  /** Sources, units, gaps. A later manifest replaces the one before. */
  appendManifest(manifest: unknown): void {
    this.#assertOpen();
    this.#manifest = this.#end;
    this.#enqueue(encodeBlock(BlockKind.manifest, encodeJson(manifest), this.header.compression));
  }

  /** Takes over one chunk. `false`: the disk is behind, stop handing over until {@link flush} resolves. */
  appendChunk(chunk: Uint8Array): boolean {
    this.#assertOpen();
    const info = readChunkInfo(chunk);
    if (this.#failure) return false;
    if (this.#queued > this.#hardLimit || (this.#awaitSync && !info.sync)) {
      this.#dropped = {
        chunks: this.#dropped.chunks + 1,
        events: this.#dropped.events + info.events,
        bytes: this.#dropped.bytes + chunk.byteLength,
      };
      this.#awaitSync = true;
      return false;
    }
    if (this.#awaitSync) this.#noteDrops();
    this.#awaitSync = false;
    this.#rawBytes += chunk.byteLength;
    const place = this.#chunks.add(this.#end, info);
    this.#enqueue(encodeBlock(BlockKind.events, chunk, this.header.compression));
    this.#fold(chunk, place.firstSeq, place.sync);
    if (this.#queued <= this.#softLimit) return true;
    this.#backpressure += 1;
    return false;
  }

  appendGap(report: GapReport): void {
    this.#assertOpen();
    this.#blockGaps.push(report);
    this.#calls?.addGap(report);
    this.#enqueue(encodeBlock(BlockKind.gap, encodeJson(report), 'none'));
  }

  /** Names this place of the tape: behind the last event that has arrived. */
  mark(name: string): TapeMark {
    this.#assertOpen();
    const mark: TapeMark = { name, seq: this.#chunks.events, at: this.#chunks.lastUs() };
    this.#blockMarks.push(mark);
    this.#calls?.addMark(mark);
    this.#enqueue(encodeBlock(BlockKind.mark, encodeJson(mark), 'none'));
    return mark;
  }

  /** Resolves when what was appended is in the file, or writing has failed. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 && !this.#failure) await (this.#pumping ??= this.#pump());
    if (this.#pumping) await this.#pumping;
    if (this.#failure) throw this.#failure;
  }

  /** Writes the index, makes everything durable, closes. Safe twice. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      if (this.#awaitSync) this.#noteDrops();
      const offset = this.#end;
      const index = encodeIndex({
        chunks: this.#chunks,
        manifest: this.#manifest,
        calls: this.#calls,
        blockMarks: this.#blockMarks,
        blockGaps: this.#blockGaps,
      });
      this.#enqueue(encodeBlock(BlockKind.index, index, this.header.compression));
      this.#enqueue(encodeBlock(BlockKind.end, encodeEnd(offset), 'none'));
      await this.flush();
      await this.#file.sync();
    } catch (error) {
      throw this.#failure ?? fail('DS3010', { path: this.path, reason: messageOf(error) }, error);
    } finally {
      await this.#file.close();
    }
  }

  #noteDrops(): void {
    const { chunks, events, bytes } = this.#dropped;
    const report = {
      reason: 'dropped',
      place: `event ${this.#chunks.events}`,
      detail: `${events} events, ${bytes} bytes in ${chunks} chunks so far: the disk was slower than the recording`,
    };
    this.#blockGaps.push(report);
    this.#calls?.addGap(report);
    this.#enqueue(encodeBlock(BlockKind.gap, encodeJson(report), 'none'));
  }

  #fold(chunk: Uint8Array, firstSeq: number, sync: boolean): void {
    if (!this.#calls || !this.#newDecoder) return;
    try {
      if (sync || !this.#decoder) this.#decoder = this.#newDecoder();
      for (const event of this.#decoder.decode(chunk, firstSeq)) this.#calls.add(event);
    } catch (error) {
      this.#indexProblem = messageOf(error);
      this.#calls = undefined;
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw fail('DS3011', { path: this.path });
  }

  #enqueue(block: Buffer): void {
    if (this.#failure) return;
    this.#queue.push(block);
    this.#queued += block.length;
    this.#end += block.length;
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // What is appended in the same turn goes out in one write.
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#failure) {
      const blocks = this.#queue;
      this.#queue = [];
      const bytes = Buffer.concat(blocks);
      try {
        await writeAll(this.#file, bytes, this.#written);
        this.#written += bytes.length;
        this.#queued -= bytes.length;
      } catch (error) {
        this.#failure = fail('DS3010', { path: this.path, reason: messageOf(error) }, error);
        // Readers cut a torn block off by themselves; without it they need not say so.
        await this.#file.truncate(this.#written).catch(() => undefined);
      }
    }
    this.#pumping = undefined;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the disk took no bytes');
    done += bytesWritten;
  }
}
