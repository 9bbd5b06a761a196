// An error as it leaves the host: frames of modules mapped to what their authors wrote.
import { codeFrame } from '../../common/code-frame.ts';
import { parseFrames } from '../frames.ts';
import type { HostError } from '../protocol.ts';
import type { RawError } from '../wire.ts';
import type { Modules } from './modules.ts';

export function hostError(raw: RawError, modules: Modules): HostError {
  const frames = parseFrames(raw.stack).map((frame) => modules.original(frame));
  const { name, message, code } = raw;
  const first = frames[0];
  const source = first && modules.written(first.file);
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    frames,
    ...(source === undefined ? {} : { codeFrame: codeFrame(source, first!) }),
  };
}
