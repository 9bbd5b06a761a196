// One script through the four front doors gives the same values, outputs, displays and error.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasJupyter } from '../../support/jupyter.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { throughKernel, throughLibrary, throughPipe, throughRun, type SeenCell } from './doors.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/four-doors/${name}`, import.meta.url));
let folder: string;
let app: ChildProcess;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'doors-')));
  copyFileSync(fixture('app.mjs'), join(folder, 'app.mjs'));
  app = spawn(nodeBinary(24), ['app.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  await once(app.stdout!, 'data');
});
afterAll(() => {
  app?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const options = () => ({ script: fixture('script.ts'), target: String(app.pid), folder });

/** What must differ from run to run: ids, times, numbers of handles. */
const steady = (cells: readonly SeenCell[]): readonly SeenCell[] =>
  cells.map((cell) => {
    const unify = (text: string): string =>
      text
        .replace(/"session": ?"[0-9a-f]{8}"/g, '"session":"…"')
        .replace(/"(handle|longest|total|count|debugger)": ?[\d.]+/g, '"$1":0');
    return {
      ...cell,
      text: unify(cell.text),
      json: cell.json === undefined ? undefined : JSON.parse(unify(JSON.stringify(cell.json))),
      error: cell.error,
    };
  });

let expected: readonly SeenCell[];

test('devsandbox run', { timeout: 120_000 }, async () => {
  expected = steady(await throughRun(options()));
  expect(expected.map((cell) => cell.status)).toEqual([...Array<string>(expected.length - 1).fill('ok'), 'error']);
  expect(expected[0]).toMatchObject({
    text: expect.stringMatching(/^\[ ?3, 4 ?\]$/),
    json: [3, 4],
    stdout: 'counted 2\n',
  });
  expect(expected[1]).toMatchObject({ text: '7' });
  expect(expected[3]).toMatchObject({ text: 'true' });
  expect(expected[4]!.displays.join()).toContain('%lsmagic: list the names of all magics');
  expect(expected[5]).toMatchObject({ text: '17' });
  expect(expected[6]!.json).toMatchObject({ value: { kind: 'number', value: 4 } });
  expect(expected[7]!.text).toContain('y');
  expect(expected[9]!.json).toMatchObject({ access: 'read-only', target: { pid: app.pid } });
  expect(expected.at(-1)!.error).toMatch(/^DS5001 /);
});

test('the library', { timeout: 120_000 }, async () => {
  expect(steady(await throughLibrary(options()))).toEqual(expected);
});

test.skipIf(!hasJupyter)('the kernel', { timeout: 300_000 }, async () => {
  expect(steady(await throughKernel(options()))).toEqual(expected);
});

test('the terminal, through a pipe', { timeout: 120_000 }, async () => {
  const { stdout, stderr, code } = await throughPipe(options());
  expect(code).toBe(1);
  expect(stderr.trim()).toBe(expected.at(-1)!.error);
  // Everything that the cells show, in their order. What holds ids is left out of the comparison.
  let at = 0;
  for (const text of expected
    .flatMap((cell) => [cell.stdout, ...cell.displays, cell.text])
    .filter((each) => each !== '' && !each.includes('"session"'))) {
    const found = stdout.indexOf(text, at);
    expect(found, `${text} in ${stdout.slice(at)}`).not.toBe(-1);
    at = found + text.length;
  }
  expect(stdout).not.toContain('never reached');
});
