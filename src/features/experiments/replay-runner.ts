// Joins comparing to core/replay, which re-executes tapes.
import { fail } from '../../core/common/errors.ts';
import type { VariantRunner } from './runner.ts';

export const replayRunner: VariantRunner = {
  run: async () => {
    throw fail('DS8006');
  },
};
