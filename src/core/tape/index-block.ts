// The index of a closed tape: where its chunks are, its calls, marks and gaps. JSON for what is small, columns for what is
// many.
import { CallIndex } from './call-index.ts';
import type { CallIndexJson } from './call-index.ts';
import { Columns } from './columns.ts';
import type { GapReport } from './gaps.ts';
import type { TapeMark } from './call-index.ts';
import type { ChunkInfo } from './chunk-decoder.ts';

const chunkShape = {
  offset: 'f64',
  firstSeq: 'f64',
  firstUs: 'f64',
  lastUs: 'f64',
  events: 'u32',
  segment: 'u32',
} as const;

export interface ChunkPlace extends ChunkInfo {
  /** Where its block starts in the file. */
  readonly offset: number;
  readonly firstSeq: number;
  /** Number of the chunk with which its segment starts. */
  readonly segment: number;
}

export class ChunkTable {
  readonly rows: Columns<keyof typeof chunkShape> = new Columns(chunkShape);
  #events = 0;

  get size(): number {
    return this.rows.rows;
  }
  get events(): number {
    return this.#events;
  }

  add(offset: number, info: ChunkInfo): ChunkPlace {
    const row = this.rows.add();
    const segment = row === 0 || info.sync ? row : this.rows.get('segment', row - 1);
    this.rows.set('offset', row, offset);
    this.rows.set('firstSeq', row, this.#events);
    this.rows.set('firstUs', row, info.firstUs);
    this.rows.set('lastUs', row, info.lastUs);
    this.rows.set('events', row, info.events);
    this.rows.set('segment', row, segment);
    this.#events += info.events;
    return this.at(row);
  }

  at(row: number): ChunkPlace {
    const get = (name: keyof typeof chunkShape): number => this.rows.get(name, row);
    return {
      offset: get('offset'),
      firstSeq: get('firstSeq'),
      firstUs: get('firstUs'),
      lastUs: get('lastUs'),
      events: get('events'),
      segment: get('segment'),
      sync: get('segment') === row,
    };
  }

  /** Chunk that holds an event. */
  chunkOf(seq: number): number {
    return this.rows.lastNotAbove('firstSeq', seq);
  }

  lastUs(): number {
    return this.size === 0 ? 0 : this.rows.get('lastUs', this.size - 1);
  }

  static load(bytes: Uint8Array, rows: number): { readonly table: ChunkTable; readonly read: number } {
    const table = new ChunkTable();
    const read = table.rows.load(bytes, rows);
    if (rows > 0) table.#events = table.rows.get('firstSeq', rows - 1) + table.rows.get('events', rows - 1);
    return { table, read };
  }
}

interface IndexJson {
  readonly chunks: number;
  /** Offset of the block of the last manifest, or 0. */
  readonly manifest: number;
  /** Absent when the calls could not be folded while recording: they are rebuilt from the events. */
  readonly calls?: CallIndexJson;
  readonly blockMarks: readonly TapeMark[];
  readonly blockGaps: readonly GapReport[];
}

export interface TapeIndex {
  readonly chunks: ChunkTable;
  readonly manifest: number;
  readonly calls: CallIndex | undefined;
  /** Marks and gaps that have blocks of their own; those of events are in `calls`, which holds both. */
  readonly blockMarks: readonly TapeMark[];
  readonly blockGaps: readonly GapReport[];
}

export function encodeIndex(index: TapeIndex): Buffer {
  const { chunks, manifest, calls, blockMarks, blockGaps } = index;
  const json: IndexJson = {
    chunks: chunks.size,
    manifest,
    ...(calls && { calls: calls.toJson() }),
    blockMarks,
    blockGaps,
  };
  const text = Buffer.from(JSON.stringify(json), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, chunks.rows.toBytes(), ...(calls ? [calls.toBytes()] : [])]);
}

/** Throws when the bytes are no index. */
export function decodeIndex(bytes: Buffer): TapeIndex {
  const start = 4 + bytes.readUInt32LE(0);
  const json = JSON.parse(bytes.toString('utf8', 4, start)) as IndexJson;
  if (!isWhole(json)) throw new Error('an index of another shape');
  const { table, read } = ChunkTable.load(bytes.subarray(start), json.chunks);
  const calls = json.calls && CallIndex.load(json.calls, bytes.subarray(start + read)).index;
  return { chunks: table, manifest: json.manifest, calls, blockMarks: json.blockMarks, blockGaps: json.blockGaps };
}

const isWhole = ({ chunks, manifest, blockMarks, blockGaps }: IndexJson): boolean =>
  [chunks, manifest].every((each) => Number.isSafeInteger(each) && each >= 0) &&
  Array.isArray(blockMarks) &&
  Array.isArray(blockGaps) &&
  blockGaps.every(({ reason, place }) => typeof reason === 'string' && typeof place === 'string');
