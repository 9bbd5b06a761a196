// A real JupyterLab server of the test's own, and a Chromium that looks at it.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { JupyterHome } from './jupyter.ts';

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const pictures = fileURLToPath(new URL('../../test-artifacts/', import.meta.url));
const token = 'devsandbox-test';

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const delay = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class JupyterLab implements AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly browser: Browser;
  readonly #server: ChildProcess;

  private constructor(parts: {
    readonly url: string;
    readonly folder: string;
    readonly browser: Browser;
    readonly server: ChildProcess;
  }) {
    this.url = parts.url;
    this.folder = parts.folder;
    this.browser = parts.browser;
    this.#server = parts.server;
  }

  static async start(home: JupyterHome): Promise<JupyterLab> {
    const folder = join(home.folder, 'work');
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const args = [
      '--no-browser',
      '--allow-root',
      '--ServerApp.ip=127.0.0.1',
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ];
    const server = spawn('jupyter-lab', args, {
      env: home.env,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let log = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
    try {
      for (const end = Date.now() + 90_000; ; await delay(100)) {
        const answer = await fetch(`${url}/api/status?token=${token}`).catch(() => undefined);
        if (answer?.ok) break;
        if (server.exitCode !== null || Date.now() > end) throw new Error(`JupyterLab did not start:\n${log}`);
      }
      const browser = await chromium.launch({
        executablePath: chromiumPath!,
        args: ['--no-sandbox', '--headless=new', '--disable-gpu', '--disable-dev-shm-usage'],
      });
      return new JupyterLab({ url, folder, browser, server });
    } catch (error) {
      if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
      throw error;
    }
  }

  /** Opens a new notebook with these cells; code cells unless they begin with `#`. */
  async open(
    name: string,
    kernel: { readonly name: string; readonly title: string },
    sources: readonly string[],
  ): Promise<Notebook> {
    const cells = sources.map((source, index) =>
      source.startsWith('#')
        ? { id: `c${index}`, cell_type: 'markdown', source, metadata: {} }
        : { id: `c${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
    );
    const metadata = { kernelspec: { name: kernel.name, display_name: kernel.title, language: 'typescript' } };
    writeFileSync(join(this.folder, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
    const page = await this.browser.newPage({ viewport: { width: 1200, height: 1000 } });
    page.setDefaultTimeout(60_000);
    // The question about news would lie over every picture.
    await page.addInitScript(
      'document.addEventListener("DOMContentLoaded", () => { const style = document.createElement("style"); style.textContent = ".Toastify { display: none }"; document.head.append(style); })',
    );
    await page.goto(`${this.url}/lab/tree/${name}?token=${token}&reset`);
    const notebook = new Notebook(page);
    await notebook.cell(0).waitFor();
    await notebook.status('Idle');
    return notebook;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    const { pid } = this.#server;
    if (pid === undefined || this.#server.exitCode !== null) return;
    const closed = new Promise((resolve) => this.#server.once('exit', resolve));
    process.kill(-pid, 'SIGTERM');
    await Promise.race([closed, delay(15_000)]);
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
  }
}

/** A notebook on the screen. */
export class Notebook {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Code cell by its place, from 0. */
  cell(index: number): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell').nth(index);
  }

  output(index: number): Locator {
    return this.cell(index).locator('.jp-OutputArea-output');
  }

  prompt(index: number): Locator {
    return this.cell(index).locator('.jp-InputPrompt');
  }

  /**
   * Waits until the status bar says so. The indicator in the toolbar is idle before there is a kernel at all, and
   * JupyterLab drops what is run then.
   */
  async status(wanted: 'Idle' | 'Busy'): Promise<void> {
    await this.page
      .locator('#jp-main-statusbar')
      .getByText(new RegExp(`\\| ${wanted}$`))
      .waitFor();
  }

  /** A command by its name in the menu "Run" or "Kernel". */
  async menu(menu: string, item: string): Promise<void> {
    await this.page.locator('.lm-MenuBar-item', { hasText: new RegExp(`^${menu}$`) }).click();
    await this.page.locator('.lm-Menu-item', { hasText: item }).first().click();
  }

  async picture(name: string): Promise<string> {
    mkdirSync(pictures, { recursive: true });
    const path = join(pictures, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}
