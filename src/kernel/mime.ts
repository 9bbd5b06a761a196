// MIME bundles as notebooks keep them: JSON types hold JSON, every other type holds text.
//
// JupyterLab prefers `application/json` to HTML and to text, and shows it as a tree: tables, diffs and code frames would
// never be seen. So data beside a form for people go under a type that no frontend draws, for programs to read.
import type { MimeBundle } from '../core/sandbox/ports.ts';

const isJsonType = (type: string): boolean => type === 'application/json' || type.endsWith('+json');

/** The data of a magic or the value of a cell, where the bundle also has a form for people. */
export const dataType = 'application/vnd.devsandbox+json';

export function mimeData(bundle: MimeBundle): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(bundle)) {
    if (value === undefined) continue;
    const type = name === 'application/json' && hasOtherForm(bundle) ? dataType : name;
    data[type] = isJsonType(type) || typeof value === 'string' ? value : JSON.stringify(value);
  }
  return data;
}

/** With `--json` the text is the data itself, and a tree is welcome. */
const hasOtherForm = ({ 'text/plain': text, 'application/json': data }: MimeBundle): boolean =>
  text !== undefined && text !== JSON.stringify(data, null, 2);
