// Variants of a function, run on the recorded inputs of a tape.
import { checkSyntax } from './check.ts';
import { compare } from './compare.ts';
import { replayRunner } from './replay-runner.ts';
import type { Experiments } from './types.ts';

export type * from './types.ts';
export type * from './runner.ts';

export const checkVariant: Experiments['checkVariant'] = async (variant, _tape) => checkSyntax(variant);

export const compareVariants: Experiments['compareVariants'] = (tape, a, b, options) =>
  compare(replayRunner, tape, a, b, options);
