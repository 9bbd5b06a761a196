// What a person wrote, where the code that ran was made from it: places and texts of a tape are shown as they were written.
// A place that the source map does not know has no line, because a line of another text would be a wrong one.
import { originalPositionFor, traceSegment, TraceMap } from '@jridgewell/trace-mapping';
import type { ManifestModule } from './manifest.ts';
import { writtenImports } from './transform/index.ts';

export interface WrittenModule {
  /** The text to show. */
  readonly source: string;
  /** Line (from 1) of a place in the code that ran; without a column, of the first that is known in that line. */
  line(line: number, column?: number): number | undefined;
  /** Part of the code that ran, with imports named as they were written. */
  text(start: number, end: number): string;
}

const known = new WeakMap<ManifestModule, WrittenModule>();

export function writtenModule(module: ManifestModule): WrittenModule {
  let written = known.get(module);
  if (!written) known.set(module, (written = make(module)));
  return written;
}

function make({ source, original }: ManifestModule): WrittenModule {
  if (!original) return { source, line: (line) => line, text: (start, end) => source.slice(start, end) };
  const map = new TraceMap({
    version: 3,
    names: [],
    sources: [''],
    sourcesContent: [original.source],
    mappings: original.mappings,
  });
  const lines = original.source.split('\n');
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  const firstOf = (line: number): number | undefined => {
    const length = (starts[line] ?? source.length) - (starts[line - 1] ?? 0);
    for (let column = 0; column < length; column++) {
      const segment = traceSegment(map, line - 1, column);
      if (segment && segment.length > 1) return (segment[2] as number) + 1;
    }
    return undefined;
  };
  return {
    source: original.source,
    line: (line, column) =>
      (column === undefined ? null : originalPositionFor(map, { line, column: column - 1 }).line) ?? firstOf(line),
    text: (start, end) =>
      writtenImports(source.slice(start, end), (offset, name) => {
        const line = starts.findLastIndex((each) => each <= start + offset);
        const found = originalPositionFor(map, { line: line + 1, column: start + offset - starts[line]! });
        if (found.line === null) return name;
        return /^[\w$]+/.exec((lines[found.line - 1] ?? '').slice(found.column))?.[0] ?? name;
      }),
  };
}
