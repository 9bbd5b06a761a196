// Looks at own state before it is written: what each object is, and the code that writes it, are then known, so that the
// first snapshot, which cannot be divided, holds the app up for a fraction of the time. Nothing of it reaches the tape and
// nothing gets a number, so the tape is the same without it.
import { ByteWriter } from './bytes.ts';
import { tagOf } from './classify.ts';
import { Encoder } from './encode.ts';
import { extrasOf } from './extras.ts';
import type { Intrinsics } from './intrinsics.ts';
import { isObject, Kind, kindOf } from './marks.ts';
import type { Redaction } from './redaction.ts';

/** Small groups of objects are written at once. */
const budget = { nodes: 64, string: 2_000_000 };
const objectLimit = 200_000;

/** Gives a step, which does a little and says whether there is more to do. */
export function rehearse(
  intrinsics: Intrinsics,
  redaction: Redaction,
  classes: Pick<Encoder, 'privates' | 'isMentioned'>,
  roots: Iterable<unknown>,
): () => boolean {
  const encoder = Object.assign(new Encoder(intrinsics, redaction, budget), classes);
  encoder.rehearses = true;
  encoder.inbound = true;
  // Of no epoch that a recording has.
  encoder.epoch = -1e12;
  const out = new ByteWriter(64 * 1024);
  const seen = new WeakSet<object>();
  let count = 0;
  const stack: Iterator<unknown>[] = [roots[Symbol.iterator]()];

  const look = (value: unknown): void => {
    if (!isObject(value) || seen.has(value) || count >= objectLimit) return;
    seen.add(value);
    count++;
    out.at = 0;
    encoder.begin();
    try {
      encoder.value(out, value);
    } catch {
      // What cannot be read is found out when it is written.
    }
    if (encoder.lossy && kindOf(value) === Kind.data) stack.push(contentsOf(value, encoder));
  };

  return () => {
    const next = stack.at(-1)?.next();
    if (!next) return false;
    if (next.done === true) stack.pop();
    else look(next.value);
    return true;
  };
}

function* contentsOf(value: object, { privates }: Pick<Encoder, 'privates'>): Generator<unknown> {
  for (const { name } of extrasOf(value, tagOf(value), false, privates)?.fields ?? []) yield name.access.get(value);
  if (value instanceof Map)
    for (const [key, item] of Map.prototype.entries.call(value) as MapIterator<[unknown, unknown]>) {
      yield key;
      yield item;
    }
  else if (value instanceof Set) yield* Set.prototype.values.call(value) as SetIterator<unknown>;
  else if (!ArrayBuffer.isView(value))
    for (const key of Object.keys(value)) yield Reflect.getOwnPropertyDescriptor(value, key)?.value;
}
