// Reads the events of a chunk one by one, leaving their values to whoever reads: text for people (chunk-decoder.ts) or
// live objects in an isolate (core/replay). The order of fields here is the format.
import { ByteReader, headSize } from './runtime/bytes.ts';
import { Kind } from './runtime/event-kinds.ts';

export type RawEvent<Value> =
  | {
      readonly kind: 'enter';
      readonly call: number;
      readonly parent: number;
      readonly fn: number;
      readonly identity: number;
      readonly construct: boolean;
      readonly busy: number;
      readonly request: number;
      readonly self: Value;
      readonly args: readonly Value[];
    }
  | { readonly kind: 'leave' | 'settled'; readonly call: number; readonly outcome: number; readonly value: Value }
  | { readonly kind: 'ask'; readonly op: number; readonly site: number; readonly parts: readonly Value[] }
  | { readonly kind: 'answer'; readonly outcome: number; readonly value: Value; readonly changed: readonly Value[] }
  | {
      readonly kind: 'settle';
      readonly gate: number;
      readonly outcome: number;
      readonly busy: number;
      readonly value: Value;
    }
  | { readonly kind: 'request'; readonly request: number; readonly method: string; readonly url: string }
  | { readonly kind: 'response'; readonly request: number; readonly status: number }
  | {
      readonly kind: 'state';
      readonly instance: number;
      readonly last: boolean;
      readonly variables: readonly (readonly [string, Value])[];
    }
  | { readonly kind: 'mark'; readonly name: string }
  | {
      readonly kind: 'gap';
      readonly call: number;
      readonly reason: string;
      readonly place: string;
      readonly detail: string;
    }
  | { readonly kind: 'dropped'; readonly events: number; readonly bytes: number };

/** Calls `take` with each event and its time in microseconds since the start. */
export function readEvents<Value>(
  chunk: Uint8Array,
  value: (reader: ByteReader) => Value,
  take: (event: RawEvent<Value>, at: number) => void,
): void {
  const reader = new ByteReader(chunk);
  const count = reader.u32();
  let at = reader.f64();
  reader.at = headSize;
  const many = (size: number): Value[] => Array.from({ length: size }, () => value(reader));
  for (let i = 0; i < count; i++) {
    const kind = reader.u8();
    at += reader.varint();
    switch (kind) {
      case Kind.enter: {
        const [call, parent, fn, identity, flags, busy, request] = [
          reader.varint(),
          reader.varint(),
          reader.zigzag(),
          reader.varint(),
          reader.u8(),
          reader.varint(),
          reader.varint(),
        ];
        const self = value(reader);
        take(
          {
            kind: 'enter',
            call,
            parent,
            fn,
            identity,
            construct: (flags & 1) === 1,
            busy: busy - 1,
            request,
            self,
            args: many(reader.varint()),
          },
          at,
        );
        break;
      }
      case Kind.leave:
      case Kind.settled:
        take(
          {
            kind: kind === Kind.leave ? 'leave' : 'settled',
            call: reader.varint(),
            outcome: reader.u8(),
            value: value(reader),
          },
          at,
        );
        break;
      case Kind.ask:
        take({ kind: 'ask', op: reader.u8(), site: reader.varint(), parts: many(reader.varint()) }, at);
        break;
      case Kind.answer:
        take({ kind: 'answer', outcome: reader.u8(), value: value(reader), changed: many(reader.varint()) }, at);
        break;
      case Kind.settle:
        take(
          {
            kind: 'settle',
            gate: reader.varint(),
            outcome: reader.u8(),
            busy: reader.varint() - 1,
            value: value(reader),
          },
          at,
        );
        break;
      case Kind.request:
        take({ kind: 'request', request: reader.varint(), method: reader.string(), url: reader.string() }, at);
        break;
      case Kind.response:
        take({ kind: 'response', request: reader.varint(), status: reader.varint() }, at);
        break;
      case Kind.state: {
        const [instance, last, size] = [reader.varint(), reader.u8(), reader.varint()];
        take(
          {
            kind: 'state',
            instance,
            last: last === 1,
            variables: Array.from({ length: size }, () => [reader.string(), value(reader)] as const),
          },
          at,
        );
        break;
      }
      case Kind.mark:
        take({ kind: 'mark', name: reader.string() }, at);
        break;
      case Kind.gap:
        take(
          {
            kind: 'gap',
            call: reader.varint(),
            reason: reader.string(),
            place: reader.string(),
            detail: reader.string(),
          },
          at,
        );
        break;
      case Kind.dropped:
        take({ kind: 'dropped', events: reader.varint(), bytes: reader.varint() }, at);
        break;
      default:
        throw new RangeError(`an event of the unknown kind ${kind}`);
    }
  }
}
