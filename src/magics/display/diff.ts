// Unified diffs with colours, and as HTML.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';
import { escapeHtml, tones } from './html.ts';
import { paint, type TextStyle } from './style.ts';

const lookOf = (line: string): 'good' | 'bad' | 'dim' | undefined =>
  line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : line.startsWith('@') ? 'dim' : undefined;

/** `before` and `after` stand above and below the diff. */
export function showDiff(
  diff: string,
  style: TextStyle,
  before: readonly string[],
  after: readonly string[],
): DisplayOutput {
  const lines = diff.trimEnd().split('\n');
  const painted = lines.map((line) => {
    const look = lookOf(line);
    return look ? paint(style, look, line) : line;
  });
  const html = lines.map((line) => {
    const look = lookOf(line);
    return look ? `<span style="color:${tones[look]}">${escapeHtml(line)}</span>` : escapeHtml(line);
  });
  return {
    data: {
      'text/plain': [...before, ...painted, ...after].join('\n'),
      'text/html': `<pre style="margin:0;white-space:pre-wrap">${[...before.map(escapeHtml), ...html, ...after.map(escapeHtml)].join('\n')}</pre>`,
    },
  };
}
