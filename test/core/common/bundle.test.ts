import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleInjected, cacheFolder, makeBundle } from '../../../src/core/common/bundle.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  await writeFile(join(folder, 'part.ts'), 'export const double = (n: number): number => n * 2;\n');
  await writeFile(
    join(folder, 'entry.ts'),
    `import { double } from './part.ts';
export interface Answer { readonly value: number }
export function answer(): Answer { return { value: double(21) }; }
export function where(): string { return new Error('here').stack ?? ''; }
export const strict = (function (this: unknown) { return this === undefined; })();\n`,
  );
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  const kept = await readdir(cacheFolder);
  for (const file of kept) if (file.startsWith('test-')) await rm(join(cacheFolder, file), { force: true });
});

interface Exports {
  answer(): { value: number };
  where(): string;
  strict: boolean;
}

test('the code is one expression, whose value is the exports of the entry', async () => {
  const { code, hash } = await bundleInjected(pathToFileURL(join(folder, 'entry.ts')), { name: 'test-sample' });
  const exported = (0, eval)(`(() => { const all = ${code}; return all; })()`) as Exports;
  expect(exported.answer()).toEqual({ value: 42 });
  expect(exported.strict).toBe(true);
  expect(exported.where()).toContain('devsandbox:test-sample');
  expect(code.match(/^\/\/# sourceURL=(.*)$/m)?.[1]).toBe('devsandbox:test-sample');
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('syntax newer than Node 20 is lowered', async () => {
  await writeFile(
    join(folder, 'entry.ts'),
    `export const log: string[] = [];
export function run(): void { using _ = { [Symbol.dispose ?? Symbol.for('dispose')]: () => void log.push('gone') } as Disposable; log.push('in'); }\n`,
  );
  const { code } = await makeBundle(join(folder, 'entry.ts'), { name: 'lowered' });
  expect(code).not.toMatch(/\busing _\b/);
});

test('a change in any input gives other code, an unchanged one the same', async () => {
  const entry = join(folder, 'entry.ts');
  const first = await bundleInjected(entry, { name: 'test-changing' });
  await writeFile(join(folder, 'part.ts'), 'export const double = (n: number): number => n * 3;\n');
  // A different spelling of the options is a different bundle within the process, but the same kept file is not valid.
  const second = await bundleInjected(entry, { name: 'test-changing', define: {} });
  const third = await bundleInjected(entry, { name: 'test-changing', alias: {} });
  expect(second.hash).not.toBe(first.hash);
  expect(third.hash).toBe(second.hash);
});

test('without the source and without a build it says what to do', async () => {
  await expect(bundleInjected(join(folder, 'gone.ts'), { name: 'no-such-bundle' })).rejects.toMatchObject({
    code: 'DS6090',
  });
});

test('code for isolates may not lean on a builtin', async () => {
  await writeFile(
    join(folder, 'entry.ts'),
    `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n`,
  );
  await expect(makeBundle(join(folder, 'entry.ts'), { name: 'inside', platform: 'isolate' })).rejects.toThrow(
    /node:fs/,
  );
});
