// The cells of a file: a script is divided by lines that begin with `// %%`, a notebook has them already.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fail } from '../core/common/errors.ts';

export function readCells(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fail('DS6021', { path, reason: (error as NodeJS.ErrnoException).code ?? 'error' }, error);
  }
  const kind = extname(path).toLowerCase();
  if (kind === '.ipynb') return notebookCells(text, path);
  if (['.ts', '.mts', '.js', '.mjs', '.dsb'].includes(kind)) return scriptCells(text);
  throw fail('DS6022', { path });
}

/** Blank cells are left out; in a file a magic may also stand in a comment, `//%record`, so that editors accept it. */
export function scriptCells(text: string): readonly string[] {
  return text
    .replace(/^#!.*/, '')
    .split(/^\/\/ ?%%(?:[ \t].*)?$/m)
    .map((cell) =>
      cell
        .replace(/^\/\/ ?(%{1,2}[A-Za-z])/gm, '$1')
        .replace(/^\r?\n/, '')
        .trimEnd(),
    )
    .filter((cell) => cell.trim() !== '');
}

export function notebookCells(text: string, path: string): readonly string[] {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw fail('DS6023', { path, reason: 'it is not JSON' }, error);
  }
  const cells = (notebook as { cells?: unknown } | null)?.cells;
  if (!Array.isArray(cells)) throw fail('DS6023', { path, reason: 'it has no cells; version 4 is needed' });
  return cells
    .filter((cell: { cell_type?: unknown }) => cell.cell_type === 'code')
    .map((cell: { source?: unknown }) =>
      Array.isArray(cell.source) ? cell.source.join('') : String(cell.source ?? ''),
    )
    .filter((code) => code.trim() !== '');
}
