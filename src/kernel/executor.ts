// `execute_request`s, one after another: each gets its busy, its output, its reply and its idle, in this order. A cell
// that fails takes those behind it along (`aborted`), as "run all" expects.
import { isDevsandboxError, messageOf } from '../core/common/errors.ts';
import type { CellError, RunListeners } from '../core/sandbox/ports.ts';
import type { Engine, ExecuteResult } from '../magics/engine.ts';
import type { History, HistoryEntry } from './history.ts';
import type { Iopub } from './iopub.ts';
import { mimeData } from './mime.ts';
import { field } from './request.ts';
import { errorContent, plainError } from './traceback.ts';
import type { Content, Message } from './wire.ts';

/**
 * Cells of one "run all" arrive one by one; those still on their way when an earlier one fails were sent before the
 * client could know, which their date tells. Only for so long, lest two clocks that differ abort what came much later.
 */
const abortWindowMs = 250;

export interface ExecutorOptions {
  /** Starts the engine when it does not run yet; a start that failed is tried again. */
  readonly engine: () => Promise<Engine>;
  readonly iopub: Iopub;
  readonly history: History;
  readonly reply: (request: Message, type: string, content: Content) => void;
}

/** Nothing reaches iopub; what the client asked for comes with the reply. */
const quiet: RunListeners = { output: () => undefined, display: () => undefined };

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #queue: Message[] = [];
  #running: Message | undefined;
  #engine: Engine | undefined;
  #drained: Promise<void> = Promise.resolve();
  #failedAt = -Infinity;
  /** The running cell was interrupted: those behind it are dropped once it has been answered. */
  #interrupted = false;
  /** Number of the next cell that counts. */
  #count = 1;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** The request whose cell runs now. */
  get running(): Message | undefined {
    return this.#running;
  }

  /** Resolves when everything sent so far has run. */
  get drained(): Promise<void> {
    return this.#drained;
  }

  enqueue(request: Message): void {
    if (Date.now() - this.#failedAt < abortWindowMs && Date.parse(request.header.date) < this.#failedAt) {
      this.#abort(request);
      return;
    }
    this.#queue.push(request);
    if (!this.#running && this.#queue.length === 1) this.#drained = this.#drain();
  }

  /** Ends the running cell and drops those that wait. */
  async interrupt(): Promise<void> {
    if (!this.#running) return;
    this.#interrupted = true;
    await this.#engine?.interrupt();
  }

  async #drain(): Promise<void> {
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#running = request;
      await this.#execute(request);
      this.#running = undefined;
      this.#interrupted = false;
    }
  }

  #abort(request: Message): void {
    const { iopub, reply } = this.#options;
    iopub.status(request.header, 'busy');
    reply(request, 'execute_reply', { status: 'aborted' });
    iopub.status(request.header, 'idle');
  }

  async #execute(request: Message): Promise<void> {
    const { iopub, reply } = this.#options;
    iopub.status(request.header, 'busy');
    let content: Content;
    let stopped = false;
    try {
      content = await this.#run(request);
      stopped = content['status'] === 'error' && field(request, 'stop_on_error', 'boolean', true);
    } catch (error) {
      const trouble = isDevsandboxError(error) ? error.name : 'InternalError';
      content = { status: 'error', execution_count: this.#count, ...plainError(trouble, messageOf(error)) };
      iopub.publish('error', request.header, plainError(trouble, messageOf(error)));
      stopped = true;
    }
    iopub.flush();
    // Taken before the answer leaves: what the client sends upon it may be here before the next line runs.
    const dropped = stopped || this.#interrupted ? this.#queue.splice(0) : [];
    if (stopped || this.#interrupted) this.#failedAt = Date.now();
    reply(request, 'execute_reply', content);
    iopub.status(request.header, 'idle');
    for (const each of dropped) this.#abort(each);
  }

  async #run(request: Message): Promise<Content> {
    const { iopub, history } = this.#options;
    const code = field(request, 'code', 'string');
    const silent = field(request, 'silent', 'boolean', false);
    const counts = !silent && field(request, 'store_history', 'boolean', true) && code.trim() !== '';
    const expressions = expressionsOf(request);
    const count = this.#count;
    let entry: HistoryEntry | undefined;
    if (counts) {
      this.#count++;
      entry = history.add(count, code);
    }
    if (!silent) iopub.publish('execute_input', request.header, { code, execution_count: count });
    const engine = (this.#engine = await this.#options.engine());
    const listeners: RunListeners = silent
      ? quiet
      : {
          output: (chunk) => iopub.stream(request.header, chunk),
          display: (output) => iopub.display(request.header, output),
        };
    if (code.trim() !== '') {
      const result = await engine.execute(code, { silent: !counts, listeners });
      if (counts) this.#count = Math.max(this.#count, result.cell + 1);
      if (result.status !== 'ok') {
        const error = errorContent(result.error ?? interruption);
        if (!silent) iopub.publish('error', request.header, error);
        return { status: 'error', execution_count: count, ...error };
      }
      if (!silent) this.#publishResult(request, count, result, entry);
    }
    const answers = await evaluate(engine, expressions);
    return { status: 'ok', execution_count: count, user_expressions: answers, payload: [] };
  }

  #publishResult(request: Message, count: number, result: ExecuteResult, entry: HistoryEntry | undefined): void {
    if (!result.data || Object.keys(result.data).length === 0) return;
    const data = mimeData(result.data);
    // JupyterLab prefers JSON and shows it as a tree: of a number or a text that would be a tree of one root.
    const json = data['application/json'];
    if ('text/plain' in data && (typeof json !== 'object' || json === null)) delete data['application/json'];
    if (entry && typeof data['text/plain'] === 'string') entry.output = data['text/plain'];
    this.#options.iopub.publish('execute_result', request.header, { execution_count: count, data, metadata: {} });
  }
}

const interruption: CellError = { name: 'Interrupted', message: 'the cell was interrupted', frames: [], codeFrame: '' };

function expressionsOf(request: Message): [name: string, code: string][] {
  const given = request.content['user_expressions'];
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

/** `user_expressions`: each answered on its own; one that fails does not fail the cell. */
async function evaluate(engine: Engine, expressions: readonly [name: string, code: string][]): Promise<Content> {
  const answers: Record<string, unknown> = {};
  for (const [name, code] of expressions) {
    const { status, data, error } = await engine.execute(code, { silent: true, listeners: quiet });
    answers[name] =
      status === 'ok'
        ? { status: 'ok', data: mimeData(data ?? {}), metadata: {} }
        : { status: 'error', ...errorContent(error ?? interruption) };
  }
  return answers;
}
