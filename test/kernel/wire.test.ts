import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHmac } from 'node:crypto';
import { toJson, Wire, type Message } from '../../src/kernel/wire.ts';

const key = '7b1c0b4e-1f7a-4d0e-9a52-0e6a4f1d2c33';
const header = {
  msg_id: 'm1',
  msg_type: 'execute_request',
  session: 's1',
  username: 'u',
  date: '2026-01-01T00:00:00Z',
  version: '5.3',
};
const message = (extra: Partial<Message> = {}): Message => ({
  identities: [Buffer.from('client')],
  header,
  parent: {},
  metadata: {},
  content: { code: '1 + 1' },
  buffers: [],
  ...extra,
});
const total = (wire: Wire): number => Object.values(wire.dropped).reduce((sum, count) => sum + count, 0);

describe('wire', () => {
  it('signs as the protocol says: HMAC-SHA256 of the four parts, in hex', () => {
    const [identity, delimiter, signature, ...parts] = new Wire({ key }).encode(message());
    expect(Buffer.from(identity!).toString()).toBe('client');
    expect(Buffer.from(delimiter!).toString()).toBe('<IDS|MSG>');
    const expected = createHmac('sha256', key).update(Buffer.concat(parts)).digest('hex');
    expect(Buffer.from(signature!).toString()).toBe(expected);
    expect(parts.map((part) => JSON.parse(Buffer.from(part).toString()) as unknown)).toEqual([
      header,
      {},
      {},
      { code: '1 + 1' },
    ]);
  });

  it('reads back what it wrote, with identities, parent and buffers', () => {
    const sent = message({
      parent: { ...header, msg_id: 'm0' },
      buffers: [Buffer.from([0, 255, 1])],
      identities: [Buffer.from('a'), Buffer.from('b')],
    });
    expect(new Wire({ key }).decode(new Wire({ key }).encode(sent))).toEqual(sent);
  });

  it('drops and counts an unsigned, a forged, a malformed and a repeated message', () => {
    const wire = new Wire({ key });
    const frames = new Wire({ key }).encode(message());
    const unsigned = frames.with(2, Buffer.alloc(0));
    expect(wire.decode(unsigned)).toBeUndefined();
    expect(wire.decode(new Wire({ key: 'another' }).encode(message()))).toBeUndefined();
    expect(wire.decode(frames.with(6, Buffer.from('{"code":"process.exit()"}')))).toBeUndefined();
    expect(wire.decode(frames.slice(0, 5))).toBeUndefined();
    expect(wire.decode([])).toBeUndefined();
    expect(wire.decode(frames)).toEqual(message());
    expect(wire.decode(frames)).toBeUndefined();
    expect(wire.dropped).toEqual({ unsigned: 1, forged: 2, malformed: 2, replayed: 1 });
  });

  it('drops a signed message whose parts are no JSON objects or whose header lacks a field', () => {
    const wire = new Wire({ key });
    const signed = (parts: string[]): Uint8Array[] => {
      const signature = createHmac('sha256', key).update(parts.join('')).digest('hex');
      return ['<IDS|MSG>', signature, ...parts].map((part) => Buffer.from(part));
    };
    const good = JSON.stringify(header);
    expect(wire.decode(signed(['nonsense', '{}', '{}', '{}']))).toBeUndefined();
    expect(wire.decode(signed([good, '{}', '{}', '[]']))).toBeUndefined();
    expect(wire.decode(signed([good, '{}', 'null', '{}']))).toBeUndefined();
    expect(wire.decode(signed(['{"msg_type":"x","session":"s"}', '{}', '{}', '{}']))).toBeUndefined();
    expect(wire.dropped).toEqual({ unsigned: 0, forged: 0, malformed: 4, replayed: 0 });
    expect(wire.decode(signed([good, '{}', '{}', '{}']))?.header).toEqual(header);
  });

  it('never throws and never accepts: arbitrary frames', () => {
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(Buffer.from('<IDS|MSG>')),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 10 }), (frames) => {
        const wire = new Wire({ key });
        expect(wire.decode(frames)).toBeUndefined();
        expect(total(wire)).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it('accepts no message of which one byte was changed', () => {
    const frames = new Wire({ key }).encode(message());
    const place = fc.tuple(fc.integer({ min: 1, max: frames.length - 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(place, ([index, at, flip]) => {
        const changed = Buffer.from(frames[index]!);
        changed[at % changed.length]! ^= flip;
        const wire = new Wire({ key });
        expect(wire.decode(frames.with(index, changed))).toBeUndefined();
        expect(total(wire)).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it('round-trips any content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (content) => {
        const sent = message({ content });
        expect(new Wire({ key }).decode(new Wire({ key }).encode(sent))?.content).toEqual(
          JSON.parse(JSON.stringify(content)),
        );
      }),
    );
  });

  it('remembers many messages without growing for ever', () => {
    const sender = new Wire({ key });
    const wire = new Wire({ key });
    const nth = (n: number): Uint8Array[] => sender.encode(message({ header: { ...header, msg_id: `m${n}` } }));
    const first = nth(0);
    expect(wire.decode(first)).toBeDefined();
    for (let n = 1; n <= 30_000; n++) expect(wire.decode(nth(n))).toBeDefined();
    expect(wire.decode(first)).toBeUndefined();
    expect(wire.dropped.replayed).toBe(1);
  }, 30_000);
});

describe('toJson', () => {
  it('leaves no lone surrogate, keeps pairs, and keeps text that only looks like an escape', () => {
    expect(JSON.parse(toJson({ a: 'x\ud800y\udfffz', '\udc00': 1 }))).toEqual({ a: 'x\ufffdy\ufffdz', '\ufffd': 1 });
    expect(JSON.parse(toJson(['\ud800\ud800', '😀']))).toEqual(['\ufffd\ufffd', '😀']);
    expect(JSON.parse(toJson(['\\ud800', '\\\\ud800']))).toEqual(['\\ud800', '\\\\ud800']);
  });

  it('is well-formed and otherwise the same for any strings', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        expect(JSON.parse(toJson(texts))).toEqual(texts.map((text) => text.toWellFormed()));
      }),
    );
    const loose = fc
      .array(fc.constantFrom('\\', '\ud800', '\udc00', 'u', 'd800', '"', 'a'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(loose, (text) => {
        expect(JSON.parse(toJson([text]))).toEqual([text.toWellFormed()]);
      }),
    );
  });
});
