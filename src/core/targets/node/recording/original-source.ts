// The text that a module was made from, by the source map of what runs.
import type { ManifestModule } from '../../../instrument/manifest.ts';

/** @param text a source map */
export function originalOf(text: string, running: string): ManifestModule['original'] {
  try {
    const { sources, sourcesContent, mappings } = JSON.parse(text) as {
      readonly sources?: readonly unknown[];
      readonly sourcesContent?: readonly unknown[];
      readonly mappings?: unknown;
    };
    const source = sourcesContent?.[0];
    // Of a text that was put together from several files, no place belongs to the module's own for sure.
    if (sources?.length !== 1 || typeof source !== 'string' || typeof mappings !== 'string') return undefined;
    return source === running ? undefined : { source, mappings };
  } catch {
    return undefined;
  }
}

/** Of a text that has its source map in itself. */
export function originalInside(running: string): ManifestModule['original'] {
  const found = [...running.matchAll(/^\/\/[#@] sourceMappingURL=data:[^,\n]*;base64,(\S+)\s*$/gm)].at(-1);
  return found && originalOf(Buffer.from(found[1]!, 'base64').toString(), running);
}
