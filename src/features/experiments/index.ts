// Variants of a function, run on the recorded inputs of a tape.
import { checkSyntax } from './check.ts';
import { compare } from './compare.ts';
import { checkRecorded } from './recorded.ts';
import { replayRunner } from './replay-runner.ts';
import type { Experiments } from './types.ts';

export type * from './types.ts';
export type * from './runner.ts';

export const checkVariant: Experiments['checkVariant'] = async (variant, tape) => {
  checkSyntax(variant);
  if (tape !== undefined) checkRecorded(variant, tape);
};

export const compareVariants: Experiments['compareVariants'] = async (tape, a, b, options) => {
  for (const variant of [a, b]) if (variant) checkRecorded(variant, tape);
  return compare(replayRunner(), tape, a, b, options);
};
