// Every notebook in notebooks/ runs from top to bottom without an error. A new notebook needs no code here.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJupyter, jupyterHome, type JupyterHome } from '../support/jupyter.ts';
import { executeNotebook } from '../support/notebook.ts';

const folder = fileURLToPath(new URL('../../notebooks/', import.meta.url));
const found = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
const notebooks = found.filter((name) => name.endsWith('.ipynb') && !name.includes('.ipynb_checkpoints')).toSorted();

describe.skipIf(!hasJupyter)(
  `notebooks${hasJupyter ? '' : ' (skipped: no Jupyter in .venv, run scripts/setup.js test)'}`,
  () => {
    let home: JupyterHome;
    let kernel: string;
    beforeAll(() => {
      home = jupyterHome();
      kernel = home.install();
    });
    afterAll(() => home.dispose());

    it('are there', () => {
      expect(notebooks).not.toEqual([]);
    });

    it.each(notebooks)('%s', async (name) => {
      const path = join(folder, name);
      const { cells, failure, log } = await executeNotebook(path, { home, kernel, folder });
      expect(failure, log).toBeNull();
      const wrong = cells
        .filter(({ count, errors }) => errors.length > 0 || count === null)
        .map(({ number, source, errors }) => ({ number, source, errors }));
      expect(wrong, log).toEqual([]);
      const written = JSON.parse(readFileSync(path, 'utf8')) as { cells: { cell_type: string }[] };
      expect(cells).toHaveLength(written.cells.filter((cell) => cell.cell_type === 'code').length);
    });
  },
);
