// What a recorded program tells the process that writes its tape: frames of a length, a kind and a payload.
import type { TapeHeader } from '../../tape/events.ts';
import type { LoadedModule } from './own-code.ts';

export const FrameKind = { start: 1, chunk: 2, module: 3, gap: 4, end: 5 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface StartFrame {
  readonly header: Omit<TapeHeader, 'id' | 'format' | 'tool'>;
  readonly meta: Readonly<Record<string, unknown>>;
  /** Path of the tape; undefined: a new one in the folder of tapes. */
  readonly out?: string;
  /** File to leave word of the tape in. */
  readonly report?: string;
}
export type ModuleFrame = LoadedModule;
export interface GapFrame {
  readonly reason: string;
  readonly place: string;
  readonly detail: string;
}

const headBytes = 5;

export function encodeFrame(kind: FrameKind, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt8(kind, 4);
  frame.set(payload, headBytes);
  return frame;
}

/** Puts frames together again from pieces of any size. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #size = 0;

  *read(piece: Buffer): Generator<{ readonly kind: number; readonly payload: Buffer }> {
    this.#pieces.push(piece);
    this.#size += piece.length;
    let bytes: Buffer | undefined;
    for (;;) {
      if (this.#size < headBytes) break;
      bytes ??= this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const length = bytes.readUInt32LE(0);
      if (bytes.length < headBytes + length) break;
      yield { kind: bytes.readUInt8(4), payload: bytes.subarray(headBytes, headBytes + length) };
      bytes = bytes.subarray(headBytes + length);
      this.#size = bytes.length;
      this.#pieces = [bytes];
    }
    if (bytes) this.#pieces = [bytes];
  }
}
