// Notebooks made here, run by nbclient: what a notebook keeps is what its cells made.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJupyter, jupyterHome, type JupyterHome } from '../../support/jupyter.ts';
import { executeNotebook, type ExecutedNotebook } from '../../support/notebook.ts';

describe.skipIf(!hasJupyter)(
  `kernel under nbclient${hasJupyter ? '' : ' (skipped: no Jupyter in .venv, run scripts/setup.js test)'}`,
  () => {
    let home: JupyterHome;
    let kernel: string;
    beforeAll(() => {
      home = jupyterHome();
      kernel = home.install();
    });
    afterAll(() => home.dispose());

    const run = (sources: readonly string[]): Promise<ExecutedNotebook> => {
      const path = join(home.folder, 'made.ipynb');
      const cells = sources.map((source, index) => ({
        id: `c${index}`,
        cell_type: 'code',
        source,
        metadata: {},
        outputs: [],
        execution_count: null,
      }));
      writeFileSync(
        path,
        JSON.stringify({
          nbformat: 4,
          nbformat_minor: 5,
          metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'typescript' } },
          cells,
        }),
      );
      return executeNotebook(path, { home, kernel, folder: home.folder });
    };

    it('keeps values, text and order', async () => {
      const { cells, failure, log } = await run([
        'interface Item { price: number }\nconst items: Item[] = [{ price: 2 }, { price: 3 }];',
        'console.log("adding");\nitems.reduce((sum, { price }) => sum + price, 0)',
        '%help record',
      ]);
      expect(failure, log).toBeNull();
      expect(cells.map(({ count }) => count)).toEqual([1, 2, 3]);
      expect(cells[1]).toMatchObject({ text: 'adding\n', errors: [] });
      expect(cells[1]!.results[0]!['text/plain']).toBe('5');
      expect(cells[2]!.errors).toEqual([]);
      expect(cells[2]!.results.length + cells[2]!.displays.length + cells[2]!.text.length).toBeGreaterThan(0);
    });

    it('stops at the first error, with its name', async () => {
      const { cells } = await run(['1', 'null!.x', '3']);
      expect(cells.map(({ count, errors }) => [count, errors.length])).toEqual([
        [1, 0],
        [2, 1],
        [null, 0],
      ]);
      expect(cells[1]!.errors[0]).toMatch(/^TypeError: /);
    });

    it('keeps all results and all lines of 200 cells', async () => {
      const { cells, failure, log } = await run(
        Array.from({ length: 200 }, (_, n) => `for (let i = 0; i < 50; i++) console.log(${n}, i);\n${n} * 2`),
      );
      expect(failure, log).toBeNull();
      expect(cells.map(({ results }) => results[0]?.['text/plain'])).toEqual(
        Array.from({ length: 200 }, (_, n) => String(n * 2)),
      );
      for (const [n, cell] of cells.entries())
        expect(cell.text).toBe(Array.from({ length: 50 }, (_, i) => `${n} ${i}\n`).join(''));
    });
  },
);
