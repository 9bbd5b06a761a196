// The language service as a process: errors of texts that are on no disk, bounds, and its end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { LanguageService } from '../../../src/core/cells/language-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'devsandbox-language-'));
const file = join(folder, 'a.ts');
writeFileSync(file, 'export const one: number = 1;\n');
afterAll(() => rmSync(folder, { recursive: true }));

it('gives the errors of each text, at their offsets', async () => {
  await using service = new LanguageService({ directory: folder });
  const text = 'export const one: number = 1;\nconst two: string = one;\n';
  expect(await service.errorsOf(file, ['export const one = 1;', text])).toEqual({
    errors: [[], [{ code: 2322, message: expect.stringContaining('not assignable'), start: text.indexOf('two') }]],
  });
  const imported = await service.errorsOf(join(folder, 'b.ts'), ["import { one } from './a.ts'; one.length;"]);
  expect(imported).toMatchObject({ errors: [expect.arrayContaining([expect.objectContaining({ code: 2339 })])] });
});

it('does not wait for a server that does not answer', async () => {
  await using service = new LanguageService({
    directory: folder,
    patience: 200,
    command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
  });
  expect(await service.errorsOf(file, [''])).toEqual({ problem: 'TypeScript did not answer within 0.2 s' });
});

it('says so when there is none, and starts it anew the next time', async () => {
  await using missing = new LanguageService({ directory: folder, command: [join(folder, 'nothing')] });
  expect(await missing.errorsOf(file, [''])).toEqual({ problem: expect.stringContaining('did not start') });
  await using dying = new LanguageService({ directory: folder, command: [process.execPath, '-e', ''] });
  for (let i = 0; i < 2; i++) expect(await dying.errorsOf(file, [''])).toEqual({ problem: 'TypeScript has ended' });
});

it('ends its process, and answers no more', async () => {
  const pidFile = join(folder, 'pid');
  const script = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
  const service = new LanguageService({ directory: folder, patience: 500, command: [process.execPath, '-e', script] });
  await service.errorsOf(file, ['']);
  await service[Symbol.asyncDispose]();
  const { readFileSync } = await import('node:fs');
  expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
  expect(await service.errorsOf(file, [''])).toEqual({ problem: 'the session has ended' });
});
