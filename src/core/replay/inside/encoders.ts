// The encoders of a replay: like those of the recorder, with its budgets.
import type { ClassTable } from '../../instrument/runtime/classes.ts';
import { Encoder } from '../../instrument/runtime/encode.ts';
import type { Intrinsics } from '../../instrument/runtime/intrinsics.ts';
import { mentions } from '../../instrument/runtime/mentions.ts';
import { makeRedaction } from '../../instrument/runtime/redaction.ts';
import type { DriverInput } from './input.ts';

const normal = { nodes: 20_000, string: 200_000 };
const whole = { nodes: 2_000_000, string: 2_000_000 };

export function makeEncoder(
  { redact, sources, manifest }: DriverInput,
  intrinsics: Intrinsics,
  { privates }: ClassTable,
): Encoder {
  return Object.assign(new Encoder(intrinsics, makeRedaction(redact), normal), {
    privates,
    isMentioned: mentions(sources ?? manifest.modules.map(({ source }) => source)),
  });
}

/** For own state; it goes on with the numbers of the other. */
export function wholeEncoder(encoder: Encoder): Encoder {
  const { intrinsics, redaction, privates, isMentioned, nextId, epoch, numbered } = encoder;
  const full = Object.assign(new Encoder(intrinsics, redaction, whole), {
    privates,
    isMentioned,
    nextId,
    epoch,
    inbound: true,
    numbered,
  });
  for (const [value, name] of encoder.globals) full.globals.set(value, name);
  full.takeSymbols(encoder);
  return full;
}
