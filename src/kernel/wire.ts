// Messages as they travel: ZeroMQ frames `identities… <IDS|MSG> signature header parent metadata content buffers…`.
// What is not signed with the connection's key, is malformed, or was seen before is dropped and counted, never answered:
// an answer would tell a stranger that somebody listens.
import { createHmac, timingSafeEqual } from 'node:crypto';

export const protocolVersion = '5.4';
const delimiter = Buffer.from('<IDS|MSG>');
/** Signatures remembered to recognise a message sent twice; the older half is forgotten when full. */
const remembered = 65_536;

export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export type Content = Readonly<Record<string, unknown>>;

export interface Message {
  /** Routing frames of the client; kept to answer it. */
  readonly identities: readonly Uint8Array[];
  readonly header: MessageHeader;
  /** Empty object in a request. */
  readonly parent: MessageHeader | Readonly<Record<string, never>>;
  readonly metadata: Content;
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

export interface DropCounts {
  /** No delimiter, too few frames, a part that is no JSON object, a header without its fields. */
  malformed: number;
  unsigned: number;
  /** Signed, but not with our key. */
  forged: number;
  /** Correct, but seen before. */
  replayed: number;
}

// JSON.stringify writes a lone surrogate, legal in a JavaScript string, as an escape, and no other character as one of
// this form. The lookbehind passes over text that only looks like it: an escaped backslash before the u.
const loneSurrogate = /(?<=(?:^|[^\\])(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** A part of a message as JSON text that every client can read: what no UTF-8 text may hold becomes U+FFFD. */
export const toJson = (part: unknown): string => JSON.stringify(part).replace(loneSurrogate, '\\ufffd');

function parsePart(frame: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const headerFields = ['msg_id', 'msg_type', 'session'] as const;

function asHeader(part: Record<string, unknown>): MessageHeader | undefined {
  for (const field of headerFields) if (typeof part[field] !== 'string') return undefined;
  const text = (field: string): string => (typeof part[field] === 'string' ? part[field] : '');
  return {
    ...part,
    username: text('username'),
    date: text('date'),
    version: text('version'),
  } as unknown as MessageHeader;
}

/** Signs, verifies, encodes and decodes the messages of one connection. */
export class Wire {
  readonly dropped: DropCounts = { malformed: 0, unsigned: 0, forged: 0, replayed: 0 };
  readonly #key: string;
  readonly #digest: string;
  #seen = new Set<string>();
  #seenBefore = new Set<string>();

  constructor(options: { readonly key: string; readonly digest?: string }) {
    this.#key = options.key;
    this.#digest = options.digest ?? 'sha256';
  }

  encode(message: Message): Uint8Array[] {
    const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
      Buffer.from(toJson(part)),
    );
    return [...message.identities, delimiter, Buffer.from(this.#sign(parts)), ...parts, ...message.buffers];
  }

  /** Gives undefined for what must not be answered; {@link dropped} says why. */
  decode(frames: readonly Uint8Array[]): Message | undefined {
    const at = frames.findIndex((frame) => delimiter.equals(frame));
    const signature = frames[at + 1];
    const parts = frames.slice(at + 2, at + 6);
    if (at < 0 || signature === undefined || parts.length < 4) return this.#drop('malformed');
    if (signature.byteLength === 0) return this.#drop('unsigned');
    const expected = Buffer.from(this.#sign(parts));
    if (signature.byteLength !== expected.byteLength || !timingSafeEqual(expected, signature))
      return this.#drop('forged');
    const [header, parent, metadata, content] = parts.map(parsePart);
    if (!header || !parent || !metadata || !content) return this.#drop('malformed');
    const known = asHeader(header);
    if (!known) return this.#drop('malformed');
    if (!this.#firstTime(expected.toString('latin1'))) return this.#drop('replayed');
    return {
      identities: frames.slice(0, at),
      header: known,
      parent: asHeader(parent) ?? {},
      metadata,
      content,
      buffers: frames.slice(at + 6),
    };
  }

  #sign(parts: readonly Uint8Array[]): string {
    const hmac = createHmac(this.#digest, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  #firstTime(signature: string): boolean {
    if (this.#seen.has(signature) || this.#seenBefore.has(signature)) return false;
    if (this.#seen.size >= remembered / 2) {
      this.#seenBefore = this.#seen;
      this.#seen = new Set();
    }
    this.#seen.add(signature);
    return true;
  }

  #drop(why: keyof DropCounts): undefined {
    this.dropped[why]++;
    return undefined;
  }
}
