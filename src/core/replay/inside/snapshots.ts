// Compares own state with a snapshot of the tape: variable by variable, byte for byte.
import { ByteWriter } from '../../instrument/runtime/bytes.ts';
import type { Encoder } from '../../instrument/runtime/encode.ts';
import { skipValue } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { wholeEncoder } from './encoders.ts';
import type { Ledger } from './ledger.ts';
import type { Units } from './units.ts';

interface Comparison {
  /** Stands before the snapshot. */
  readonly cursor: Cursor;
  readonly encoder: Encoder;
  readonly units: Units;
  readonly ledger: Ledger;
  /** Passes over it: a counterfactual is not compared. */
  readonly skip: boolean;
}

/** @returns whether it is the last one */
export function compareSnapshot({ cursor, encoder, units, ledger, skip }: Comparison): boolean {
  const { reader, seq } = cursor.take();
  const instance = reader.varint();
  const last = reader.u8() === 1;
  const full = wholeEncoder(encoder);
  full.begin();
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.string();
    const from = reader.at;
    skipValue(reader);
    const expected = reader.bytes.slice(from, reader.at);
    // The list of an instance's functions is made anew for each snapshot and takes a number.
    if (name === '$functions') full.nextId += 1;
    if (name === '$functions' || skip) continue;
    const out = new ByteWriter(1024);
    full.value(out, units.variable(instance, name));
    const actual = out.bytes.slice(0, out.at);
    if (actual.length !== expected.length || actual.some((byte, i) => byte !== expected[i]))
      ledger.stateDiffers({ seq, instance, name, last, expected, actual });
  }
  encoder.nextId = full.nextId;
  encoder.epoch = full.epoch;
  encoder.takeSymbols(full);
  return last;
}
