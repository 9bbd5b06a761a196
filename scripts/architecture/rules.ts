// The rules that hold the walls, as pure functions from texts to problems. test/architecture.test.ts shows for each
// that it catches a planted example, and applies all of them to the repo; `npm run check` applies them too.
import { importsOf, resolveInside, type ImportSite } from './imports.ts';
import { mayImport, roomOf } from './rooms.ts';

export interface Problem {
  readonly rule: 'direction' | 'features' | 'insides' | 'runtime' | 'agent' | 'stray' | 'length' | 'errors' | 'docs';
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface SourceFile {
  /** Relative to the repo's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export const lineLimit = 400;

const runtimeFolder = 'core/instrument/runtime/';
const agentFolder = 'core/targets/node/agent/';
// Folders within a room that belong to its surface; of all others only the files directly in the room do.
const openFolders = ['magics/display/'];

export function lengthProblems({ path, text }: SourceFile): readonly Problem[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines <= lineLimit) return [];
  return [{ rule: 'length', file: path, line: lines, message: `${lines} lines; split it by job before ${lineLimit}` }];
}

/** All rules on imports, for a file below src/. */
export function importProblems({ path, text }: SourceFile): readonly Problem[] {
  if (!path.startsWith('src/')) return [];
  const file = path.slice('src/'.length);
  const problem = (rule: Problem['rule'], site: ImportSite, message: string): Problem[] => [
    { rule, file: path, line: site.line, message },
  ];
  return importsOf(path, text).flatMap((site) => {
    const inside = resolveInside(file, site.specifier);
    if (file.startsWith(runtimeFolder)) {
      if (inside?.startsWith(runtimeFolder) || (site.typeOnly && site.specifier.startsWith('node:'))) return [];
      return problem('runtime', site, `the runtime imports nothing outside itself, so not ${site.specifier}`);
    }
    if (file.startsWith(agentFolder)) {
      const own = inside?.startsWith(agentFolder) || inside?.startsWith(runtimeFolder);
      if (own || (site.typeOnly && (inside !== undefined || site.specifier.startsWith('node:')))) return [];
      return problem('agent', site, `the agent imports only its own folder and the runtime, so not ${site.specifier}`);
    }
    if (site.specifier.startsWith('.') && inside === undefined) {
      return problem('stray', site, `${site.specifier} leads out of src/`);
    }
    return inside === undefined ? [] : roomProblems(file, inside, site, problem);
  });
}

function roomProblems(
  file: string,
  inside: string,
  site: ImportSite,
  problem: (rule: Problem['rule'], site: ImportSite, message: string) => Problem[],
): readonly Problem[] {
  const from = roomOf(file);
  const to = roomOf(inside);
  if (!to) return problem('stray', site, `${inside} is in no room: add it to scripts/architecture/rooms.ts`);
  if (from === to) return [];
  if (from?.path.startsWith('features/') && to.path.startsWith('features/')) {
    return problem('features', site, `${from.path} imports ${to.path}: features never import one another`);
  }
  // A file directly in src/ is an entry of the package and may import every room.
  if (from && !mayImport(from, to)) {
    return problem('direction', site, `${from.path} may not import ${to.path} (${site.specifier})`);
  }
  const rest = inside.slice(to.path.length + 1);
  const isSurface = !rest.includes('/') || openFolders.some((folder) => inside.startsWith(folder));
  return isSurface ? [] : problem('insides', site, `${inside} is inside ${to.path}; import what lies directly in it`);
}

/** A file of src/ that belongs to no room, unless it is an entry directly in src/. */
export function strayProblems({ path }: SourceFile): readonly Problem[] {
  if (!path.startsWith('src/') || path.split('/').length === 2 || roomOf(path.slice('src/'.length))) return [];
  return [{ rule: 'stray', file: path, line: 1, message: 'is in no room: add it to scripts/architecture/rooms.ts' }];
}

/** Codes of one file of the error table: each once, and of the file's own thousand. */
export function errorTableProblems(files: readonly SourceFile[]): readonly Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { path, text } of files) {
    const range = /^\/\/ (DS\d)xxx/.exec(text)?.[1];
    if (!range) {
      problems.push({ rule: 'errors', file: path, line: 1, message: 'the first line names no range (// DS1xxx: …)' });
    }
    for (const [index, line] of text.split('\n').entries()) {
      const code = /^\s*(DS\d{4}):/.exec(line)?.[1];
      if (!code) continue;
      const report = (message: string): void =>
        void problems.push({ rule: 'errors', file: path, line: index + 1, message });
      const first = seen.get(code);
      if (first !== undefined) report(`${code} is already in ${first}`);
      if (range && !code.startsWith(range)) report(`${code} is not in this file's range ${range}xxx`);
      seen.set(code, path);
    }
  }
  return problems;
}

/** A generated page that says something else than what it would be generated to, with what is missing by name. */
export function pageProblems(page: SourceFile, expected: string, keys: readonly string[]): readonly Problem[] {
  if (page.text === expected) return [];
  const missing = keys.filter((key) => !page.text.includes(key));
  const what = missing.length > 0 ? `lacks ${missing.join(', ')}` : 'is out of date';
  return [{ rule: 'docs', file: page.path, line: 1, message: `${what}; run "npm run docs"` }];
}
