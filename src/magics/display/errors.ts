// Errors as people see them: ours in one line with the remedy, those of a cell with the place in the cell; never a
// stack of ours.
import { fail, isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import type { CellError } from '../../core/sandbox/ports.ts';
import { paint, type TextStyle } from './style.ts';

/** Anything thrown while a magic ran. What is not one of ours is a bug of ours, and says so. */
export function toCellError(thrown: unknown): CellError {
  const error = isDevsandboxError(thrown) ? thrown : fail('DS6099', { message: messageOf(thrown) }, thrown);
  if (!isDevsandboxError(thrown) && process.env['DEVSANDBOX_DEBUG'])
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return { name: 'DevsandboxError', message: error.message, code: error.code, frames: [], codeFrame: '' };
}

/** `DS1234 what; remedy`, or name and message with the code frame and the frames of the user's own code. */
export function showCellError(error: CellError, style: TextStyle): string {
  const headline = error.code ? error.message : `${error.name}: ${error.message}`;
  const lines = [paint(style, 'error', headline)];
  if (error.codeFrame !== '') lines.push(error.codeFrame.trimEnd());
  if (error.codeFrame !== '' || !error.code) {
    for (const frame of error.frames)
      lines.push(
        paint(
          style,
          'dim',
          `    at ${frame.name ? `${frame.name} ` : ''}(${frame.file}:${frame.line}:${frame.column})`,
        ),
      );
  }
  return lines.join('\n');
}
