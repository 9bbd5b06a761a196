// Answers for a counterfactual: what the tape holds, found by question. A call that has left the recorded path asks in
// another order, or what another call asked; the nearest recorded answer is given, and none is invented. Whose answer it
// is goes with it, so that it can be told.
import { ByteReader } from '../../instrument/runtime/bytes.ts';
import { Kind } from '../../instrument/runtime/event-kinds.ts';
import { Op } from '../../instrument/runtime/boundary.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { Cursor, skipValue } from './cursor.ts';
import type { Position } from './cursor.ts';
import type { Trace } from './trace.ts';

export interface Donor {
  readonly seq: number;
  readonly root: number;
  readonly parts: Uint8Array;
  /** Behind the ask: what foreign code did while it answered, then the answer. */
  readonly within: Position;
  /** Own code was entered meanwhile. */
  readonly entries: boolean;
  readonly bytes: Uint8Array;
  /** Where the answer's outcome stands. */
  readonly at: number;
  /** The answer says nothing but that it was done: the receiver, or undefined. */
  readonly isReceiver: boolean;
  readonly isNothing: boolean;
  used: boolean;
}

type Open = Pick<Donor, 'seq' | 'parts' | 'within'> & { key: string; receiver: Uint8Array; entries: boolean };

/** How many of its own unused answers at a place a call's ask is compared with: a loop has its next one near. */
const mostLooked = 64;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** At first sight a foreign object is written with its name, later without. */
function isSameForeign(value: Uint8Array, receiver: Uint8Array): boolean {
  if (value[0] !== Tag.foreign || receiver[0] !== Tag.foreign) return false;
  return new ByteReader(value, 1).varint() === new ByteReader(receiver, 1).varint();
}

export class Donors {
  readonly #cursor = new Cursor();
  readonly #trace: Trace;
  readonly #bySite = new Map<string, Donor[]>();
  readonly #byCall = new Map<string, Donor[]>();
  readonly #bySeq = new Map<number, Donor>();
  readonly #open: Open[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Indexes a chunk: each ask with the answer that follows it at its depth. */
  add(chunk: Uint8Array): void {
    const cursor = this.#cursor;
    cursor.add(chunk);
    for (let head = cursor.peek(); head; head = cursor.peek()) {
      if (head.kind === Kind.ask) this.#asked(head.seq, cursor);
      else if (head.kind === Kind.answer) {
        const { reader } = cursor.skip();
        this.#answered(reader.bytes, head.body);
      } else {
        if (head.kind === Kind.enter) for (const ask of this.#open) ask.entries = true;
        cursor.skip();
      }
    }
  }

  #asked(seq: number, cursor: Cursor): void {
    const { reader } = cursor.take();
    const [op, site, count] = [reader.u8(), reader.varint(), reader.varint()];
    const from = reader.at;
    let receiver = new Uint8Array();
    for (let i = 0; i < count; i++) {
      const at = reader.at;
      skipValue(reader);
      if (i === (op === Op.call ? 1 : 0)) receiver = reader.bytes.slice(at, reader.at);
    }
    const parts = reader.bytes.slice(from, reader.at);
    this.#open.push({ seq, parts, within: cursor.position(), key: `${op}:${site}`, receiver, entries: false });
  }

  #answered(bytes: Uint8Array, at: number): void {
    const asked = this.#open.pop();
    if (!asked) return;
    const reader = new ByteReader(bytes, at + 1);
    skipValue(reader);
    const value = bytes.subarray(at + 1, reader.at);
    const { seq, parts, within, key, receiver, entries } = asked;
    const returned = bytes[at] === 1;
    const donor: Donor = {
      seq,
      root: this.#trace.owner(seq),
      parts,
      within,
      entries,
      bytes,
      at,
      isReceiver: returned && isSameForeign(value, receiver),
      isNothing: returned && value[0] === Tag.undefined,
      used: false,
    };
    // What no call of the checked replay asked belongs to one that was not exact.
    if (donor.root === 0) return;
    this.#bySeq.set(seq, donor);
    for (const [index, name] of [
      [this.#bySite, key],
      [this.#byCall, `${donor.root}:${key}`],
    ] as const) {
      const list = index.get(name);
      if (list) list.push(donor);
      else index.set(name, [donor]);
    }
  }

  /** An ask was answered in its place. */
  taken(seq: number): void {
    const donor = this.#bySeq.get(seq);
    if (donor) donor.used = true;
  }

  /** An answer that the same call got at this place and has not used: to the same question, else the next in order. */
  ofCall(
    call: number,
    op: number,
    site: number,
    isSame: (donor: Donor) => boolean,
  ): { readonly donor: Donor; readonly same: boolean } | undefined {
    const list = this.#byCall.get(`${call}:${op}:${site}`) ?? [];
    while (list[0]?.used) list.shift();
    let exact: Donor | undefined;
    let looked = 0;
    for (const donor of list) {
      if (donor.used) continue;
      if (isSame(donor)) exact = donor;
      if (exact || ++looked === mostLooked) break;
    }
    const donor = exact ?? list[0];
    if (!donor) return undefined;
    donor.used = true;
    return { donor, same: exact !== undefined };
  }

  /**
   * An answer that another call got: to the same question word for word, else to one at the same place; the one before
   * or after `seq` that is nearest. None where foreign code entered own code while it answered: it would again, with
   * something that the tape does not tell.
   * @param last it ends a request, so that what foreign code does on the way (such as calling `toJSON`) is not missed
   */
  ofOthers(op: number, site: number, parts: Uint8Array, seq: number, last: boolean): Donor | undefined {
    const list = (this.#bySite.get(`${op}:${site}`) ?? []).filter((donor) => last || !donor.entries);
    const nearest = (donors: readonly Donor[]): Donor | undefined => {
      let found: Donor | undefined;
      for (const donor of donors) if (!found || Math.abs(donor.seq - seq) < Math.abs(found.seq - seq)) found = donor;
      return found;
    };
    return nearest(list.filter((donor) => sameBytes(donor.parts, parts))) ?? nearest(list);
  }
}
