// Objects of own code that the tape has met where foreign code found them: in a program nothing is numbered before it
// crosses, so the first number of such an object stands where the object stands.
import type { ByteReader } from '../../instrument/runtime/bytes.ts';
import { functionNumber, Kind, kindOf, setKind } from '../../instrument/runtime/marks.ts';
import { Tag } from '../../instrument/runtime/tags.ts';
import { numberOf } from './take-numbers.ts';

/**
 * Number that the tape has for an object which has none yet; undefined where the two cannot be the same. Moves nothing.
 * @param byId what has a number
 */
export function meets(reader: ByteReader, present: object, byId: ReadonlyMap<number, unknown>): number | undefined {
  const at = reader.at;
  try {
    let tag = reader.u8();
    if (tag === Tag.extended) tag = reader.u8();
    const id = numberOf(tag, reader);
    if (id === undefined || byId.has(id)) return undefined;
    const kind = kindOf(present);
    if (tag === Tag.function)
      return kind === Kind.ownFunction && functionNumber(present) === reader.varint() ? id : undefined;
    if ((kind !== Kind.data && kind !== Kind.heir && kind !== 0) || !fits(tag, present)) return undefined;
    if (kind === 0 && tag !== Tag.instance && tag !== Tag.derived) setKind(present, Kind.data);
    return id;
  } finally {
    reader.at = at;
  }
}

/** Whether an object is of the kind that a tag stands for. */
function fits(tag: number, present: object): boolean {
  switch (tag) {
    case Tag.object:
      return Reflect.getPrototypeOf(present) === Object.prototype;
    case Tag.nullObject:
      return Reflect.getPrototypeOf(present) === null;
    case Tag.array:
      return Array.isArray(present);
    case Tag.map:
      return present instanceof Map;
    case Tag.set:
      return present instanceof Set;
    case Tag.date:
      return present instanceof Date;
    case Tag.regexp:
      return present instanceof RegExp;
    case Tag.error:
      return present instanceof Error;
    case Tag.bytes:
      return ArrayBuffer.isView(present) || present instanceof ArrayBuffer;
    case Tag.instance:
    case Tag.derived:
      return typeof present === 'object';
    default:
      return false;
  }
}
