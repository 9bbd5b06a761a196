// Records what a function does in this very process.
import { fail } from '../../core/common/errors.ts';
import type { DecoderMaker } from './tapes.ts';
import type { TapeReport } from './types.ts';

export interface FunctionOptions {
  readonly out: string;
  readonly scope?: readonly string[];
}

export function recordFunction(_fn: () => unknown, _options: FunctionOptions, _makeDecoder: DecoderMaker): Promise<TapeReport> {
  return Promise.reject(fail('DS4030'));
}
