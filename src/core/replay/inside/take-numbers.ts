// In a counterfactual own objects have numbers of their own. What own code hands over where the recorded call handed
// something over takes the recorded number, so that later entries of the tape mean the object that own code has now.
import { ByteReader } from '../../instrument/runtime/bytes.ts';
import { extraOf, idOf, isObject, Kind, kindOf, setId } from '../../instrument/runtime/marks.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { skipValue } from './cursor.ts';

const isNumbered = (tag: number): boolean =>
  tag === Tag.function ||
  tag === Tag.native ||
  tag === Tag.ownPromise ||
  tag === Tag.derived ||
  (tag >= Tag.object && tag <= Tag.instance);

/** Number of the object whose tag was read, where it has one of its own. */
export const numberOf = (tag: number, reader: ByteReader): number | undefined =>
  isNumbered(tag) ? reader.varint() : undefined;

/** @param recorded the parts of the recorded ask, encoded one behind another */
export function takeNumbers(
  recorded: Uint8Array,
  parts: readonly unknown[],
  know: (id: number, part: object) => void,
): void {
  const reader = new ByteReader(recorded);
  for (const part of parts) {
    if (reader.done) return;
    const at = reader.at;
    let tag = reader.u8();
    if (tag === Tag.extended) tag = reader.u8();
    if (isNumbered(tag) && isObject(part) && idOf(part) === 0) {
      const id = reader.varint();
      setId(part, id);
      const self = kindOf(part) === Kind.ownFunction ? extraOf(part) : undefined;
      if (typeof self === 'object' && self !== null) (self as { id: number }).id = id;
      know(id, part);
    }
    reader.at = at;
    skipValue(reader);
  }
}
