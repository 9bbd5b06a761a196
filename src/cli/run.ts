// `devsandbox run`: the cells of a script or a notebook, one after another, until one fails. With --json one object a
// line for each cell, for machines; without, what a person would have seen in the terminal.
import type { CellError, DisplayOutput, MimeBundle } from '../core/sandbox/ports.ts';
import { createEngine, type EngineOptions } from '../magics/compose.ts';
import { showCellError } from '../magics/display/errors.ts';
import { isProgress } from '../magics/display/progress.ts';
import { styleOf } from '../magics/display/style.ts';
import type { Engine } from '../magics/engine.ts';
import { readCells } from './script.ts';

export async function runFile(
  path: string,
  options: EngineOptions,
  { json }: { readonly json: boolean },
): Promise<void> {
  const cells = readCells(path);
  await using engine = await createEngine({
    ...options,
    style: () => ({ ...styleOf(process.stdout), ...(json ? { color: false } : {}) }),
  });
  using _ = interruptible(engine);
  for (const [index, code] of cells.entries()) {
    const ok = json ? await runJson(engine, code, index + 1) : await runShown(engine, code);
    if (!ok) {
      process.exitCode = 1;
      return;
    }
  }
}

/** One magic, as `devsandbox targets` needs it. */
export async function runMagic(line: string): Promise<void> {
  await using engine = await createEngine({ style: () => styleOf(process.stdout) });
  using _ = interruptible(engine);
  if (!(await runShown(engine, line))) process.exitCode = 1;
}

async function runShown(engine: Engine, code: string): Promise<boolean> {
  const { status, data, error } = await engine.execute(code, {
    listeners: {
      output: ({ stream, text }) => void (stream === 'stdout' ? process.stdout : process.stderr).write(text),
      display: (output) => {
        if (!isProgress(output)) writeText(output.data);
      },
    },
  });
  if (data) writeText(data);
  if (error) process.stderr.write(`${showCellError(error, styleOf(process.stderr))}\n`);
  return status === 'ok';
}

const writeText = (bundle: MimeBundle): void => {
  const text = String(bundle['text/plain'] ?? '');
  if (text !== '') process.stdout.write(`${text}\n`);
};

/** What `--json` writes for each cell. */
export interface CellLine {
  readonly cell: number;
  readonly status: 'ok' | 'error';
  readonly error?: CellError;
  readonly data: MimeBundle;
  /** What the cell displayed besides its value. */
  readonly displays?: readonly MimeBundle[];
  readonly stdout: string;
  readonly stderr?: string;
  readonly ms: number;
}

async function runJson(engine: Engine, code: string, cell: number): Promise<boolean> {
  const text = { stdout: '', stderr: '' };
  const displays: DisplayOutput[] = [];
  const { status, data, error, duration } = await engine.execute(code, {
    listeners: {
      output: (chunk) => void (text[chunk.stream] += chunk.text),
      display: (output) => {
        if (isProgress(output)) return;
        const shown = output.update ? displays.findIndex((each) => each.displayId === output.displayId) : -1;
        if (shown === -1) displays.push(output);
        else displays[shown] = output;
      },
    },
  });
  const line: CellLine = {
    cell,
    status: status === 'ok' ? 'ok' : 'error',
    ...(error ? { error } : {}),
    data: data ?? {},
    ...(displays.length > 0 ? { displays: displays.map((each) => each.data) } : {}),
    stdout: text.stdout,
    ...(text.stderr === '' ? {} : { stderr: text.stderr }),
    ms: Number(duration.toFixed(3)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return status === 'ok';
}

/** Ctrl-C ends the running cell, and with it the run; a second one ends the process. */
function interruptible(engine: Engine): Disposable {
  let asked = 0;
  const listener = (): void => {
    asked += 1;
    if (asked > 1) process.exit(130);
    void engine.interrupt();
  };
  process.on('SIGINT', listener);
  return { [Symbol.dispose]: () => void process.off('SIGINT', listener) };
}
