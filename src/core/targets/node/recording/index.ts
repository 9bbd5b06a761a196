// Recording of a Node target by instrumented copies of its own functions; see DESIGN.md section 8.
import { fail } from '../../../common/errors.ts';
import type { RecordingOptions, TargetRecording } from '../../target.ts';
import type { NodeTarget } from '../node-target.ts';

export async function recordNode(_target: NodeTarget, _options: RecordingOptions): Promise<TargetRecording> {
  throw fail('DS1031');
}
