// Each rule is shown to catch a planted example, then held against the repo itself.
import { beforeAll, describe, expect, test } from 'vitest';
import { errorsPage, magicsPage } from '../scripts/architecture/pages.ts';
import { repoProblems } from '../scripts/architecture/repo.ts';
import {
  errorTableProblems,
  importProblems,
  lengthProblems,
  lineLimit,
  pageProblems,
  strayProblems,
  type Problem,
} from '../scripts/architecture/rules.ts';

const rulesOf = (problems: readonly Problem[]): readonly string[] => problems.map(({ rule }) => rule);
const importing = (path: string, text: string): readonly string[] => rulesOf(importProblems({ path, text }));

describe('planted imports', () => {
  test.each([
    ['src/core/tape/a.ts', `import { x } from '../targets/target.ts';`],
    ['src/core/common/a.ts', `import type { X } from '../session/session.ts';`],
    ['src/core/session/a.ts', `export { x } from '../../magics/engine.ts';`],
    ['src/features/timetravel/a.ts', `const y = await import('../../magics/engine.ts');`],
    ['src/magics/a.ts', `type Y = typeof import('../kernel/kernel.ts');`],
    ['src/repl/a.ts', `import { x } from '../kernel/kernel.ts';`],
    ['src/core/instrument/transform/a.ts', `import * as all from '../../tape/events.ts';`],
  ])('against the direction: %s %s', (path, text) => {
    expect(importing(path, text)).toEqual(['direction']);
  });

  test.each([
    ['src/core/targets/node/a.ts', `import { x } from '../../tape/events.ts';`],
    ['src/features/timetravel/a.ts', `import { x } from '../../core/replay/driver.ts';`],
    ['src/magics/builtin/a.ts', `import { x } from '../../features/livestate/index.ts';`],
    ['src/kernel/a.ts', `import { x } from '../magics/display/style.ts';`],
    ['src/cli/a.ts', `const { x } = await import('../kernel/kernel.ts');`],
    ['src/register.ts', `import './core/instrument/runtime/index.ts';`],
    ['src/core/tape/a.ts', `// import { x } from '../targets/target.ts';\n/* import('../targets/target.ts') */`],
    ['src/core/tape/a.ts', `import { readFile } from 'node:fs/promises';\nimport lz4 from 'lz4-napi';`],
  ])('with the direction: %s %s', (path, text) => {
    expect(importing(path, text)).toEqual([]);
  });

  test('a feature importing a feature', () => {
    const text = `import { x } from '../livestate/index.ts';`;
    expect(importing('src/features/timetravel/a.ts', text)).toEqual(['features']);
  });

  test('the insides of a peer', () => {
    expect(importing('src/core/sandbox/a.ts', `import { x } from '../targets/node/cdp.ts';`)).toEqual(['insides']);
    expect(importing('src/kernel/a.ts', `import { x } from '../magics/builtin/record.ts';`)).toEqual(['insides']);
    expect(importing('src/core/targets/a.ts', `import { x } from './node/cdp.ts';`)).toEqual([]);
  });

  test('the runtime importing anything outside itself', () => {
    const path = 'src/core/instrument/runtime/encode.ts';
    expect(importing(path, `import { x } from './shapes.ts';\nimport type { Socket } from 'node:net';`)).toEqual([]);
    expect(importing(path, `import { ms } from '../../common/units.ts';`)).toEqual(['runtime']);
    expect(importing(path, `import type { Milliseconds } from '../../common/units.ts';`)).toEqual(['runtime']);
    expect(importing(path, `import net from 'node:net';`)).toEqual(['runtime']);
    expect(importing(path, `import ws from 'ws';`)).toEqual(['runtime']);
  });

  test('the agent importing anything but itself, the runtime and types', () => {
    const path = 'src/core/targets/node/agent/index.ts';
    const runtime = `import { x } from '../../../instrument/runtime/encode.ts';`;
    expect(importing(path, `import { y } from './handles.ts';\n${runtime}`)).toEqual([]);
    expect(importing(path, `import type { LiveValue } from '../../live-value.ts';`)).toEqual([]);
    expect(importing(path, `import { fail } from '../../../common/errors.ts';`)).toEqual(['agent']);
    expect(importing(path, `import { x } from '../cdp.ts';`)).toEqual(['agent']);
    expect(importing(path, `import ws from 'ws';`)).toEqual(['agent']);
  });

  test('leaving src, or in no room', () => {
    expect(importing('src/cli/a.ts', `import { x } from '../../scripts/docs.ts';`)).toEqual(['stray']);
    expect(rulesOf(strayProblems({ path: 'src/helpers/a.ts', text: '' }))).toEqual(['stray']);
    expect(rulesOf(strayProblems({ path: 'src/register.ts', text: '' }))).toEqual([]);
  });

  test('the line is named', () => {
    const text = `import { a } from 'node:fs';\n\nimport { x } from '../targets/target.ts';\n`;
    expect(importProblems({ path: 'src/core/tape/a.ts', text })).toMatchObject([{ line: 3 }]);
  });
});

test('a file over the limit', () => {
  const lines = (count: number): string => 'x\n'.repeat(count);
  expect(lengthProblems({ path: 'src/a.ts', text: lines(lineLimit) })).toEqual([]);
  expect(rulesOf(lengthProblems({ path: 'src/a.ts', text: lines(lineLimit + 1) }))).toEqual(['length']);
});

describe('error table', () => {
  const table = (path: string, text: string): { path: string; text: string } => ({ path, text });

  test('a code twice, a code of another range, a file without a range', () => {
    const first = table('targets.ts', `// DS1xxx: targets\n  DS1001: {},\n  DS2001: {},\n`);
    const second = table('cells.ts', `// DS2xxx: cells\n  DS2001: {},\n`);
    const third = table('other.ts', `export {};\n`);
    expect(errorTableProblems([first, second, third]).map(({ message }) => message)).toEqual([
      `DS2001 is not in this file's range DS1xxx`,
      'DS2001 is already in targets.ts',
      'the first line names no range (// DS1xxx: …)',
    ]);
  });

  test('a code missing from the page, and a text that changed', () => {
    const full = { DS1001: { what: 'a', remedy: 'b' }, DS6001: { what: 'c', remedy: 'd' } };
    const page = errorsPage(full);
    const problems = (text: string): readonly Problem[] =>
      pageProblems({ path: 'docs/errors.md', text }, page, Object.keys(full));
    expect(problems(page)).toEqual([]);
    expect(problems(errorsPage({ DS1001: full.DS1001 }))).toMatchObject([
      { message: expect.stringContaining('DS6001') },
    ]);
    expect(problems(page.replace('| c |', '| old |'))).toMatchObject([
      { message: expect.stringContaining('out of date') },
    ]);
  });
});

test('a magic missing from its page', () => {
  const notation = { usageOf: (title: string) => `%${title}`, callOf: (magic: string) => `session.${magic}()` };
  const run = (): Promise<never> => Promise.reject(new Error('not run'));
  const old = { name: 'record', summary: 'Records.', main: { summary: 'Records.', run } };
  const added = { name: 'tape', summary: 'Tapes.', subcommands: { list: { summary: 'Lists <all>|some.', run } } };
  const page = magicsPage([old, added], notation);
  expect(page).toContain('### %tape list');
  const problems = pageProblems({ path: 'docs/magics.md', text: magicsPage([old], notation) }, page, ['## %tape\n']);
  expect(problems).toMatchObject([{ rule: 'docs', message: expect.stringContaining('%tape') }]);
});

describe('the repo', () => {
  let problems: readonly Problem[] = [];
  beforeAll(async () => {
    problems = await repoProblems();
  });

  test.each(['direction', 'features', 'insides', 'runtime', 'agent', 'stray', 'length', 'errors', 'docs'])(
    'has no problem of kind %s',
    (rule) => {
      const found = problems.filter((problem) => problem.rule === rule);
      expect(found.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([]);
    },
  );
});
