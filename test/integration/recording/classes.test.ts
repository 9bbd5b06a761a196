// Every form of function and class is recorded under concurrent requests and re-executes exactly, or is a gap that the
// tape names; nothing of a recording stays in the app.
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachNode } from '../../../src/core/targets/node/attach.ts';
import { replayCheck, startRecording, tapeGaps } from '../../../src/features/timetravel/index.ts';
import { compared, observed } from '../../support/leftovers.ts';
import { nodeBinary, type NodeMajor } from '../../support/nodes.ts';

const app = fileURLToPath(new URL('../../apps/classes/', import.meta.url));
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'devsandbox-classes-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The same app as CommonJS: its imports and exports are of one form only. */
async function asCommonJs(): Promise<string> {
  const folder = await mkdtemp(path.join(directory, 'commonjs-'));
  await cp(app, folder, { recursive: true });
  for (const file of await readdir(folder)) {
    const source = await readFile(path.join(folder, file), 'utf8');
    await writeFile(
      path.join(folder, file.replace('.mjs', '.cjs')),
      source
        .replace(/^import (\w+) from ('[^']+');/gm, 'const $1 = require($2);')
        .replace(/^import \{ (\w+) as (\w+) \} from ('[^']+');/gm, 'const { $1: $2 } = require($3);')
        .replace(/^import (\{[^}]+\}) from ('[^']+');/gm, 'const $1 = require($2);')
        .replace(/^export const (\w+) =/gm, 'const $1 = exports.$1 =')
        .replaceAll(".mjs'", ".cjs'"),
    );
  }
  return path.join(folder, 'main.cjs');
}

async function started(
  node: string,
  script: string,
): Promise<AsyncDisposable & { readonly pid: number; readonly url: string }> {
  const child: ChildProcess = spawn(node, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the app ended: ${output}`)));
    child.stdout!.on('data', (text: Buffer) => {
      output += text.toString();
      const found = /listening on (\S+)\n/.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    pid: child.pid!,
    url,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a gap says, without where the app lies. */
const named = ({ reason, place, detail }: { reason: string; place: string; detail?: string | undefined }): string =>
  `${reason} ${path.basename(place).replace(/:\d+$/, '').replace('.cjs', '.mjs')} ${detail ?? ''}`;

const rounds = 6;

test.each([
  { major: 20, format: 'module' },
  { major: 22, format: 'commonjs' },
  { major: 24, format: 'module' },
  { major: 26, format: 'module' },
] as const)('on Node $major ($format)', { timeout: 180_000 }, async ({ major, format }) => {
  const script = format === 'module' ? path.join(app, 'main.mjs') : await asCommonJs();
  await using running = await started(nodeBinary(major as NodeMajor), script);
  const ask = async (route: string): Promise<number> => {
    const answer = await fetch(`${running.url}/${route}`);
    await answer.text();
    return answer.status;
  };
  const routes = (await (await fetch(`${running.url}/routes`)).json()) as string[];
  const askAll = async (): Promise<readonly number[]> => Promise.all(routes.map(ask));
  const ok = routes.map(() => 200);
  expect(routes.length).toBeGreaterThan(30);
  expect(await askAll()).toEqual(ok);

  const target = await attachNode({ pid: running.pid });
  try {
    const before = await observed(target);
    const recording = await startRecording(target, { directory });
    for (let round = 0; round < rounds; round++) expect(await askAll()).toEqual(ok);
    const { path: tape } = await recording.stop();
    // Originals work on instances that were made meanwhile, and copies that are still held work as the originals do.
    expect(await askAll()).toEqual(ok);
    const { changed, copies, globals, listeners } = await compared(target, before);
    expect({ changed, copies, globals, listeners }).toEqual({ changed: [], copies: 0, globals: [], listeners: true });

    const report = await replayCheck(tape);
    expect(report.divergences).toEqual([]);
    expect(report.calls).toBeGreaterThanOrEqual(routes.length * rounds);
    // The one route that gives a generator to a stream, which runs it.
    expect(report.gaps.map((gap) => [gap.reason, path.basename(gap.place).replace('.cjs', '.mjs'), gap.calls])).toEqual(
      [['generator', expect.stringMatching(/^forms\.mjs:\d+$/), rounds]],
    );
    expect(report.exact).toBe(report.calls - rounds);

    const gaps = (await tapeGaps(tape)).filter(({ reason }) => reason !== 'function-not-found');
    expect(
      gaps
        .filter(({ reason }) => reason !== 'generator')
        .map(named)
        .toSorted(),
    ).toEqual([
      'construction privates.mjs calls that construct Bound are not exact: it makes a function',
      'not-instrumented members.mjs a class with #private members that was made inside a function',
      'not-instrumented members.mjs an object method that uses super',
      'not-instrumented members.mjs several classes were made from it; one is recorded',
    ]);
    for (const { remedy } of gaps) expect(remedy).not.toBe('');
  } finally {
    await target.detach();
  }
});
