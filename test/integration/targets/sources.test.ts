// What a person wrote is found behind what runs: stripped types, map files, inline maps; and a function of it replaced.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { attach } from '../../../src/core/targets/index.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { startTarget } from '../../support/target-process.ts';

const cwd = fileURLToPath(new URL('../../apps/target-ts/', import.meta.url));

it.each(([24, 26] as const).filter((each) => existsSync(nodeBinary(each))))(
  'TypeScript by type stripping, and source maps, on Node %i',
  async (major) => {
    await using app = await startTarget({
      major,
      cwd,
      script: 'app.ts',
      options: ['--no-warnings', '--require', './mapped.cjs', '--require', './inline.cjs'],
    });
    await using target = await attach('target-ts');
    expect((await target.modules()).map((each) => each.id)).toEqual(
      expect.arrayContaining(['app.ts', 'mapped.cjs', 'inline.cjs']),
    );
    const source = await target.source('app.ts');
    expect(source.running).not.toContain('interface');
    expect(source).toMatchObject({ originalPath: 'app.ts', original: readFileSync(`${cwd}app.ts`, 'utf8') });
    expect(await target.source('mapped.cjs')).toMatchObject({
      originalPath: 'mapped.ts',
      original: expect.stringContaining('let n: number'),
    });
    expect(await target.source('inline.cjs')).toMatchObject({
      originalPath: 'inline.ts',
      original: expect.stringContaining('(): number'),
    });
    expect(await target.read({ module: 'app.ts', variable: 'total' })).toMatchObject({
      kind: 'function',
      place: 'app.ts:9',
      preview: 'function total(id) {…}',
    });
    await target.write({ module: 'app.ts', variable: 'factor' }, '3');
    expect(await app.get()).toEqual({ total: 12 });
    const replaced = await target.replaceFunction(
      { module: 'app.ts', variable: 'total' },
      'function total(id: string): number { return items.get(id)!.price * factor + 1000; }',
    );
    expect(replaced.missed).toEqual([]);
    expect(await app.get()).toEqual({ total: 1012 });
    await target.restoreFunction(replaced.id);
    expect(await app.get()).toEqual({ total: 12 });
  },
);
