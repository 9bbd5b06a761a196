// Tapes that are cut or damaged.
import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import { isDevsandboxError } from '../../../src/core/common/errors.ts';
import { blockHeadBytes, decodePayload, encodeBlock, parseHead, preludeBytes } from '../../../src/core/tape/format.ts';
import type { BlockKind } from '../../../src/core/tape/format.ts';
import type { Tape } from '../../../src/core/tape/tape.ts';

export interface PlacedBlock {
  readonly offset: number;
  readonly next: number;
  readonly kind: BlockKind;
  readonly payload: Buffer;
}

export function blocksOf(bytes: Buffer): readonly PlacedBlock[] {
  const blocks: PlacedBlock[] = [];
  for (let offset = preludeBytes; offset < bytes.length;) {
    const head = parseHead(bytes.subarray(offset, offset + blockHeadBytes));
    if (typeof head === 'string') throw new Error(head);
    const next = offset + blockHeadBytes + head.length;
    const payload = decodePayload(head, bytes.subarray(offset + blockHeadBytes, next));
    if (typeof payload === 'string') throw new Error(payload);
    blocks.push({ offset, next, kind: head.kind as BlockKind, payload });
    offset = next;
  }
  return blocks;
}

/** The tape with another payload in a block, and a checksum that says it is good. */
export const withPayload = (bytes: Buffer, { offset, next, kind }: PlacedBlock, payload: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, offset), encodeBlock(kind, payload, 'none'), bytes.subarray(next)]);

/**
 * Cuts a tape at each of its bytes: it must open with exactly what lies in the blocks that are complete, or be refused by
 * code where not even its first block is.
 */
export function cutEverywhere(
  tape: string,
  copy: string,
  open: (file: string) => Tape,
): { readonly size: number; readonly opened: number; readonly refused: number } {
  const blocks = blocksOf(readFileSync(tape));
  using whole = open(tape);
  const events = [...whole.events()].map((event) => JSON.stringify(event));
  copyFileSync(tape, copy);
  const size = blocks.at(-1)!.next;
  let opened = 0;
  let refused = 0;
  const read = new Map<number, number>();
  for (let length = size - 1; length >= 0; length--) {
    truncateSync(copy, length);
    const complete = blocks.filter(({ next }) => next <= length);
    try {
      using part = open(copy);
      opened += 1;
      if (part.cut?.offset !== complete.at(-1)!.next) throw new Error(`cut at ${length}: ${JSON.stringify(part.cut)}`);
      // What is there is the same until the next block is lost.
      if (read.has(complete.length)) continue;
      const found = [...part.events()].map((event) => JSON.stringify(event));
      read.set(complete.length, found.length);
      const expected = complete.reduce((sum, { kind, payload }) => sum + (kind === 3 ? payload.readUInt32LE(0) : 0), 0);
      if (found.length !== expected || found.some((event, at) => event !== events[at]))
        throw new Error(`cut at ${length}: ${found.length} events where ${expected} are complete`);
    } catch (error) {
      if (!isDevsandboxError(error)) throw error;
      if (complete.length > 0) throw error;
      refused += 1;
    }
  }
  return { size, opened, refused };
}
