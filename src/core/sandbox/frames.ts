// Stack text of V8 into frames, own ones only: ours and the engine's are left out.
import type { CellFrame } from './ports.ts';

export function parseFrames(stack: string): CellFrame[] {
  const frames: CellFrame[] = [];
  for (const line of stack.split('\n')) {
    const match = /^\s*at (?:async )?(?:(.*?) \()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/.exec(line);
    if (!match) continue;
    const [, name, rawFile, row, column] = match;
    const file = rawFile!.replace(/^(?:async )?(?:file:\/\/)?/, '');
    if (file.startsWith('devsandbox:') || file.startsWith('node:') || file.startsWith('<')) continue;
    frames.push({
      file,
      line: Number(row),
      column: Number(column),
      ...(name === undefined || /^(?:<anonymous>|(?:Object\.)?eval)$/.test(name) ? {} : { name }),
    });
  }
  return frames;
}
