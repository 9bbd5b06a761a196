// `npm run test:long [-- PART…] [--seed N] [--fresh]`: what is too long for CI, part by part (test/long/). What was done
// for this commit and seed is kept, so that a run that was interrupted goes on; the figures are written into
// docs/determinism.md with the commit that they are of.
import { execFileSync } from 'node:child_process';
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LongPart, StepResult } from '../test/long/part.ts';
import { root } from './architecture/repo.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, fresh: { type: 'boolean', default: false } },
});
const seed = Number(values.seed);
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const commit = git('rev-parse', '--short=10', 'HEAD');
const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'test', 'package.json') !== '';

const page = `${root}docs/determinism.md`;
const files = (await Array.fromAsync(glob('test/long/*.ts', { cwd: root }))).filter(
  (file) => basename(file) !== 'part.ts',
);
const parts: LongPart[] = [];
for (const file of files.toSorted()) parts.push(((await import(`${root}${file}`)) as { readonly part: LongPart }).part);
const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) {
  console.log(`there is no such part; there are ${parts.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const kept = `${root}node_modules/.cache/devsandbox/test-long`;
await mkdir(kept, { recursive: true });
let failed = 0;
for (const part of chosen) {
  // What was measured with changes that no commit has says nothing about a later run.
  const record = join(kept, `${part.name}-${commit}-${seed}.json`);
  const before =
    values.fresh || changed
      ? []
      : (JSON.parse(await readFile(record, 'utf8').catch(() => '[]')) as [string, StepResult][]);
  const done = new Map<string, StepResult>(before);
  console.log(`\n# ${part.name}: ${part.steps.length} steps, ${done.size} done before`);
  for (const step of part.steps) {
    if (done.has(step)) continue;
    const directory = await mkdtemp(join(tmpdir(), 'devsandbox-long-'));
    const began = performance.now();
    try {
      const result = await part.run(step, { seed, directory });
      done.set(step, result);
      const figures = Object.entries(result.figures).map(([name, value]) => `${name} ${value}`);
      console.log(`${step}: ${figures.join(', ')} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      for (const problem of result.problems) console.log(`  ${problem}`);
      if (result.problems.length > 0) failed += 1;
      await writeFile(record, JSON.stringify([...done]));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  await writeFigures(part, done);
}
console.log(failed === 0 ? '\nall as it should be' : `\n${failed} steps with problems`);
process.exitCode = failed === 0 ? 0 : 1;

/** Puts the figures of a part in the place of its former ones. */
async function writeFigures(part: LongPart, done: ReadonlyMap<string, StepResult>): Promise<void> {
  const [open, close] = [`<!-- figures: ${part.name} -->`, `<!-- end of figures: ${part.name} -->`];
  const wrong = [...done.values()].reduce((sum, { problems }) => sum + problems.length, 0);
  const of = `Commit ${commit}${changed ? ' with changes' : ''}, seed ${seed}, ${done.size} of ${part.steps.length} steps, ${wrong} problems.`;
  const section = `${open}\n### ${part.title}\n\n${of}\n\n${part.figures(done)}\n${close}`;
  const text = await readFile(page, 'utf8');
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  await writeFile(
    page,
    from >= 0 && to > from
      ? text.slice(0, from) + section + text.slice(to + close.length)
      : `${text.trimEnd()}\n\n${section}\n`,
  );
}
