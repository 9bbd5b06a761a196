// The file as bytes, docs/tape-format.md: magic and version, then blocks, each with its length, codec and two checksums. The
// block head has a checksum of its own, so that a damaged length is told from a file that was cut.
// As a namespace, because zstd came with Node.js 22.15 and a recorded program may run on an older one.
import * as zlib from 'node:zlib';
import { compressSync, uncompressSync } from 'lz4-napi';
import { chunkHeadBytes } from './chunk-decoder.ts';
import type { TapeHeader } from './events.ts';

export const formatVersion = 1;
export const magic = Buffer.from('DSTAPE', 'latin1');
export const preludeBytes = magic.length + 2;
export const blockHeadBytes = 20;
/** No block is larger, raw or stored: a reader never allocates more for one. */
export const maxBlockBytes = 1 << 28;

export const BlockKind = { header: 1, manifest: 2, events: 3, mark: 4, gap: 5, index: 6, end: 7 } as const;
export type BlockKind = (typeof BlockKind)[keyof typeof BlockKind];
export type Compression = TapeHeader['compression'];

const codecs: readonly Compression[] = ['none', 'lz4', 'zstd'];
export const endPayloadBytes = 16;
export const endBlockBytes = blockHeadBytes + endPayloadBytes;

export interface BlockHead {
  /** Bytes of the payload as stored. */
  readonly length: number;
  /** Bytes of the payload once decompressed. */
  readonly rawLength: number;
  readonly kind: number;
  readonly codec: number;
  readonly payloadCrc: number;
}

export const prelude = (): Buffer => {
  const bytes = Buffer.alloc(preludeBytes);
  magic.copy(bytes);
  bytes.writeUInt16LE(formatVersion, magic.length);
  return bytes;
};

function compress(raw: Uint8Array, compression: Compression): Buffer {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  // lz4-napi puts the raw length in front; the block head holds it already.
  if (compression === 'lz4') return compressSync(bytes).subarray(4);
  if (compression === 'zstd') return zlib.zstdCompressSync(bytes);
  return bytes;
}

function decompress(stored: Buffer, codec: number, rawLength: number): Buffer {
  const compression = codecs[codec];
  if (compression === undefined) throw new Error(`unknown codec ${codec}`);
  let raw = stored;
  if (compression === 'lz4') {
    const sized = Buffer.allocUnsafe(stored.length + 4);
    sized.writeUInt32LE(rawLength, 0);
    stored.copy(sized, 4);
    raw = uncompressSync(sized);
  } else if (compression === 'zstd') raw = zlib.zstdDecompressSync(stored, { maxOutputLength: Math.max(rawLength, 1) });
  if (raw.length !== rawLength) throw new Error(`${raw.length} bytes where ${rawLength} were announced`);
  return raw;
}

/** Leading bytes of a payload that stay uncompressed: a scan reads the heads of chunks without decompressing. */
const plainBytes = (kind: number): number => (kind === BlockKind.events ? chunkHeadBytes : 0);

/** One block, ready to be written. A payload that does not shrink is stored as it is. */
export function encodeBlock(kind: BlockKind, raw: Uint8Array, compression: Compression): Buffer {
  const plain = plainBytes(kind);
  const body = raw.subarray(plain);
  let codec = codecs.indexOf(body.length < 64 ? 'none' : compression);
  let stored = compress(body, codecs[codec] as Compression);
  if (codec !== 0 && stored.length >= body.length) {
    codec = 0;
    stored = compress(body, 'none');
  }
  const block = Buffer.allocUnsafe(blockHeadBytes + plain + stored.length);
  block.set(raw.subarray(0, plain), blockHeadBytes);
  stored.copy(block, blockHeadBytes + plain);
  block.writeUInt32LE(plain + stored.length, 0);
  block.writeUInt32LE(raw.length, 4);
  block.writeUInt8(kind, 8);
  block.writeUInt8(codec, 9);
  block.writeUInt16LE(0, 10);
  block.writeUInt32LE(zlib.crc32(block.subarray(blockHeadBytes)), 12);
  block.writeUInt32LE(zlib.crc32(block.subarray(0, 16)), 16);
  return block;
}

/** Reads a block's head; gives the problem as text when it is not one. */
export function parseHead(bytes: Buffer): BlockHead | string {
  if (zlib.crc32(bytes.subarray(0, 16)) !== bytes.readUInt32LE(16)) return 'checksum of the block head';
  const head = {
    length: bytes.readUInt32LE(0),
    rawLength: bytes.readUInt32LE(4),
    kind: bytes.readUInt8(8),
    codec: bytes.readUInt8(9),
    payloadCrc: bytes.readUInt32LE(12),
  };
  if (head.length > maxBlockBytes || head.rawLength > maxBlockBytes)
    return `block of ${Math.max(head.length, head.rawLength)} bytes`;
  return head;
}

/** Checks and decompresses a payload; gives the problem as text when it is damaged. */
export function decodePayload(head: BlockHead, stored: Buffer): Buffer | string {
  if (zlib.crc32(stored) !== head.payloadCrc) return 'checksum of the block';
  const plain = plainBytes(head.kind);
  if (stored.length < plain || head.rawLength < plain) return 'block shorter than its head';
  try {
    const body = decompress(stored.subarray(plain), head.codec, head.rawLength - plain);
    return plain === 0 ? body : Buffer.concat([stored.subarray(0, plain), body]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const encodeJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
export const decodeJson = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8')) as unknown;

/** What the last block says: where the index is. */
export function encodeEnd(indexOffset: number): Buffer {
  const bytes = Buffer.alloc(endPayloadBytes);
  bytes.writeBigUInt64LE(BigInt(indexOffset), 0);
  bytes.write('TAPE-END', 8, 'latin1');
  return bytes;
}
export const decodeEnd = (payload: Buffer): number => Number(payload.readBigUInt64LE(0));
