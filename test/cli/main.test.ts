import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const binary = fileURLToPath(new URL('../../bin/devsandbox.js', import.meta.url));
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'cli-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const devsandbox = (args: readonly string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, DEVSANDBOX_HOME: folder, NODE_OPTIONS: '', NO_COLOR: '1' };
    const child = execFile(process.execPath, [binary, ...args], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(input);
  });

test('--version', async () => {
  expect(await devsandbox(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

test('--help', async () => {
  const { code, stdout, stderr } = await devsandbox(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const command of ['repl', 'run', 'kernel', 'targets', 'record', 'replay', 'tape'])
    expect(stdout).toContain(`  ${command} `);
});

test.each([
  [['rnu', 'x.ts'], 'DS6020 there is no command rnu; did you mean "devsandbox run"?'],
  [['run'], "DS6020 missing required argument 'file'"],
  [['run', 'x.ts', '--jsno'], "DS6020 unknown option '--jsno'"],
  [['run', 'missing.ts'], 'DS6021 missing.ts cannot be read (ENOENT)'],
  [['run', 'notes.txt'], 'DS6022 notes.txt is neither'],
  [['replay', 'x.tape'], 'DS6024 '],
  [['cells.ts'], 'DS6020 there is no command cells.ts; did you mean "devsandbox run cells.ts"?'],
  [['help', 'nope'], 'DS6020 there is no command nope; there are repl, '],
  [['kernel', 'instal'], 'DS6020 there is no command kernel instal; did you mean "devsandbox kernel install"?'],
])('%j is one coded line and exit code 1', async (args, message) => {
  writeFileSync(join(folder, 'notes.txt'), 'x');
  const { code, stdout, stderr } = await devsandbox(args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain(message);
});

test.each([['tape'], ['kernel']])('%s alone shows what it can do', async (command) => {
  const { code, stdout, stderr } = await devsandbox([command]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Usage: devsandbox ${command} [options] [command]`);
});

test('kernel install takes --user, and of other options only those that the kernel takes', async () => {
  const prefix = join(folder, 'prefix');
  const argv = (): string[] =>
    (
      JSON.parse(readFileSync(join(prefix, 'share/jupyter/kernels/devsandbox/kernel.json'), 'utf8')) as {
        argv: string[];
      }
    ).argv;
  const install = (...args: string[]) => devsandbox(['kernel', 'install', '--prefix', prefix, ...args]);
  expect((await install('--user')).code).toBe(0);
  expect(argv().slice(2)).toEqual(['kernel', 'run', '{connection_file}']);
  expect((await install('--allow-fs', '--allow-pkg', 'ms', '--write')).code).toBe(0);
  expect(argv().slice(5)).toEqual(['--allow-fs', '--allow-pkg', 'ms', '--write']);
  const refused = await install('--bogus');
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `DS6020 unknown option '--bogus'; "devsandbox kernel install --help" shows what it takes\n`,
  ]);
  expect(argv().slice(5)).toEqual(['--allow-fs', '--allow-pkg', 'ms', '--write']);
});

test('record shows only options that it has', async () => {
  const { stdout } = await devsandbox(['record', '--help']);
  expect(stdout).toContain('--scope');
  expect(stdout).not.toMatch(/--(attach|write|allow)/);
});

test('a pipe of magics is run to its first error', async () => {
  const { code, stdout, stderr } = await devsandbox(['repl'], '%lsmagic\n%staus\n%status\n');
  expect(code).toBe(1);
  expect(stdout).toContain('%record');
  expect(stdout).not.toContain('session');
  expect(stderr).toBe('DS6002 there is no magic %staus; did you mean %status? %lsmagic lists them all\n');
});

test('run --json gives an object a line for each cell, to the first error', async () => {
  writeFileSync(join(folder, 'cells.ts'), '%status\n// %%\n%record stop\n// %%\n%lsmagic\n');
  const { code, stdout, stderr } = await devsandbox(['run', 'cells.ts', '--json']);
  expect([code, stderr]).toEqual([1, '']);
  const cells = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(cells).toEqual([
    {
      cell: 1,
      status: 'ok',
      data: expect.objectContaining({ 'application/json': expect.objectContaining({ access: 'read-only' }) }),
      stdout: '',
      ms: expect.any(Number),
    },
    {
      cell: 2,
      status: 'error',
      error: expect.objectContaining({ code: 'DS4001' }),
      data: {},
      stdout: '',
      ms: expect.any(Number),
    },
  ]);
});
