// Answers for a counterfactual: what the tape holds, found by question. Own code that leaves the recorded path asks in
// another order, or what another call asked; the nearest recorded answer is given, and none is invented.
import { ByteReader } from '../../instrument/runtime/bytes.ts';
import { Kind } from '../../instrument/runtime/event-kinds.ts';
import { Cursor, skipValue } from './cursor.ts';

export interface Donor {
  readonly call: number;
  readonly parts: Uint8Array;
  readonly reader: ByteReader;
  /** Where the answer's outcome stands. */
  readonly at: number;
  readonly isReceiver: boolean;
  used: boolean;
}

export class Donors {
  readonly #bySite = new Map<string, Donor[]>();

  /** Indexes a chunk: each ask with the answer that follows it at its depth. */
  add(chunk: Uint8Array): void {
    const cursor = new Cursor();
    cursor.add(chunk);
    const open: { key: string; call: number; parts: Uint8Array; receiver: Uint8Array }[] = [];
    const roots = new Map<number, number>();
    let call = 0;
    for (let head = cursor.peek(); head; head = cursor.peek()) {
      const reader = head.reader;
      if (head.kind === Kind.enter) {
        const number = reader.varint();
        const parent = reader.varint();
        roots.set(number, parent === 0 ? number : (roots.get(parent) ?? parent));
        call = roots.get(number) ?? number;
        cursor.skip();
      } else if (head.kind === Kind.ask) {
        cursor.take();
        const [op, site, count] = [reader.u8(), reader.varint(), reader.varint()];
        const from = reader.at;
        let receiver = new Uint8Array();
        for (let i = 0; i < count; i++) {
          const at = reader.at;
          skipValue(reader);
          if (i === (op === 0 ? 1 : 0)) receiver = reader.bytes.slice(at, reader.at);
        }
        open.push({ key: `${op}:${site}`, call, parts: reader.bytes.slice(from, reader.at), receiver });
      } else if (head.kind === Kind.answer) {
        const asked = open.pop();
        const at = head.body;
        cursor.skip();
        if (!asked) continue;
        const copy = new ByteReader(reader.bytes, at + 1);
        skipValue(copy);
        const value = reader.bytes.subarray(at + 1, copy.at);
        const isReceiver =
          value.length === asked.receiver.length &&
          value[0] === 19 &&
          value.every((byte, i) => byte === asked.receiver[i]);
        const list = this.#bySite.get(asked.key) ?? [];
        list.push({
          call: asked.call,
          parts: asked.parts,
          reader: new ByteReader(reader.bytes),
          at,
          isReceiver,
          used: false,
        });
        this.#bySite.set(asked.key, list);
      } else cursor.skip();
    }
  }

  /** The next answer that the same call got to this question, in order. */
  ofCall(call: number, op: number, site: number): Donor | undefined {
    const found = this.#bySite.get(`${op}:${site}`)?.find((donor) => !donor.used && donor.call === call);
    if (found) found.used = true;
    return found;
  }

  /** An answer that another call got: to the same question word for word, else to one at the same place. */
  ofOthers(call: number, op: number, site: number, parts: Uint8Array): Donor | undefined {
    const list = this.#bySite.get(`${op}:${site}`) ?? [];
    const same = (donor: Donor): boolean =>
      donor.parts.length === parts.length && donor.parts.every((byte, i) => byte === parts[i]);
    return list.find(same) ?? list.find((donor) => donor.call !== call) ?? list[0];
  }
}
