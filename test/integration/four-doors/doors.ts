// The four ways in, each giving what it showed of every cell in the same form.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attach } from '../../../src/api/index.ts';
import { readCells } from '../../../src/cli/script.ts';
import { dataType } from '../../../src/kernel/mime.ts';
import { jupyterHome, runProgram } from '../../support/jupyter.ts';
import { executeNotebook } from '../../support/notebook.ts';

export interface SeenCell {
  readonly status: 'ok' | 'error';
  readonly text: string;
  readonly json: unknown;
  readonly stdout: string;
  readonly displays: readonly string[];
  readonly error: string | undefined;
}

export interface DoorOptions {
  readonly script: string;
  readonly target: string;
  /** For files of the run. */
  readonly folder: string;
}

const binary = fileURLToPath(new URL('../../../bin/devsandbox.js', import.meta.url));
const limitMs = 100_000;

const environment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  DEVSANDBOX_HOME: join(folder, 'state'),
  NODE_OPTIONS: '',
  NO_COLOR: '1',
});

/** Notebooks show scalars as text only, so JSON is compared where it has a structure. */
const structured = (json: unknown): unknown => (typeof json === 'object' && json !== null ? json : undefined);

export async function throughRun({ script, target, folder }: DoorOptions): Promise<readonly SeenCell[]> {
  const { stdout, stderr, code } = await runProgram(
    process.execPath,
    [binary, 'run', script, '--attach', target, '--json'],
    { env: environment(folder), cwd: folder, limitMs },
  );
  if (code !== 1) throw new Error(`exit code ${code}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const cell = JSON.parse(line) as {
        status: 'ok' | 'error';
        data: Record<string, unknown>;
        stdout: string;
        displays?: Record<string, unknown>[];
        error?: { message: string };
      };
      return {
        status: cell.status,
        text: String(cell.data['text/plain'] ?? ''),
        json: structured(cell.data['application/json']),
        stdout: cell.stdout,
        displays: (cell.displays ?? []).map((each) => String(each['text/plain'])),
        error: cell.error?.message,
      };
    });
}

export async function throughLibrary({ script, target, folder }: DoorOptions): Promise<readonly SeenCell[]> {
  await using session = await attach(target, { directory: folder, auditPath: join(folder, 'audit-library.jsonl') });
  const seen: SeenCell[] = [];
  for (const cell of readCells(script)) {
    const displays: string[] = [];
    let stdout = '';
    const listeners = {
      output: ({ text }: { text: string }) => void (stdout += text),
      display: ({
        data,
        metadata,
      }: {
        data: Record<string, unknown>;
        metadata?: Readonly<Record<string, unknown>>;
      }) => {
        if (!metadata?.['devsandbox']) displays.push(String(data['text/plain']));
      },
    };
    try {
      const { data } = await session.run(cell, listeners);
      seen.push({
        status: 'ok',
        text: String(data['text/plain'] ?? ''),
        json: structured(data['application/json']),
        stdout,
        displays,
        error: undefined,
      });
    } catch (error) {
      seen.push({ status: 'error', text: '', json: undefined, stdout, displays, error: (error as Error).message });
      break;
    }
  }
  return seen;
}

export async function throughKernel({ script, target, folder }: DoorOptions): Promise<readonly SeenCell[]> {
  const home = jupyterHome();
  try {
    const kernel = home.install({ attach: target });
    const path = join(folder, 'script.ipynb');
    const cells = readCells(script).map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    }));
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const executed = await executeNotebook(path, { home, kernel, folder });
    if (executed.failure !== null) throw new Error(`${executed.failure}\n${executed.log}`);
    return executed.cells
      .filter((cell) => cell.count !== null)
      .map((cell) => ({
        status: cell.errors.length > 0 ? 'error' : 'ok',
        text: plain(cell.results[0]),
        json: structured(cell.results[0]?.[dataType] ?? cell.results[0]?.['application/json']),
        stdout: cell.text,
        displays: cell.displays.map(plain),
        error: cell.errors[0]?.replace(/^[\w.]+: /, ''),
      }));
  } finally {
    home.dispose();
  }
}

// A notebook file keeps texts as one string or as lines.
const plain = (data: Readonly<Record<string, unknown>> | undefined): string => {
  const text = data?.['text/plain'] ?? '';
  return Array.isArray(text) ? text.join('') : String(text);
};

/** What the terminal prints; it has no cells to tell apart. */
export function throughPipe({
  script,
  target,
  folder,
}: DoorOptions): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, 'repl', '--attach', target], {
      env: environment(folder),
      cwd: folder,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, code });
    });
    child.stdin.on('error', () => undefined); // it stops reading at the first error
    child.stdin.end(readCells(script).join('\n// %%\n'));
  });
}
