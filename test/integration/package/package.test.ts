// The package as npm publishes it, installed in a project of its own: no sources, no esbuild, only what it depends on.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTarget } from '../../support/target-process.ts';

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
