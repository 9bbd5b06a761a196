// The kernel in a real JupyterLab, in a real browser. Pictures are kept in test-artifacts/ to be looked at.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJupyter, jupyterHome, type JupyterHome } from '../../support/jupyter.ts';
import { chromiumPath, JupyterLab, type Notebook } from '../../support/jupyterlab.ts';

const missing = [...(hasJupyter ? [] : ['Jupyter in .venv']), ...(chromiumPath === undefined ? ['Chromium'] : [])];

describe.skipIf(missing.length > 0)(
  `kernel in JupyterLab${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : ''}`,
  () => {
    let home: JupyterHome;
    let lab: JupyterLab;
    let kernel: { name: string; title: string };

    beforeAll(async () => {
      home = jupyterHome();
      kernel = { name: home.install(), title: 'TypeScript (devsandbox)' };
      lab = await JupyterLab.start(home);
    });
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      home.dispose();
    });

    const finished = (notebook: Notebook, index: number, count: number): Promise<void> =>
      expect.poll(() => notebook.prompt(index).textContent(), { timeout: 60_000 }).toBe(`[${count}]:`);

    it('runs a notebook and shows values, text, objects, an error and a magic', async () => {
      const notebook = await lab.open('first.ipynb', kernel, [
        '# A first notebook\nTypeScript in cells, run by the devsandbox kernel.',
        'interface Item { name: string; price: number }\nconst items: Item[] = [{ name: "tea", price: 4 }, { name: "cup", price: 9 }];\nitems',
        'console.log("adding up");\nconsole.error("on the error stream");\nitems.reduce((sum, { price }) => sum + price, 0)',
        'function total(list: any[]) {\n  return list.map((item) => item.price.toFixed(2));\n}\ntotal([{}])',
        '%help record',
        'new Map([["open", new Set([1, 2, 3])]])',
      ]);
      await notebook.menu('Run', 'Run All Cells');
      await finished(notebook, 2, 3);
      expect(await notebook.output(1).allTextContents()).toEqual([
        expect.stringContaining('adding up'),
        expect.stringContaining('on the error stream'),
        expect.stringMatching(/\b13\s*$/),
      ]);
      expect(await notebook.output(2).textContent()).toMatch(/TypeError.*undefined/s);
      // "Run all" stops at an error, and what is behind it has not run.
      await expect.poll(() => notebook.prompt(3).textContent()).toBe('[ ]:');
      await notebook.cell(3).locator('.cm-content').click();
      await notebook.page.keyboard.press('Shift+Enter');
      await notebook.page.keyboard.press('Shift+Enter');
      await finished(notebook, 4, 5);
      expect(await notebook.output(3).first().textContent()).toContain('record');
      await notebook.picture('jupyterlab-notebook');
      await notebook.page.close();
    });

    it('interrupts an endless loop from the menu, restarts, and goes on', async () => {
      const notebook = await lab.open('loop.ipynb', kernel, [
        'const kept = 6 * 7;',
        'console.log("looping");\nwhile (true) {}',
        'kept',
        'typeof kept',
      ]);
      await notebook.cell(0).locator('.cm-content').click();
      for (let n = 0; n < 2; n++) await notebook.page.keyboard.press('Shift+Enter');
      await notebook.output(1).first().waitFor();
      expect(await notebook.prompt(1).textContent()).toBe('[*]:');
      await notebook.menu('Kernel', 'Interrupt Kernel');
      await finished(notebook, 1, 2);
      await notebook.page.keyboard.press('Shift+Enter');
      await finished(notebook, 2, 3);
      expect(await notebook.output(2).textContent()).toContain('42');
      await notebook.picture('jupyterlab-interrupted');
      await notebook.menu('Kernel', 'Restart Kernel…');
      await notebook.page.locator('.jp-Dialog-button.jp-mod-accept').click();
      await notebook.status('Idle');
      await notebook.cell(3).locator('.cm-content').click();
      await notebook.page.keyboard.press('Shift+Enter');
      await finished(notebook, 3, 1);
      expect(await notebook.output(3).textContent()).toContain('undefined');
      await notebook.page.close();
    });

    it('completes with Tab and explains with Shift-Tab', async () => {
      const notebook = await lab.open('help.ipynb', kernel, [
        'const basket = { apples: 3, apricots: 5 };',
        'basket.ap',
        'basket',
      ]);
      await notebook.cell(0).locator('.cm-content').click();
      await notebook.page.keyboard.press('Shift+Enter');
      await finished(notebook, 0, 1);
      await notebook.cell(1).locator('.cm-content').click();
      await notebook.page.keyboard.press('End');
      await notebook.page.keyboard.press('Tab');
      const completer = notebook.page.locator('.jp-Completer:not(.lm-mod-hidden)');
      await completer.waitFor();
      const names = await completer.locator('.jp-Completer-match').allTextContents();
      expect(names).toEqual(expect.arrayContaining(['apples', 'apricots']));
      await notebook.picture('jupyterlab-complete');
      await notebook.page.keyboard.press('Escape');
      await notebook.cell(2).locator('.cm-content').click();
      await notebook.page.keyboard.press('End');
      await notebook.page.keyboard.press('Shift+Tab');
      const tooltip = notebook.page.locator('.jp-Tooltip');
      await tooltip.waitFor();
      expect(await tooltip.textContent()).toMatch(/apples/);
      await notebook.picture('jupyterlab-inspect');
      await notebook.page.close();
    });
  },
);
