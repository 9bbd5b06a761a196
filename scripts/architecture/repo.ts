// The rules applied to the files of this repo.
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorTable } from '../../src/core/common/errors.ts';
import { errorsPage, magicsPage } from './pages.ts';
import {
  errorTableProblems,
  importProblems,
  lengthProblems,
  pageProblems,
  strayProblems,
  type Problem,
  type SourceFile,
} from './rules.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

const ours = ['src', 'test', 'scripts', 'bench', 'examples'].map((folder) => `${folder}/**/*.{ts,js,mjs,cjs}`);
const notOurs = (path: string): boolean => /(^|\/)node_modules(\/|$)|^test\/fixtures(\/|$)/.test(path);

export const read = async (path: string): Promise<SourceFile> => ({
  path,
  text: await readFile(root + path, 'utf8').catch(() => ''),
});

/** Every source file that the rules hold for. */
export async function sourceFiles(): Promise<readonly SourceFile[]> {
  const paths: string[] = [];
  for await (const path of glob(ours, { cwd: root, exclude: notOurs })) paths.push(path);
  return Promise.all(paths.toSorted().map(read));
}

export interface GeneratedPage extends SourceFile {
  /** What must be found on it, each named when it is missing. */
  readonly keys: readonly string[];
}

export const errorsDocument = (): GeneratedPage => ({
  path: 'docs/errors.md',
  text: errorsPage(errorTable),
  keys: Object.keys(errorTable),
});

export async function magicsDocument(): Promise<GeneratedPage> {
  const [{ loadAllMagics }, { usageOf, callOf }] = await Promise.all([
    import('../../src/magics/registry.ts'),
    import('../../src/magics/usage.ts'),
  ]);
  const magics = await loadAllMagics();
  const keys = magics.map(({ name }) => `## %${name}\n`);
  return { path: 'docs/magics.md', text: magicsPage(magics, { usageOf, callOf }), keys };
}

/** Everything that is wrong in the repo. */
export async function repoProblems(): Promise<readonly Problem[]> {
  const files = await sourceFiles();
  const problems = files.flatMap((file) => [...lengthProblems(file), ...importProblems(file), ...strayProblems(file)]);
  problems.push(...errorTableProblems(files.filter(({ path }) => path.startsWith('src/core/common/error-table/'))));
  for (const document of [errorsDocument, magicsDocument]) {
    try {
      const page = await document();
      problems.push(...pageProblems(await read(page.path), page.text, page.keys));
    } catch (error) {
      const message = `the declarations cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ rule: 'docs', file: 'docs', line: 1, message });
    }
  }
  return problems;
}
