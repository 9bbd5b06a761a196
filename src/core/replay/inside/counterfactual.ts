// How a counterfactual follows the tape. A call goes on as recorded, event by event, as long as it asks what it asked
// then, so that a change without effect gives what the checked replay gives. From its first other ask on it has left the
// recorded path: its events are passed over, and its asks are answered by what the tape holds for the same place, its own
// answers first. Where there is none it stops, by name.
import type { Current, Frame } from '../../instrument/runtime/boundary.ts';
import { Op } from '../../instrument/runtime/boundary.ts';
import { ByteReader } from '../../instrument/runtime/bytes.ts';
import type { Encoder } from '../../instrument/runtime/encode.ts';
import { Kind as EventKind } from '../../instrument/runtime/event-kinds.ts';
import { extraOf, idOf, Kind, kindOf, setId } from '../../instrument/runtime/marks.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { skipValue } from './cursor.ts';
import type { Cursor, Head } from './cursor.ts';
import type { Decoder } from './decode.ts';
import { Donors } from './donors.ts';
import type { Donor } from './donors.ts';
import { Abandon } from './input.ts';
import { askText } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { takeNumbers } from './take-numbers.ts';
import type { Trace } from './trace.ts';

/** Objects that exist only in a counterfactual never take a number of the tape. */
const firstOwnNumber = 1_000_000_000;

interface Means {
  readonly cursor: Cursor;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly current: Current;
  /** Root calls that were stopped. */
  readonly dead: Set<number>;
  readonly next: () => Head | undefined;
  readonly entry: () => void;
  readonly encode: (parts: readonly unknown[]) => Uint8Array;
}

/** How a foreign promise was settled, its value to be read once more. */
type Settled = { readonly outcome: number; readonly bytes: Uint8Array; readonly at: number };

export function followTape({ cursor, encoder, decoder, ledger, trace, current, dead, next, entry, encode }: Means) {
  const donors = new Donors(trace);
  const parted = new Set<number>();
  const settled = new Map<number, Settled>();
  let ownNumber = firstOwnNumber;
  let numbered: [id: number, value: object, before: object | symbol | undefined][] | undefined;
  encoder.numbered = (id, value) => {
    numbered?.push([id, value, decoder.byId.get(id)]);
    decoder.byId.set(id, value);
  };

  const part = (root: number): void => {
    parted.add(root);
    ledger.part(root);
  };

  /** Encodes with numbers of this run. */
  const encodeOwn = (parts: readonly unknown[]): Uint8Array => {
    encoder.nextId = ownNumber;
    const bytes = encode(parts);
    ownNumber = encoder.nextId;
    return bytes;
  };

  /** Whether values are the recorded ones, had they the numbers of the tape; they keep these if so. */
  const matches = (seq: number, recorded: Uint8Array, parts: readonly unknown[]): boolean => {
    const number = trace.number(seq);
    if (number === 0) return false;
    numbered = [];
    encoder.nextId = number;
    const bytes = encode(parts);
    encoder.nextId = ownNumber;
    const same = bytes.length === recorded.length && bytes.every((byte, i) => byte === recorded[i]);
    if (!same) for (const [id, value, before] of numbered.reverse()) forget(id, value, before);
    numbered = undefined;
    return same;
  };
  const forget = (id: number, value: object, before: object | symbol | undefined): void => {
    setId(value, 0);
    const extra = kindOf(value) === Kind.ownFunction ? extraOf(value) : undefined;
    if (typeof extra === 'object' && extra !== null) (extra as { id: number }).id = 0;
    if (before === undefined) decoder.byId.delete(id);
    else decoder.byId.set(id, before);
  };

  /** Passes over the end of a call that has left the recorded path. */
  const skipEnd = (head: Head): void => {
    const reader = new ByteReader(head.reader.bytes, head.body);
    const call = reader.varint();
    if (reader.u8() === 2) ledger.threwOnTape(ledger.root(call));
    cursor.skip();
  };

  /** Passes over an ask and what happened within it: own code does not ask it now. */
  const skipAsk = (): void => {
    cursor.skip();
    let depth = 1;
    for (let head = next(); head && depth > 0; head = next()) {
      if (head.kind === EventKind.leave || head.kind === EventKind.settled) {
        skipEnd(head);
        continue;
      }
      if (head.kind === EventKind.ask) depth += 1;
      else if (head.kind === EventKind.answer) depth -= 1;
      cursor.skip();
      if (depth === 0) return;
    }
  };

  /** The next ask or end on the tape, if it is one of this call; those of calls that left the path are passed over. */
  const upcoming = (root: number): Head | undefined => {
    for (let head = next(); head; head = next()) {
      const isAsk = head.kind === EventKind.ask;
      if (!isAsk && head.kind !== EventKind.leave && head.kind !== EventKind.settled) return undefined;
      const owner = trace.owner(head.seq);
      if (owner === root) return head;
      if (owner !== 0 && !parted.has(owner)) return undefined;
      if (isAsk) skipAsk();
      else skipEnd(head);
    }
    return undefined;
  };

  /** Own code that foreign code enters before it answers, up to the answer, which the cursor stands at then. */
  const within = (): boolean => {
    const call = current.call;
    current.on = false;
    current.depth += 1;
    try {
      for (let head = next(); head; head = next()) {
        if (head.kind === EventKind.answer) return true;
        if (head.kind === EventKind.enter) entry();
        else if (head.kind === EventKind.ask) skipAsk();
        else if (head.kind === EventKind.settle) return false;
        else skipEnd(head);
      }
      return false;
    } finally {
      current.depth -= 1;
      current.on = true;
      current.call = call;
    }
  };

  const recordedAsk = (op: number, site: number, parts: readonly unknown[], root: number): boolean => {
    const head = upcoming(root);
    if (head?.kind !== EventKind.ask) return false;
    const reader = new ByteReader(head.reader.bytes, head.body);
    if (reader.u8() !== op || reader.varint() !== site || reader.varint() !== parts.length) return false;
    const from = reader.at;
    for (let left = parts.length; left > 0; left--) skipValue(reader);
    return matches(head.seq, reader.bytes.subarray(from, reader.at), parts);
  };

  /** Ends the call here. */
  const stop = (root: number, site: number, ask: string): never => {
    ledger.unanswered(root, site, ask);
    dead.add(root);
    parted.add(root);
    throw new Abandon('nothing on the tape answers this', site, ask);
  };

  const give = (donor: Donor, receiver: unknown, borrowed: boolean): unknown => {
    const reader = new ByteReader(donor.bytes, donor.at);
    const outcome = reader.u8();
    let value = borrowed ? decoder.borrow(reader) : decoder.read(reader);
    if (!borrowed) for (let left = reader.varint(); left > 0; left--) decoder.read(reader);
    // Fluent interfaces answer with their receiver: with ours then, not the donor's.
    if (donor.isReceiver) value = receiver;
    if (outcome === 2) throw value;
    return value;
  };

  return {
    add: (chunk: Uint8Array): void => donors.add(chunk),
    /** Comes to the next event that a call on the recorded path, or none, takes part in. */
    passOver: (): void => void upcoming(0),

    ask(op: Op, site: number, parts: readonly unknown[], root: number): unknown {
      const receiver = parts[op === Op.call ? 1 : 0];
      if (!parted.has(root)) {
        if (recordedAsk(op, site, parts, root)) {
          ledger.asked(root, op, site, parts);
          const { seq } = cursor.skip();
          donors.taken(seq);
          if (within()) {
            const { reader } = cursor.take();
            const outcome = reader.u8();
            const value = decoder.read(reader);
            for (let left = reader.varint(); left > 0; left--) decoder.read(reader);
            if (dead.has(root))
              throw new Abandon('this call was stopped within what it asked', site, askText(op, parts));
            if (outcome === 2) throw value;
            return value;
          }
          return stop(root, site, askText(op, parts));
        }
        part(root);
      }
      const isAnswer = ledger.asked(root, op, site, parts);
      const own = donors.ofCall(root, op, site, (donor) => matches(donor.seq, donor.parts, parts));
      if (own) {
        const { donor, same } = own;
        if (!same) {
          takeNumbers(donor.parts, parts, (id, value) => decoder.byId.set(id, value));
          if (!donor.isReceiver && !donor.isNothing) ledger.adapted(root);
        }
        if (donor.entries) {
          const back = cursor.position();
          cursor.goTo(donor.within);
          within();
          cursor.goTo(back);
          if (dead.has(root)) throw new Abandon('this call was stopped within what it asked', site, askText(op, parts));
        }
        return give(donor, receiver, false);
      }
      const other = donors.ofOthers(op, site, encodeOwn(parts), cursor.seq, isAnswer);
      if (!other) return stop(root, site, askText(op, parts));
      ledger.borrowed(root);
      return give(other, receiver, true);
    },

    ended(frame: Frame, kind: number, pending: boolean, root: number): void {
      if (parted.has(root)) return;
      const head = upcoming(root);
      if (head?.kind !== kind) return part(root);
      const reader = new ByteReader(head.reader.bytes, head.body);
      const [call, outcome, from] = [reader.varint(), reader.u8(), reader.at];
      if (call !== frame.call || outcome !== (frame.outcome === 2 ? 2 : 1)) return part(root);
      skipValue(reader);
      const recorded = reader.bytes.subarray(from, reader.at);
      if (pending ? recorded[0] !== Tag.pending : !matches(head.seq, recorded, [frame.value])) return part(root);
      if (outcome === 2) ledger.threwOnTape(root);
      cursor.skip();
    },

    /** Passes over what stands between two entries: no call has come to it. */
    leftover(head: Head): void {
      const owner = trace.owner(head.seq);
      if (head.kind === EventKind.enter) return void cursor.skip();
      if (owner !== 0) part(owner);
      if (head.kind === EventKind.ask) skipAsk();
      else if (head.kind === EventKind.leave || head.kind === EventKind.settled) skipEnd(head);
      else cursor.skip();
    },

    /** A settlement that nobody waits for yet: whoever comes to wait for it later gets it at once. */
    settledBefore(gate: number, value: Settled): void {
      settled.set(gate, value);
    },
    lateSettlement(promise: object): Promise<unknown> | undefined {
      const found = settled.get(idOf(promise));
      if (!found) return undefined;
      const value = decoder.borrow(new ByteReader(found.bytes, found.at));
      return found.outcome === 2 ? Promise.reject(value as Error) : Promise.resolve(value);
    },
  };
}
