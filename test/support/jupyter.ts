// Jupyter as tests use it: the virtual environment that scripts/setup.js makes, and a Jupyter home of the test's own, so
// that neither the user's kernels nor their settings play a part.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installKernel, type InstallOptions } from '../../src/kernel/index.ts';

const venv = fileURLToPath(new URL('../../.venv/', import.meta.url));
export const python = join(venv, 'bin', 'python');
/** False where Python packages cannot be installed; tests then skip with this as the reason. */
export const hasJupyter = existsSync(join(venv, 'bin', 'jupyter-lab'));

export interface JupyterHome {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  install(options?: Omit<InstallOptions, 'where'>): string;
  dispose(): void;
}

/** A folder with Jupyter's settings, runtime files and kernels. */
export function jupyterHome(): JupyterHome {
  const folder = mkdtempSync(join(tmpdir(), 'devsandbox-jupyter-'));
  const at = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: at('home'),
    IPYTHONDIR: at('ipython'),
    JUPYTER_CONFIG_DIR: at('config'),
    JUPYTER_DATA_DIR: at('data'),
    JUPYTER_RUNTIME_DIR: at('runtime'),
    JUPYTER_PATH: join(at('prefix'), 'share', 'jupyter'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    PATH: `${join(venv, 'bin')}:${process.env['PATH'] ?? ''}`,
  };
  // What a test runner sets for itself is not what people have.
  for (const name of ['NODE_OPTIONS', 'VIRTUAL_ENV', 'FORCE_COLOR', 'NO_COLOR']) delete env[name];
  return {
    folder,
    env,
    install: (options) => installKernel({ ...options, where: { prefix: join(folder, 'prefix') } }).name,
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; when the time is over it and its children are killed. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly limitMs: number },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    // In a group of its own, so that what it started can be ended with it.
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      stderr += `\nkilled after ${options.limitMs} ms`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, options.limitMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
