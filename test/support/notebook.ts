// Runs a notebook from top to bottom under nbclient, as CI and papermill do.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python, runProgram, type JupyterHome } from './jupyter.ts';

export interface NotebookCell {
  readonly number: number;
  readonly source: string;
  /** Null for a cell that was not reached. */
  readonly count: number | null;
  readonly errors: readonly string[];
  readonly text: string;
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly displays: readonly Readonly<Record<string, unknown>>[];
}

export interface ExecutedNotebook {
  readonly cells: readonly NotebookCell[];
  /** Set when not a cell but the run failed: the kernel died, a cell took too long. */
  readonly failure: string | null;
  readonly log: string;
}

export async function executeNotebook(
  path: string,
  options: {
    readonly home: JupyterHome;
    readonly kernel: string;
    readonly folder: string;
    readonly cellLimitSeconds?: number;
  },
): Promise<ExecutedNotebook> {
  const { home, kernel, folder, cellLimitSeconds = 120 } = options;
  const script = fileURLToPath(new URL('execute_notebook.py', import.meta.url));
  const target = join(home.folder, 'executed.ipynb');
  const { stdout, stderr, code } = await runProgram(
    python,
    [script, path, target, folder, kernel, String(cellLimitSeconds)],
    { env: home.env, cwd: folder, limitMs: 280_000 },
  );
  if (code !== 0) return { cells: [], failure: `exit code ${code}`, log: stderr };
  return { ...(JSON.parse(stdout) as Omit<ExecutedNotebook, 'log'>), log: stderr };
}
