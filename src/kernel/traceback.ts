// An error of a cell in Jupyter's form: name, message, and lines with colours that notebooks and terminals both show.
import type { CellError } from '../core/sandbox/ports.ts';
import type { Content } from './wire.ts';

const red = (text: string): string => `\u001b[1;31m${text}\u001b[0m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[0m`;

/** Content of an `error` message, and of a reply with status `error`. */
export function errorContent(error: CellError): Content {
  // Ours say everything in one line, `DS1234 what; remedy`; a name before it would only be in the way.
  const ours = error.code !== undefined && error.message.startsWith(error.code);
  const lines = [ours ? red(error.message) : `${red(error.name)}: ${error.message}`];
  if (error.codeFrame !== '') lines.push('', error.codeFrame.replace(/\n+$/, ''));
  if (error.frames.length > 0) lines.push('');
  for (const frame of error.frames) {
    const place = `${frame.file}:${frame.line}:${frame.column}`;
    lines.push(dim(frame.name === undefined ? `    at ${place}` : `    at ${frame.name} (${place})`));
  }
  return { ename: error.name, evalue: error.message, traceback: lines };
}

/** Something failed around the cell: said without a stack of ours. */
export const plainError = (name: string, message: string): Content =>
  errorContent({
    name,
    message,
    frames: [],
    codeFrame: '',
    ...(/^(DS\d{4}) /.exec(message) ? { code: message.slice(0, 6) } : {}),
  });
