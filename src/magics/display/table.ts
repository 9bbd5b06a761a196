// Rows and columns, for a terminal of some width and for a notebook.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';
import { htmlTable, type HtmlCell } from './html.ts';
import { cutText, oneLine, paint, textWidth, type TextStyle } from './style.ts';

/** Columns that a cell keeps however narrow the terminal is. */
const narrowest = 6;

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly right?: boolean;
  readonly tone?: (row: Row) => 'good' | 'bad' | 'warn' | 'dim' | undefined;
  /** Gives way first when the terminal is narrow. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  readonly caption?: string;
  readonly empty?: string;
  /** Lines below the table. */
  readonly notes?: readonly string[];
}

export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: TextStyle,
  options: TableOptions = {},
): DisplayOutput {
  const notes = options.notes ?? [];
  if (rows.length === 0) {
    const text = [options.caption, options.empty ?? 'nothing', ...notes]
      .filter((line) => line !== undefined)
      .join('\n');
    return { data: { 'text/plain': text } };
  }
  const cells = rows.map((row) =>
    columns.map((column): HtmlCell => {
      const tone = column.tone?.(row);
      return { text: oneLine(column.cell(row)), right: column.right === true, ...(tone ? { tone } : {}) };
    }),
  );
  const html = htmlTable(
    columns.map((column) => ({ text: column.head, right: column.right === true })),
    cells,
    options.caption,
  );
  const after = notes.length > 0 ? notes.join('\n') : undefined;
  return {
    data: {
      'text/plain': [options.caption, ...textRows(columns, cells, style), after]
        .filter((line) => line !== undefined)
        .join('\n'),
      'text/html':
        after === undefined
          ? html
          : `${html}${htmlTable(
              [],
              notes.map((note) => [{ text: note, tone: 'dim' }]),
            )}`,
    },
  };
}

function textRows(
  columns: readonly Column<never>[],
  rows: readonly (readonly HtmlCell[])[],
  style: TextStyle,
): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.head), ...rows.map((row) => textWidth(row[index]!.text))),
  );
  const gaps = 2 * (columns.length - 1);
  // Flexible columns give way first, the widest of them by so much as is needed; then all others do.
  for (const candidates of [
    columns.flatMap((column, index) => (column.flexible ? [index] : [])),
    columns.map((_, index) => index),
  ]) {
    for (
      let over = sum(widths) + gaps - style.width;
      over > 0 && candidates.length > 0;
      over = sum(widths) + gaps - style.width
    ) {
      const widest = candidates.reduce((best, index) => (widths[index]! > widths[best]! ? index : best));
      if (widths[widest]! <= narrowest) break;
      widths[widest] = Math.max(narrowest, widths[widest]! - over);
    }
  }
  const line = (cells: readonly HtmlCell[], look?: 'title') =>
    cells
      .map((cell, index) => {
        const text = cutText(cell.text, widths[index]!);
        const pad = ' '.repeat(Math.max(0, widths[index]! - textWidth(text)));
        const painted = look ? paint(style, look, text) : cell.tone ? paint(style, cell.tone, text) : text;
        const last = index === cells.length - 1;
        return cell.right ? pad + painted : last ? painted : painted + pad;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map((column) => ({ text: column.head, right: column.right === true })),
      'title',
    ),
    ...rows.map((row) => line(row)),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Names and values below each other. */
export function fields(
  pairs: readonly (readonly [string, string | undefined])[],
  style: TextStyle,
  title?: string,
): DisplayOutput {
  const shown = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => textWidth(name)), 0);
  const lines = shown.map(
    ([name, value]) =>
      `${paint(style, 'dim', name.padEnd(width))}  ${cutText(oneLine(value), Math.max(20, style.width - width - 2))}`,
  );
  return {
    data: {
      'text/plain': [...(title === undefined ? [] : [paint(style, 'title', title)]), ...lines].join('\n'),
      'text/html': htmlTable(
        [],
        shown.map(([name, value]) => [{ text: name, tone: 'dim' }, { text: oneLine(value) }]),
        title,
      ),
    },
  };
}

/** A line of text, with a form for notebooks that shows the same. */
export const sentence = (text: string): DisplayOutput => ({ data: { 'text/plain': text } });
