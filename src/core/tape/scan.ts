// Reads a tape's blocks from a file: by the index behind them when it was closed, else from the first to the last that is
// complete. A file may end anywhere; that is a cut. A block that is there and wrong is damage, which is an error.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail, messageOf } from '../common/errors.ts';
import type { DevsandboxError } from '../common/errors.ts';
import { readChunkInfo } from './chunk-decoder.ts';
import type { TapeMark } from './call-index.ts';
import type { TapeHeader } from './events.ts';
import {
  blockHeadBytes,
  BlockKind,
  decodeEnd,
  decodeJson,
  decodePayload,
  endBlockBytes,
  formatVersion,
  magic,
  parseHead,
  preludeBytes,
} from './format.ts';
import type { BlockHead } from './format.ts';
import type { GapReport } from './gaps.ts';
import { ChunkTable, decodeIndex } from './index-block.ts';
import type { TapeIndex } from './index-block.ts';

/** What was left away at the end of a tape that nobody closed. */
export interface Cut {
  /** Where the last complete block ends. */
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
}

export interface Block {
  readonly kind: number;
  readonly payload: Buffer;
  readonly next: number;
}

export class TapeFile {
  readonly path: string;
  readonly size: number;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'r');
      this.size = fstatSync(this.#descriptor).size;
      readSync(this.#descriptor, Buffer.alloc(1), 0, 1, 0);
    } catch (error) {
      this.close();
      throw fail('DS3003', { path, reason: messageOf(error) }, error);
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Bytes that are there: fewer than asked for at the end of the file. */
  read(offset: number, length: number): Buffer {
    if (this.#descriptor === undefined) throw fail('DS3003', { path: this.path, reason: 'it was closed' });
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.damaged(0, 'a place outside of the file');
    const bytes = Buffer.allocUnsafe(Math.max(Math.min(length, this.size - offset), 0));
    try {
      for (let done = 0; done < bytes.length;) {
        const read = readSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
        if (read === 0) return bytes.subarray(0, done);
        done += read;
      }
    } catch (error) {
      throw fail('DS3003', { path: this.path, reason: messageOf(error) }, error);
    }
    return bytes;
  }

  damaged(offset: number, problem: string): DevsandboxError {
    return fail('DS3004', { path: this.path, offset, problem });
  }

  /** Head of the block at an offset, or the cut that is there instead. */
  head(offset: number): BlockHead | Cut {
    const bytes = this.read(offset, blockHeadBytes);
    const cut = (reason: string): Cut => ({ offset, bytes: this.size - offset, reason });
    if (bytes.length < blockHeadBytes)
      return cut(bytes.length === 0 ? 'no end was written' : 'the last block is not complete');
    // After a power failure some file systems leave zeros where the last blocks should be.
    if (bytes.every((byte) => byte === 0) && this.read(offset, this.size - offset).every((byte) => byte === 0))
      return cut('zeros at the end');
    const head = parseHead(bytes);
    if (typeof head === 'string') throw this.damaged(offset, head);
    if (offset + blockHeadBytes + head.length > this.size) return cut('the last block is not complete');
    return head;
  }

  block(offset: number): Block {
    const head = this.head(offset);
    if (!('kind' in head)) throw this.damaged(offset, head.reason);
    const payload = decodePayload(head, this.read(offset + blockHeadBytes, head.length));
    if (typeof payload === 'string') throw this.damaged(offset, payload);
    return { kind: head.kind, payload, next: offset + blockHeadBytes + head.length };
  }

  json(offset: number, payload: Buffer): unknown {
    try {
      return decodeJson(payload);
    } catch (error) {
      throw this.damaged(offset, messageOf(error));
    }
  }
}

export interface Opened {
  readonly header: TapeHeader;
  readonly index: TapeIndex;
  /** Undefined: it was closed. */
  readonly cut: Cut | undefined;
  /** Its index was damaged and has been rebuilt. */
  readonly rebuilt: boolean;
}

/** @param upToDamage treats damage as a cut */
export function openBlocks(file: TapeFile, upToDamage: boolean): Opened {
  const start = file.read(0, preludeBytes);
  if (!magic.subarray(0, start.length).equals(start.subarray(0, magic.length)))
    throw fail('DS3001', { path: file.path });
  if (start.length < preludeBytes) throw fail(start.length === 0 ? 'DS3001' : 'DS3005', { path: file.path });
  const found = start.readUInt16LE(magic.length);
  if (found > formatVersion) throw fail('DS3002', { path: file.path, found, supported: formatVersion });
  if (found === 0) throw file.damaged(magic.length, 'format 0');
  if (!('kind' in file.head(preludeBytes))) throw fail('DS3005', { path: file.path });
  const first = file.block(preludeBytes);
  if (first.kind !== BlockKind.header) throw file.damaged(preludeBytes, 'the first block is no header');
  const header = file.json(preludeBytes, first.payload) as TapeHeader;
  const index = indexBehind(file);
  if (index) return { header, index, cut: undefined, rebuilt: false };
  return { header, ...scan(file, first.next, upToDamage) };
}

/** The index of a closed tape; undefined when it must be rebuilt. */
function indexBehind(file: TapeFile): TapeIndex | undefined {
  const at = file.size - endBlockBytes;
  if (at < preludeBytes) return undefined;
  try {
    const end = file.block(at);
    if (end.kind !== BlockKind.end) return undefined;
    const block = file.block(decodeEnd(end.payload));
    return block.kind === BlockKind.index ? decodeIndex(block.payload) : undefined;
  } catch {
    // Not the end of a closed tape, or damage: the scan finds out which.
    return undefined;
  }
}

function scan(file: TapeFile, from: number, upToDamage: boolean): Omit<Opened, 'header'> {
  const chunks = new ChunkTable();
  const blockMarks: TapeMark[] = [];
  const blockGaps: GapReport[] = [];
  let manifest = 0;
  let rebuilt = false;
  const done = (cut: Cut | undefined): Omit<Opened, 'header'> => ({
    index: { chunks, manifest, calls: undefined, blockMarks, blockGaps },
    cut,
    rebuilt,
  });
  for (let offset = from; ;) {
    try {
      const head = file.head(offset);
      if (!('kind' in head)) return done(head);
      const next = offset + blockHeadBytes + head.length;
      // A tape without its index is whole: the index only repeats what the other blocks say.
      if (head.kind === BlockKind.index) rebuilt = true;
      else {
        const { payload } = file.block(offset);
        if (head.kind === BlockKind.end)
          return done(
            next < file.size ? { offset: next, bytes: file.size - next, reason: 'bytes behind the end' } : undefined,
          );
        if (head.kind === BlockKind.manifest) manifest = offset;
        else if (head.kind === BlockKind.events) chunks.add(offset, readChunkInfo(payload));
        else if (head.kind === BlockKind.mark) blockMarks.push(file.json(offset, payload) as TapeMark);
        else if (head.kind === BlockKind.gap) blockGaps.push(file.json(offset, payload) as GapReport);
        else throw file.damaged(offset, `unknown kind of block ${head.kind}`);
      }
      offset = next;
    } catch (error) {
      if (!upToDamage) throw error;
      return done({ offset, bytes: file.size - offset, reason: messageOf(error) });
    }
  }
}
