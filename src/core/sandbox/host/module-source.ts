// A file of a module as the isolate can run it: types stripped, `import()` and `import.meta` led to our loader.
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import remapping from '@jridgewell/remapping';
import MagicString from 'magic-string';
import { parseSync } from 'oxc-parser';
import { transformSync } from 'oxc-transform';
import { fail } from '../../common/errors.ts';
import { packageTypeOf } from './resolve.ts';

export interface ModuleSource {
  readonly path: string;
  readonly folder: string;
  readonly format: 'module' | 'commonjs' | 'json';
  readonly code: string;
  /** Absent when the code is as written. */
  readonly map?: TraceMap;
  readonly original: string;
  /** Tells whether the file is still the one that was read. */
  readonly changed: string;
}

const typed = new Set(['.ts', '.mts', '.cts', '.tsx', '.jsx']);

export function changeOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}

export function readModule(path: string): ModuleSource {
  const original = readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/^#!.*/, '');
  const extension = extname(path);
  const base = { path, folder: dirname(path), original, changed: changeOf(path) };
  if (extension === '.json') return { ...base, format: 'json', code: original };
  const stripped = typed.has(extension) ? strip(path, original) : { code: original, map: undefined };
  const parsed = parseSync(`${path.replace(/\.[cm]?[jt]sx?$/, '')}.js`, stripped.code, {
    lang: 'js',
    sourceType: 'unambiguous',
  });
  const commonJs = /\b(?:require|module|exports|__filename|__dirname)\b/.test(stripped.code);
  // A TypeScript file that shows neither kind is a module: it may await.
  const format = formatOf(path, extension, parsed.module.hasModuleSyntax || (typed.has(extension) && !commonJs));
  const problem = format === 'module' ? parsed.errors.find((each) => each.severity === 'Error') : undefined;
  if (problem) throw fail('DS2010', { problem: problem.message.replaceAll('`', "'"), place: path });
  if (format === 'commonjs') {
    const code = redirect(stripped.code, path, parsed.module.dynamicImports, []);
    return { ...base, format, ...join(path, code, stripped.map) };
  }
  const code = redirect(stripped.code, path, parsed.module.dynamicImports, parsed.module.importMetas);
  return { ...base, format, ...join(path, code, stripped.map) };
}

function strip(path: string, source: string): { code: string; map: unknown } {
  const lang = /\.[jt]sx$/.test(path) ? 'tsx' : 'ts';
  const result = transformSync(path, source, {
    lang,
    target: 'esnext',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: false },
  });
  const problem = result.errors.find((each) => each.severity === 'Error');
  if (problem) throw fail('DS2010', { problem: problem.message.replaceAll('`', "'"), place: path });
  return { code: result.code, map: result.map };
}

function formatOf(path: string, extension: string, moduleSyntax: boolean): 'module' | 'commonjs' {
  if (extension === '.mjs' || extension === '.mts') return 'module';
  if (extension === '.cjs' || extension === '.cts') return 'commonjs';
  // As Node does: the package says, else the syntax.
  const type = packageTypeOf(path);
  return type === 'module' || (type === undefined && moduleSyntax) || (moduleSyntax && typed.has(extension))
    ? 'module'
    : 'commonjs';
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function redirect(code: string, path: string, imports: readonly Span[], metas: readonly Span[]): MagicString {
  const text = new MagicString(code);
  const link = (name: string): string => `globalThis[Symbol.for('devsandbox.${name}')](${JSON.stringify(path)})`;
  for (const span of imports) text.update(span.start, span.start + 'import'.length, link('import'));
  for (const span of metas) text.update(span.start, span.end, link('meta'));
  return text;
}

function join(path: string, text: MagicString, first: unknown): { code: string; map?: TraceMap } {
  if (!text.hasChanged())
    return first ? { code: text.toString(), map: new TraceMap(first as never) } : { code: text.toString() };
  const second = text.generateMap({ source: `${path}?`, hires: 'boundary' });
  const map = first ? remapping(second as never, (file) => (file === `${path}?` ? (first as never) : null)) : second;
  return { code: text.toString(), map: new TraceMap(map as never) };
}

/** Where a position of the running text was written. */
export function originalPlace(
  source: ModuleSource,
  line: number,
  column: number,
): { readonly line: number; readonly column: number } {
  if (!source.map) return { line, column };
  const found = originalPositionFor(source.map, { line, column: Math.max(0, column - 1) });
  return found.line === null ? { line, column } : { line: found.line, column: found.column + 1 };
}
