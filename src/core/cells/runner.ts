// A conversation's cells: compiled here, run in the sandbox, their errors led back to what was typed. Compiling and
// sources stay on this side of the wall, so that they outlive a sandbox host.
import { originalPositionFor } from '@jridgewell/trace-mapping';
import { fail, isDevsandboxError, messageOf } from '../common/errors.ts';
import type { DevsandboxError } from '../common/errors.ts';
import { ms } from '../common/units.ts';
import type { Milliseconds } from '../common/units.ts';
import { defaultPatience, Sandbox } from '../sandbox/index.ts';
import type { HostError, ScriptEnd } from '../sandbox/index.ts';
import type {
  CellError,
  CellFrame,
  CellGrants,
  CellResult,
  CellRunner,
  Completion,
  CompletionList,
  FrontPort,
  Inspection,
  MimeBundle,
  RunListeners,
  RunOptions,
} from '../sandbox/ports.ts';
import { codeFrame } from '../common/code-frame.ts';
import { compileCell } from './compile.ts';
import type { CompiledCell } from './compile.ts';
import { readCompleteness } from './completeness.ts';
import { keywords } from './keywords.ts';
import { nameAt, pathAt } from './path-at.ts';

export interface CellRunnerOptions {
  readonly front: FrontPort;
  /** Where imports of cells are resolved from; default: the process's. */
  readonly cwd?: string;
  /** Megabytes; default 256. */
  readonly memoryLimit?: number;
  /** Default 10 minutes. */
  readonly timeLimit?: Milliseconds;
  /** How long a cell may take to stop before its process is replaced; default 3 s. */
  readonly patience?: Milliseconds;
  readonly log?: (text: string) => void;
}

const defaultTimeLimit = ms(10 * 60_000);
const keptSources = 500;
const silent: RunListeners = { output: () => undefined, display: () => undefined };

/** Starts a sandbox host and gives the runner that owns it. */
export async function createCellRunner(options: CellRunnerOptions): Promise<CellRunner> {
  const runner = new Cells(options);
  await runner.start();
  return runner;
}

/** @internal what tests need besides */
export interface TestableRunner extends CellRunner {
  hostPid(): Promise<number | undefined>;
}

class Cells implements TestableRunner {
  readonly #options: CellRunnerOptions;
  readonly #sandbox: Sandbox;
  readonly #sources = new Map<string, CompiledCell>();
  #queue: Promise<unknown> = Promise.resolve();
  #hidden = 0;

  constructor(options: CellRunnerOptions) {
    this.#options = options;
    this.#sandbox = new Sandbox({
      front: options.front,
      cwd: options.cwd ?? process.cwd(),
      memoryLimit: options.memoryLimit ?? 256,
      patience: options.patience ?? defaultPatience,
      log: options.log ?? (() => undefined),
      describe: (error) => describe(this.#mapped(error)),
    });
  }

  start(): Promise<void> {
    return this.#sandbox.start();
  }

  hostPid(): Promise<number | undefined> {
    return this.#sandbox.hostPid();
  }

  run(code: string, options: RunOptions): Promise<CellResult> {
    return this.#inTurn(() => this.#run(code, options));
  }

  interrupt(): Promise<void> {
    return this.#sandbox.interrupt();
  }

  async complete(code: string, cursor: number): Promise<CompletionList> {
    const at = pathAt(code, cursor);
    if (!at) return { start: cursor, end: cursor, items: [] };
    const members = this.#sandbox.busy
      ? []
      : (((await this.#sandbox.look('members', { path: at.path }).catch(() => [])) as readonly Completion[] | null) ??
        []);
    const items = members
      .map((member) => fitting(member, at.quote))
      .filter((item): item is Completion => item?.text.startsWith(at.prefix) ?? false);
    if (at.path.length === 0)
      items.push(
        ...keywords.filter((word) => word.startsWith(at.prefix)).map((text) => ({ text, kind: 'keyword' }) as const),
      );
    return { start: at.start, end: cursor, items };
  }

  async inspect(code: string, cursor: number): Promise<Inspection> {
    const path = nameAt(code, cursor);
    if (path.length === 0 || this.#sandbox.busy) return { found: false, data: {} };
    const found = (await this.#sandbox.look('inspect', { path }).catch(() => undefined)) as
      | Inspection
      | null
      | undefined;
    return found ?? { found: false, data: {} };
  }

  isComplete(code: string): ReturnType<CellRunner['isComplete']> {
    return readCompleteness(code);
  }

  /** At once, also while a cell runs: it is data for that cell. */
  async assign(name: string, json: unknown): Promise<void> {
    await this.#sandbox.look('assign', { name, json: json === undefined ? null : json });
  }

  async evaluateJson(expression: string): Promise<unknown> {
    this.#hidden += 1;
    const cell = this.#compile(`(${expression}\n)`, `expression ${this.#hidden}`);
    const end = await this.#inTurn(() =>
      this.#sandbox.run({
        kind: 'json',
        name: cell.name,
        script: cell.script,
        listeners: silent,
        timeout: this.#options.timeLimit ?? defaultTimeLimit,
      }),
    );
    if ('stopped' in end) throw end.stopped;
    const { value, error } = end.result;
    if (error) throw fail('DS2020', { expression, reason: `${error.name}: ${error.message}` });
    if (!value || !('application/json' in value)) throw fail('DS2020', { expression, reason: 'it is not plain data' });
    return value['application/json'];
  }

  setGrants(grants: CellGrants): Promise<void> {
    return this.#sandbox.setGrants(grants);
  }

  async reset(): Promise<void> {
    this.#sources.clear();
    await this.#sandbox.reset();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sandbox[Symbol.asyncDispose]();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #run(code: string, { name, timeout, listeners }: RunOptions): Promise<CellResult> {
    const start = performance.now();
    const took = (): Milliseconds => ms(performance.now() - start);
    let cell: CompiledCell;
    try {
      cell = this.#compile(code, name);
    } catch (error) {
      return { status: 'error', error: unreadable(error, code, name), duration: took(), defined: [] };
    }
    let end: ScriptEnd;
    try {
      end = await this.#sandbox.run({
        kind: 'run',
        name,
        script: cell.script,
        listeners: this.#listening(listeners),
        timeout: timeout ?? this.#options.timeLimit ?? defaultTimeLimit,
      });
    } catch (error) {
      if (!isDevsandboxError(error)) throw error;
      end = { stopped: error };
    }
    if ('stopped' in end)
      return {
        status: end.stopped.code === 'DS2001' || end.stopped.code === 'DS2005' ? 'interrupted' : 'error',
        error: ours(end.stopped),
        duration: took(),
        defined: cell.defined,
      };
    const { status, error } = end.result;
    const value = end.result.value && this.#bundle(end.result.value);
    return {
      status,
      ...(value ? { value } : {}),
      ...(error ? { error: this.#mapped(error) } : {}),
      duration: took(),
      defined: cell.defined,
    };
  }

  #compile(code: string, name: string): CompiledCell {
    const cell = compileCell(code, name);
    this.#sources.set(name, cell);
    if (this.#sources.size > keptSources) this.#sources.delete(this.#sources.keys().next().value!);
    return cell;
  }

  #listening(listeners: RunListeners): RunListeners {
    return {
      output: (chunk) => listeners.output({ ...chunk, text: this.#text(chunk.text) }),
      display: (output) => listeners.display({ ...output, data: this.#bundle(output.data) }),
    };
  }

  #bundle(bundle: MimeBundle): MimeBundle {
    const text = bundle['text/plain'];
    return typeof text === 'string' ? { ...bundle, 'text/plain': this.#text(text) } : bundle;
  }

  /** Stacks within printed text: our frames out, places in cells as typed. */
  #text(text: string): string {
    if (!/^\s+at /m.test(text)) return text;
    return text
      .replace(/^\s+at [^\n]*(?:devsandbox:|<isolated-vm boundary>|\/core\/sandbox\/)[^\n]*\n?/gm, '')
      .replace(
        /^(\s+at [^\n]*?)(cell \d+):(\d+):(\d+)/gm,
        (whole, before: string, file: string, line: string, column: string) => {
          const frame = this.#frame({ file, line: Number(line), column: Number(column) });
          return frame ? `${before}${file}:${frame.line}:${frame.column}` : whole;
        },
      )
      .replace(/\n$/, text.endsWith('\n') ? '\n' : '');
  }

  /** Positions of the running script become those of what was typed. */
  #mapped({ name, message, code, frames, codeFrame: shown }: HostError): CellError {
    const mapped = frames.map((frame) => this.#frame(frame)).filter((frame) => frame !== undefined);
    // Around the first place that the user wrote: in a file of theirs, or in a cell.
    const first = mapped.find((frame) => this.#sources.has(frame.file));
    const source = first && this.#sources.get(first.file)?.source;
    return {
      name,
      message: assigned(message),
      ...(code === undefined ? {} : { code }),
      frames: mapped,
      codeFrame: shown ?? (source === undefined ? '' : codeFrame(source, first!)),
    };
  }

  #frame(frame: CellFrame): CellFrame | undefined {
    const cell = this.#sources.get(frame.file);
    if (!cell) return frame.file.startsWith('/') && !frame.file.includes('/core/sandbox/') ? frame : undefined;
    const found = originalPositionFor(cell.map, { line: frame.line, column: frame.column - 1 });
    if (found.line === null) return undefined;
    return { ...frame, line: found.line, column: found.column + 1 };
  }
}

/** The engine's words for a constant say how we keep it. */
const assigned = (message: string): string =>
  /^Cannot assign to read only property '.*' of object '#<Object>'$/.test(message)
    ? 'Assignment to constant variable.'
    : message;

function unreadable(error: unknown, source: string, name: string): CellError {
  if (!isDevsandboxError(error)) return { name: 'Error', message: messageOf(error), frames: [], codeFrame: '' };
  const { line, column } = error.details as { line?: number; column?: number };
  if (line === undefined || column === undefined) return ours(error);
  return {
    ...ours(error),
    name: 'SyntaxError',
    frames: [{ file: name, line, column }],
    codeFrame: codeFrame(source, { line, column }),
  };
}

const ours = (error: DevsandboxError): CellError => ({
  name: error.name,
  message: error.message,
  code: error.code,
  frames: [],
  codeFrame: '',
});

function describe({ name, message, frames, codeFrame: frame }: CellError): string {
  const at = frames[0];
  return [`${name}: ${message}${at ? ` (${at.file}:${at.line}:${at.column})` : ''}`, frame]
    .filter((part) => part !== '')
    .join('\n');
}

/** After a dot only names fit; inside quotes the key is text. */
function fitting(member: Completion, quote: string | undefined): Completion | undefined {
  if (quote !== undefined)
    return { ...member, text: member.text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) };
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(member.text) ? member : undefined;
}
