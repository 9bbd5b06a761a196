// Where a specifier leads: as Node resolves it from a file, and, for files of one's own, without their extension too.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve as resolvePath, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fail } from '../../common/errors.ts';

const extensions = [
  '',
  '.ts',
  '.mts',
  '.cts',
  '.tsx',
  '.js',
  '.mjs',
  '.cjs',
  '.json',
  '/index.ts',
  '/index.mts',
  '/index.js',
  '/index.mjs',
  '/index.cjs',
];
const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

export const isLocal = (specifier: string): boolean =>
  /^\.{1,2}(\/|$)/.test(specifier) || isAbsolute(specifier) || specifier.startsWith('file:');

/** `lodash` of `lodash/fp`, `@a/b` of `@a/b/c`. */
export const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The package that a file belongs to, when it lies in node_modules. */
export function packageOfFile(path: string): string | undefined {
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  return at === -1
    ? undefined
    : packageName(
        path
          .slice(at + '/node_modules/'.length)
          .split(sep)
          .join('/'),
      );
}

/** Path of a module; `kind` decides which conditions of a package's exports hold. */
export function resolveModule(specifier: string, from: string, kind: 'import' | 'require'): string {
  if (isLocal(specifier)) return resolveLocal(specifier, from);
  try {
    // The flag for a second argument is given to this process when it is forked.
    const found =
      kind === 'import'
        ? fileURLToPath(import.meta.resolve(specifier, pathToFileURL(from).href))
        : createRequire(from).resolve(specifier);
    if (isFile(found)) return found;
  } catch (error) {
    // Reported below in our words, unless the package itself is at fault.
    if ((error as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' && kind === 'import')
      return resolveModule(specifier, from, 'require');
  }
  throw fail('DS2011', {
    specifier,
    from: shownFrom(from),
    remedy: `install it in ${dirname(from)}: npm install ${packageName(specifier)}`,
  });
}

function resolveLocal(specifier: string, from: string): string {
  const base = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolvePath(dirname(from), specifier);
  for (const extension of extensions) if (isFile(base + extension)) return base + extension;
  // TypeScript is imported by the name of what it becomes.
  const source = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  if (source !== base && isFile(source)) return source;
  const manifest = join(base, 'package.json');
  if (isFile(manifest)) return createRequire(from).resolve(base);
  throw fail('DS2011', {
    specifier,
    from: shownFrom(from),
    remedy: `check the path; it is relative to ${dirname(from)}`,
  });
}

const shownFrom = (from: string): string => (from.endsWith(`${sep}cell.ts`) ? 'the cell' : from);

const types = new Map<string, 'module' | 'commonjs' | undefined>();

export function packageTypeOf(path: string): 'module' | 'commonjs' | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (types.has(folder)) return types.get(folder);
    const manifest = join(folder, 'package.json');
    if (isFile(manifest)) {
      const { type } = JSON.parse(readFileSync(manifest, 'utf8')) as { type?: 'module' | 'commonjs' };
      types.set(folder, type);
      return type;
    }
    if (folder.endsWith(`${sep}node_modules`) || folder === dirname(folder)) return undefined;
  }
}
