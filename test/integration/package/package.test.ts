// The package as npm publishes it, installed in a project of its own: no sources, no esbuild, only what it depends on.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayCheck } from '../../../src/features/timetravel/index.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { eventually, startTarget } from '../../support/target-process.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
};
let project: string;

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.ts'], {
    cwd: root,
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  project = mkdtempSync(join(tmpdir(), 'devsandbox-package-'));
  const modules = join(project, 'node_modules');
  for (const name of [...manifest.files, 'package.json'])
    cpSync(join(root, name), join(modules, 'devsandbox', name), { recursive: true });
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const node = (args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, DEVSANDBOX_HOME: join(project, '.home'), NODE_OPTIONS: '', NO_COLOR: '1' };
    for (const name of Object.keys(env)) if (/^(VITEST|NODE_TEST)/.test(name)) delete (env as NodeJS.ProcessEnv)[name];
    const child = execFile(process.execPath, args, { cwd: project, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin!.end();
  });

test('the command runs cells, and attaches', async () => {
  await using target = await startTarget();
  writeFileSync(join(project, 'cells.ts'), 'const n: number = 20;\nn + 1\n// %%\n"main.js" in app.modules\n');
  const bin = join(project, 'node_modules/devsandbox/bin/devsandbox.js');
  expect(await node([bin, 'run', 'cells.ts', '--attach', String(target.pid)])).toEqual({
    code: 0,
    stdout: '21\ntrue\n',
    stderr: '',
  });
});

test('the library records a function under node:test, and replays it', async () => {
  writeFileSync(
    join(project, 'sum.js'),
    `import { readFile } from 'node:fs/promises';
export async function lines(path) { return (await readFile(path, 'utf8')).split('\\n').length; }\n`,
  );
  writeFileSync(
    join(project, 'sum.test.js'),
    `import assert from 'node:assert';
import test from 'node:test';
import { record } from 'devsandbox/testing';
import { replayCheck } from './node_modules/devsandbox/dist/features/timetravel/index.js';
import { lines } from './sum.js';
test('lines', async () => {
  const tape = await record(() => lines('package.json'));
  const { calls, exact } = await replayCheck(tape.path);
  assert.ok(calls > 0);
  assert.equal(exact, calls);
});\n`,
  );
  const { code, stdout } = await node(['--test', 'sum.test.js']);
  expect(stdout).toContain('pass 1');
  expect(code).toBe(0);
});

test.each([20, 22] as const)('a program on Node %i is recorded from its first line', async (major) => {
  const folder = join(project, `recorded-${major}`);
  mkdirSync(folder);
  const files = {
    'package.json': '{ "type": "module" }',
    'main.js': `import { readFileSync } from 'node:fs';
import old, { time } from './old.cjs';
import * as lib from './lib.js';
import { hoisted } from './cycle.js';
console.log(lib.bump(), lib.n, time() > 0, old.answer, hoisted(), readFileSync(new URL(import.meta.url)).length > 9);
const { hello } = await import('./late.js');
setTimeout(() => console.log(hello('x')), 2);`,
    'old.cjs': `exports.time = () => Date.now(); exports.answer = require('./older.cjs').answer;`,
    'older.cjs': `module.exports = { answer: 42 };`,
    'lib.js': `export let n = 1; export function bump() { n += 1; return n; }`,
    'cycle.js': `import { back } from './back.js'; export function hoisted() { return back(); }`,
    'back.js': `import { hoisted } from './cycle.js'; export const back = () => typeof hoisted;`,
    'late.js': `export const hello = (name) => 'hello ' + name;`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [tape, report] = [join(folder, 'a.tape'), join(folder, 'report.json')];
  const { stdout, stderr } = await promisify(execFile)(
    nodeBinary(major),
    ['--import', 'devsandbox/register', 'main.js'],
    { cwd: folder, env: { PATH: process.env['PATH'], DEVSANDBOX_TAPE: tape, DEVSANDBOX_REPORT: report } },
  );
  expect({ stdout, stderr }).toEqual({ stdout: '2 2 true 42 function true\nhello x\n', stderr: '' });
  await eventually(() => expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ complete: true, gaps: 0 }));
  const { calls, exact } = await replayCheck(tape);
  expect(calls).toBeGreaterThan(6);
  expect(exact).toBe(calls);
});
