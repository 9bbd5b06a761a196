// MIME bundles as notebooks keep them: JSON types hold JSON, every other type holds text.
import type { MimeBundle } from '../core/sandbox/ports.ts';

const isJsonType = (type: string): boolean => type === 'application/json' || type.endsWith('+json');

export function mimeData(bundle: MimeBundle): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [type, value] of Object.entries(bundle)) {
    if (value === undefined) continue;
    data[type] = isJsonType(type) || typeof value === 'string' ? value : JSON.stringify(value);
  }
  return data;
}
