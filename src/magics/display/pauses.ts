// The longest stop of a target, and what it was for when that is known.
import type { PauseReport } from '../../core/targets/target.ts';
import { formatDuration } from '../quantities.ts';

export const longestPause = ({ longest, debugger: once }: PauseReport): string =>
  `${formatDuration(longest)}${once !== undefined && once === longest ? " (V8's debugger, switched on once)" : ''}`;
