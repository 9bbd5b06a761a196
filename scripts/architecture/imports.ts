// What a file imports: static, dynamic and type imports with the line they stand on.
import { dirname, join, normalize } from 'node:path/posix';
import { parseSync } from 'oxc-parser';

export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

export function importsOf(path: string, text: string): readonly ImportSite[] {
  const { module, comments } = parseSync(path, text);
  const sites: ImportSite[] = [];
  for (const each of module.staticImports) {
    const typeOnly =
      /^import\s+type\b/.test(text.slice(each.start, each.end)) ||
      (each.entries.length > 0 && each.entries.every((entry) => entry.isType));
    sites.push({ specifier: each.moduleRequest.value, line: lineAt(text, each.start), typeOnly });
  }
  for (const each of module.staticExports) {
    for (const entry of each.entries) {
      if (!entry.moduleRequest) continue;
      sites.push({ specifier: entry.moduleRequest.value, line: lineAt(text, entry.start), typeOnly: entry.isType });
    }
  }
  // `import('…')` as an expression and, after `typeof` or in a type position, as a type.
  let code = text;
  for (const { start, end } of comments) code = code.slice(0, start) + ' '.repeat(end - start) + code.slice(end);
  for (const match of code.matchAll(/(typeof\s+)?\bimport\(\s*(['"])([^'"]+)\2\s*\)/g)) {
    sites.push({ specifier: match[3]!, line: lineAt(code, match.index), typeOnly: match[1] !== undefined });
  }
  return sites;
}

/** Path below src/ that a relative import in `file` (a path below src/) means; undefined when it leads elsewhere. */
export function resolveInside(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = normalize(join(dirname(file), specifier));
  return target.startsWith('..') ? undefined : target;
}
