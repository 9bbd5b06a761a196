// HTML for notebooks: everything escaped, self-contained, no scripts, colours that work on light and dark pages.

export const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!,
  );

export const preformatted = (text: string): string =>
  `<pre style="margin:0;white-space:pre-wrap">${escapeHtml(text)}</pre>`;

export interface HtmlCell {
  readonly text: string;
  readonly right?: boolean;
  readonly tone?: 'good' | 'bad' | 'warn' | 'dim';
}

export const tones = { good: '#2e8b57', bad: '#d1342f', warn: '#b8860b', dim: '#888888' } as const;

export function htmlTable(head: readonly HtmlCell[], rows: readonly (readonly HtmlCell[])[], caption?: string): string {
  const cell = (tag: 'th' | 'td', { text, right, tone }: HtmlCell) =>
    `<${tag} style="text-align:${right ? 'right' : 'left'};padding:2px 10px;white-space:pre-wrap${tone ? `;color:${tones[tone]}` : ''}">${escapeHtml(text)}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly HtmlCell[]) =>
    `<tr>${cells.map((each) => cell(tag, each)).join('')}</tr>`;
  return [
    '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">',
    caption ? `<caption style="text-align:left;padding:2px 10px">${escapeHtml(caption)}</caption>` : '',
    head.length > 0 ? `<thead style="border-bottom:1px solid currentColor">${line('th', head)}</thead>` : '',
    `<tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`,
  ].join('');
}
