// Whether the function that a variant replaces is on a tape: said before anything is run.
import { fail } from '../../core/common/errors.ts';
import type { Manifest } from '../../core/instrument/manifest.ts';
import { makeChunkDecoder } from '../../core/tape/decode-events.ts';
import { openTape } from '../../core/tape/tape.ts';
import type { Variant } from './types.ts';

/** Names of `Cart.total` and `Cart.#sum` on a tape are those of the members. */
const memberOf = (fn: string): string => fn.slice(fn.lastIndexOf('.') + 1);

export function checkRecorded({ module, fn }: Pick<Variant, 'module' | 'fn'>, path: string): void {
  using tape = openTape(path, { decoder: () => makeChunkDecoder(tape.manifest as Manifest)() });
  const manifest = tape.manifest as Manifest | undefined;
  const recorded = manifest?.modules.find(({ id }) => id === module);
  const wanted = new Set([fn, memberOf(fn)]);
  if (!recorded?.functions.some(({ name, kind }) => kind !== 'class' && wanted.has(name)))
    throw fail('DS8005', { module, fn });
}
