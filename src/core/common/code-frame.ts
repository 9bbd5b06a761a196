// Places in what was typed, and the lines around them with a marker.

export interface SourcePlace {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export function placeAt(source: string, offset: number): SourcePlace {
  const before = source.slice(0, Math.max(0, Math.min(offset, source.length)));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** Two lines before and one after the place, numbered, with a `^` below its column; empty when it is not in the source. */
export function codeFrame(source: string, place: SourcePlace): string {
  const lines = source.split('\n');
  if (place.line < 1 || place.line > lines.length) return '';
  const first = Math.max(1, place.line - 2);
  const last = Math.min(lines.length, place.line + 1);
  const width = String(last).length;
  const shown: string[] = [];
  for (let line = first; line <= last; line += 1) {
    const text = (lines[line - 1] ?? '').replace(/\r$/, '');
    shown.push(`${line === place.line ? '>' : ' '} ${String(line).padStart(width)} | ${text}`.trimEnd());
    if (line !== place.line) continue;
    // Tabs stay tabs, so that the marker stands below its column at any tab width.
    const indent = text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
    shown.push(`  ${' '.repeat(width)} | ${indent}^`);
  }
  return shown.join('\n');
}
