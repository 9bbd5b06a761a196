// Buffer for code inside the isolate, with Node's types.
import { Buffer as portable } from 'unenv/node/buffer';

export const Buffer = portable as typeof globalThis.Buffer;
