// Source text of modules: what runs, and what a person wrote when a source map, inline or beside the file, leads there.
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Modules, NodeModule } from './modules.ts';
import type { NodeSession } from './session.ts';

export interface ModuleSource {
  readonly running: string;
  readonly original?: string;
  readonly originalPath?: string;
}

interface SourceMap {
  readonly sources?: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly sourceRoot?: string;
}

export async function sourceOf(session: NodeSession, modules: Modules, module: NodeModule): Promise<ModuleSource> {
  if (module.format === 'other')
    return { running: module.path?.endsWith('.json') ? await readFile(module.path, 'utf8').catch(() => '') : '' };
  const script = await modules.scriptOf(module);
  const running = await (await session.scripts()).source(script.id);
  const original = script.sourceMapUrl === undefined ? undefined : await mapped(script.sourceMapUrl, script.path);
  if (original) return { running, originalPath: modules.idOf(original.path), original: original.text };
  // Type stripping keeps every position, so there is no map: the file is what was written.
  if (script.path !== undefined && /\.[cm]?tsx?$/.test(script.path)) {
    const text = await readFile(script.path, 'utf8').catch(() => undefined);
    const stripped = text === undefined ? '' : running.slice(0, text.length);
    if (text !== undefined && stripped !== text && linesOf(stripped) === linesOf(text))
      return { running, original: text, originalPath: module.id };
  }
  return { running };
}

const linesOf = (text: string): number => text.split('\n').length;

/** The first source of a map. */
async function mapped(
  url: string,
  scriptPath: string | undefined,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const base = scriptPath === undefined ? undefined : dirname(scriptPath);
  try {
    const inline = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url);
    const mapPath =
      inline || base === undefined
        ? undefined
        : url.startsWith('file:')
          ? fileURLToPath(url)
          : resolve(base, decodeURIComponent(url));
    const text = inline
      ? inline[1]
        ? Buffer.from(inline[2]!, 'base64').toString()
        : decodeURIComponent(inline[2]!)
      : mapPath === undefined
        ? undefined
        : await readFile(mapPath, 'utf8');
    if (text === undefined) return undefined;
    const map = JSON.parse(text) as SourceMap;
    const source = map.sources?.[0];
    if (typeof source !== 'string') return undefined;
    const folder = mapPath === undefined ? base : dirname(mapPath);
    const written = source.startsWith('file:') ? fileURLToPath(source) : `${map.sourceRoot ?? ''}${source}`;
    const path = isAbsolute(written) || folder === undefined ? written : resolve(folder, written);
    const content = map.sourcesContent?.[0] ?? (await readFile(path, 'utf8'));
    return { path, text: content };
  } catch {
    return undefined;
  }
}
