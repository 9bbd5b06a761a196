// A tape to read: closed, still being written by another process, or cut anywhere. Opening reads the index (or the blocks);
// events are decoded when asked for, calls rebuilt when no index has them.
import { setImmediate as breathe } from 'node:timers/promises';
import { fail, messageOf } from '../common/errors.ts';
import { bytes, us } from '../common/units.ts';
import type { Bytes, Microseconds } from '../common/units.ts';
import { CallIndex } from './call-index.ts';
import type { TapeMark } from './call-index.ts';
import type { ChunkDecoder, ChunkDecoderFactory } from './chunk-decoder.ts';
import type { CallSummary, Gap, TapeEvent, TapeHeader } from './events.ts';
import { BlockKind } from './format.ts';
import { GapCollector } from './gaps.ts';
import type { GapReport } from './gaps.ts';
import type { ChunkPlace } from './index-block.ts';
import { openBlocks, TapeFile } from './scan.ts';
import type { Cut, Opened } from './scan.ts';

export interface OpenOptions {
  readonly decoder: ChunkDecoderFactory;
  /** Reads a damaged tape up to the damage, which then counts as a cut. */
  readonly upToDamage?: boolean;
}

export interface TapeStats {
  readonly events: number;
  readonly bytes: Bytes;
  readonly duration: Microseconds;
  readonly calls: number;
  readonly rootCalls: number;
  /** Root calls that failed. */
  readonly failed: number;
}

export interface RawChunk extends ChunkPlace {
  /** Number of the chunk on the tape. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface IndexOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

export class Tape implements Disposable {
  readonly path: string;
  readonly header: TapeHeader;
  /** What was left away at the end; undefined when the tape was closed. */
  readonly cut: Cut | undefined;
  /** The index was damaged and has been rebuilt from the events. */
  readonly rebuilt: boolean;
  readonly #file: TapeFile;
  readonly #opened: Opened;
  readonly #newDecoder: ChunkDecoderFactory;
  #calls: CallIndex | undefined;
  #summaries: readonly CallSummary[] | undefined;
  #manifest: { readonly value: unknown } | undefined;

  constructor(file: TapeFile, opened: Opened, decoder: ChunkDecoderFactory) {
    this.path = file.path;
    this.#file = file;
    this.#opened = opened;
    this.#newDecoder = decoder;
    this.header = opened.header;
    this.cut = opened.cut;
    this.rebuilt = opened.rebuilt;
    this.#calls = opened.index.calls;
  }

  get id(): string {
    return this.header.id;
  }

  /** The last manifest written; undefined when the tape was cut before it. */
  get manifest(): unknown {
    const offset = this.#opened.index.manifest;
    if (offset === 0) return undefined;
    return (this.#manifest ??= { value: this.#file.json(offset, this.#payload(offset, BlockKind.manifest)) }).value;
  }

  get stats(): TapeStats {
    const { chunks } = this.#opened.index;
    const calls = this.callIndex;
    return {
      events: chunks.events,
      bytes: bytes(this.#file.size),
      duration: us(chunks.lastUs()),
      calls: calls.size,
      rootCalls: calls.roots,
      failed: calls.failedRoots,
    };
  }

  /** Calls as columns: for work on many calls without an object for each. */
  get callIndex(): CallIndex {
    if (!this.#calls) for (const _ of this.#rebuild());
    return this.#calls as CallIndex;
  }

  /** Whether calls and stats are there without decoding the events. */
  get indexed(): boolean {
    return this.#calls !== undefined;
  }

  /** Rebuilds the calls of a tape without index in slices, so that the event loop goes on; a closed tape has them. */
  async ensureIndexed({ signal, progress }: IndexOptions = {}): Promise<void> {
    if (this.#calls) return;
    const total = this.#opened.index.chunks.size;
    let done = 0;
    for (const _ of this.#rebuild()) {
      signal?.throwIfAborted();
      progress?.(++done, total);
      await breathe();
    }
  }

  calls(): readonly CallSummary[] {
    const index = this.callIndex;
    return (this.#summaries ??= Array.from({ length: index.size }, (_, row) => index.at(row)));
  }

  get marks(): readonly TapeMark[] {
    return this.callIndex.marks.toSorted((a, b) => a.seq - b.seq);
  }

  /** What the recorder says it did not capture, and the cut when there is one. */
  gaps(): readonly Gap[] {
    const collector = new GapCollector();
    const listed = (this.manifest as { readonly gaps?: readonly GapReport[] } | undefined)?.gaps;
    for (const gap of Array.isArray(listed) ? (listed as GapReport[]) : []) collector.add(gap);
    for (const gap of this.callIndex.gaps()) collector.add(gap);
    if (this.cut) {
      const detail = `${this.cut.reason}; ${this.cut.bytes} bytes left away`;
      collector.add({
        reason: 'cut',
        place: `byte ${this.cut.offset}`,
        detail,
        calls: this.callIndex.openRoots(),
        remedy: 'end recordings with %record stop; calls before the last complete block replay',
      });
    }
    return collector.list();
  }

  /** Events from `from` up to, without, `to`, in order. */
  *events(from = 0, to = Number.POSITIVE_INFINITY): Generator<TapeEvent, undefined> {
    const { chunks } = this.#opened.index;
    const first = chunks.chunkOf(Math.max(from, 0));
    if (first < 0) return undefined;
    let decoder: ChunkDecoder | undefined;
    for (let number = chunks.at(first).segment; number < chunks.size; number++) {
      const place = chunks.at(number);
      if (place.firstSeq >= to) return undefined;
      if (place.sync || !decoder) decoder = this.#newDecoder();
      const events = this.#decode(decoder, place);
      if (number < first) continue;
      for (const event of events) {
        if (event.seq >= to) return undefined;
        if (event.seq >= from) yield event;
      }
    }
    return undefined;
  }

  /** The first event that `predicate` accepts. */
  find(predicate: (event: TapeEvent) => boolean, from = 0): TapeEvent | undefined {
    for (const event of this.events(from)) if (predicate(event)) return event;
    return undefined;
  }

  /** Chunks as recorded, in order, for readers that decode elsewhere: from the segment that holds an event. */
  *chunks(from = 0): Generator<RawChunk, undefined> {
    const { chunks } = this.#opened.index;
    const first = chunks.chunkOf(Math.max(from, 0));
    if (first < 0) return undefined;
    for (let number = chunks.at(first).segment; number < chunks.size; number++) {
      const place = chunks.at(number);
      yield { ...place, number, bytes: this.#payload(place.offset, BlockKind.events) };
    }
    return undefined;
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #payload(offset: number, kind: number): Buffer {
    const block = this.#file.block(offset);
    if (block.kind !== kind) throw this.#file.damaged(offset, `a block of kind ${block.kind} where ${kind} should be`);
    return block.payload;
  }

  #decode(decoder: ChunkDecoder, place: ChunkPlace): readonly TapeEvent[] {
    const chunk = this.#payload(place.offset, BlockKind.events);
    let problem: string;
    try {
      const events = decoder.decode(chunk, place.firstSeq);
      if (events.length === place.events) return events;
      problem = `${events.length} events where ${place.events} were announced`;
    } catch (error) {
      problem = messageOf(error);
    }
    throw fail('DS3006', { path: this.path, offset: place.offset, problem, tool: this.header.tool });
  }

  *#rebuild(): Generator<undefined, undefined> {
    const { chunks, blockMarks, blockGaps } = this.#opened.index;
    const calls = new CallIndex();
    for (const mark of blockMarks) calls.addMark(mark);
    for (const gap of blockGaps) calls.addGap(gap);
    let decoder: ChunkDecoder | undefined;
    for (let number = 0; number < chunks.size; number++) {
      const place = chunks.at(number);
      if (place.sync || !decoder) decoder = this.#newDecoder();
      for (const event of this.#decode(decoder, place)) {
        try {
          calls.add(event);
        } catch (error) {
          throw fail(
            'DS3006',
            { path: this.path, offset: place.offset, problem: messageOf(error), tool: this.header.tool },
            error,
          );
        }
      }
      yield undefined;
    }
    this.#calls = calls;
    return undefined;
  }
}

/** Opens a tape; close it when done. */
export function openTape(path: string, { decoder, upToDamage = false }: OpenOptions): Tape {
  const file = new TapeFile(path);
  try {
    return new Tape(file, openBlocks(file, upToDamage), decoder);
  } catch (error) {
    file.close();
    throw error;
  }
}
