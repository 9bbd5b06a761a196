// What a scope means.
import { isAbsolute, matchesGlob, relative } from 'node:path';

/** A glob, or a folder, relative to the working directory or absolute. */
export function inScope(scope: readonly string[], path: string, cwd: string): boolean {
  return scope.some((each) => {
    const name = isAbsolute(each) ? path : relative(cwd, path);
    const glob = each.replace(/^\.\//, '').replace(/\/$/, '');
    return name === glob || matchesGlob(name, glob) || (!/[*?[{]/.test(glob) && matchesGlob(name, `${glob}/**`));
  });
}
