// The engine behind every front door: one cell after another, each made of code for the isolate, magics for the front,
// or both. A cell of magics alone never touches the isolate, so that `%status` answers even when an isolate does not.
import { fail } from '../core/common/errors.ts';
import { ms, type Milliseconds } from '../core/common/units.ts';
import type {
  CellError,
  CellResult,
  CellRunner,
  CompletionList,
  Inspection,
  MimeBundle,
  RunListeners,
} from '../core/sandbox/ports.ts';
import { CellFailure } from './cell-failure.ts';
import { readCell, type Cell, type LineUse, type MagicLine } from './cell.ts';
import { completeCode, completeMagic } from './complete.ts';
import type { MagicContext } from './declare.ts';
import { toCellError } from './display/errors.ts';
import { createProgress } from './display/progress.ts';
import type { TextStyle } from './display/style.ts';
import type { Engine, EngineStatus, ExecuteOptions, ExecuteResult } from './engine.ts';
import type { LazyRunner } from './lazy-runner.ts';
import { performCall, performLine, type Performed } from './perform.ts';
import { answerQuestion, inspectAt } from './question.ts';
import type { Services } from './services.ts';
import { splitInterpolations, type LinePart } from './words.ts';

export interface ConversationOptions {
  readonly services: Services;
  readonly runner: LazyRunner;
  readonly style: () => TextStyle;
  /** Names that cells see besides their own, asked again before each cell: `tape`, `last`. */
  readonly bindings: () => Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

/** What runs now. */
interface Run {
  readonly listeners: RunListeners;
  readonly abort: AbortController;
  readonly timeout: Milliseconds | undefined;
  /** Whether an isolate is at work: an idle one has nothing to interrupt, and a busy one takes no second cell. */
  inIsolate?: boolean;
  /** How the magic that ends a mixed cell is to be shown. */
  value?: MimeBundle;
}

type Outcome = Pick<ExecuteResult, 'status'> & {
  readonly data?: MimeBundle | undefined;
  readonly error?: CellError | undefined;
};

/** How long a magic may take to end by itself after an interrupt, with what it has. */
const graceful = 5000;
const silence: RunListeners = { output: () => undefined, display: () => undefined };

export class Conversation implements Engine {
  readonly services: Services;
  readonly #options: ConversationOptions;
  readonly #runner: LazyRunner;
  readonly #bound = new Map<string, string>();
  #queue: Promise<unknown> = Promise.resolve();
  #current: Run | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.services = options.services;
    this.#runner = options.runner;
  }

  execute(code: string, options: ExecuteOptions): Promise<ExecuteResult> {
    const turn = this.#queue.then(() => this.#execute(code, options));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #execute(code: string, { listeners, silent = false, timeout }: ExecuteOptions): Promise<ExecuteResult> {
    const { session } = this.services;
    const cell = silent ? session.state.cellCount : session.apply({ type: 'cell.begin', code }).cellCount;
    const started = performance.now();
    const run: Run = { listeners, abort: new AbortController(), timeout };
    this.#current = run;
    let outcome: Outcome;
    try {
      await this.#bind();
      outcome = await this.#runCell(readCell(code), cell, run);
    } catch (error) {
      if (error instanceof CellFailure) outcome = { status: error.cell.status, error: error.cell.error };
      else outcome = run.abort.signal.aborted ? interrupted() : { status: 'error', error: toCellError(error) };
    } finally {
      this.#current = undefined;
    }
    const duration = ms(performance.now() - started);
    if (!silent) session.apply({ type: 'cell.end', cell, status: outcome.status, ms: duration });
    return {
      status: outcome.status,
      cell,
      duration,
      ...(outcome.data ? { data: outcome.data } : {}),
      ...(outcome.error ? { error: outcome.error } : {}),
    };
  }

  async #runCell(cell: Cell, number: number, run: Run): Promise<Outcome> {
    switch (cell.kind) {
      case 'question': {
        const data = await answerQuestion(cell.name, cell.deep, this.services, this.#runner, this.#options.style());
        return { status: 'ok', data };
      }
      case 'body':
        return this.#finish(await this.#line(cell.magic, cell.body, run), run);
      case 'magics':
        return this.#magics(cell.magics, run);
      case 'code':
      case 'mixed': {
        const result = await this.#code(cell.code, `cell ${number}`, run);
        return {
          status: result.status,
          error: result.error,
          data: result.status === 'ok' ? (run.value ?? result.value) : undefined,
        };
      }
    }
  }

  async #magics(lines: readonly MagicLine[], run: Run): Promise<Outcome> {
    let outcome: Outcome = { status: 'ok' };
    for (const [index, line] of lines.entries()) {
      const performed = await this.#line(line, undefined, run);
      if (line.assign !== undefined) await this.#assign(line.assign, performed.data, run);
      else if (index < lines.length - 1) run.listeners.display({ data: performed.bundle });
      else outcome = await this.#finish(performed, run);
      if (run.abort.signal.aborted) return { ...interrupted(), data: outcome.data };
    }
    return outcome;
  }

  async #finish(performed: Performed, run: Run): Promise<Outcome> {
    await this.#runner.assign('_', performed.data);
    // What an interrupted magic had done by then is valid, and shown.
    return run.abort.signal.aborted
      ? { ...interrupted(), data: performed.bundle }
      : { status: 'ok', data: performed.bundle };
  }

  async #assign(target: string, data: unknown, run: Run): Promise<void> {
    const name = /^(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]*)/.exec(target)?.[1];
    const plain = name !== undefined && /^(?:(?:const|let|var)\s+)?[\w$]+(?:\s*:.*)?$/s.test(target);
    if (plain) return this.#runner.assign(name, data);
    const result = await this.#code(`${target} = (${JSON.stringify(data)});`, 'assignment', run);
    if (result.error) throw Object.assign(new Error(result.error.message), { name: result.error.name });
  }

  async #code(code: string, name: string, run: Run): Promise<CellResult> {
    const runner = await this.#runner.start();
    if (run.abort.signal.aborted) throw fail('DS2001');
    run.inIsolate = true;
    try {
      return await runner.run(code, {
        name,
        listeners: run.listeners,
        ...(run.timeout === undefined ? {} : { timeout: run.timeout }),
      });
    } finally {
      run.inIsolate = false;
    }
  }

  /** A line outside an isolate: its `$(expr)`s are evaluated first. */
  async #line(line: MagicLine, body: string | undefined, run: Run): Promise<Performed> {
    const { texts, expressions } = splitInterpolations(line.text);
    const parts: LinePart[] = [];
    for (const [index, text] of texts.entries()) {
      parts.push(text);
      const expression = expressions[index];
      if (expression !== undefined) parts.push({ value: await this.#evaluate(expression) });
    }
    return this.#perform(run, (context) => performLine(parts, body, context));
  }

  async #evaluate(expression: string): Promise<unknown> {
    const runner: CellRunner = await this.#runner.start();
    const run = this.#current;
    if (run) run.inIsolate = true;
    try {
      return await runner.evaluateJson(expression);
    } finally {
      if (run) run.inIsolate = false;
    }
  }

  async #perform<T>(run: Run, work: (context: MagicContext) => Promise<T>): Promise<T> {
    const { signal } = run.abort;
    const progress = createProgress(run.listeners.display);
    const context: MagicContext = {
      services: this.services,
      signal,
      output: run.listeners.output,
      display: run.listeners.display,
      style: this.#options.style(),
      evaluate: (expression) => this.#evaluate(expression),
      runCell: (code) => {
        if (run.inIsolate) throw fail('DS6012', { magic: 'time' });
        return this.#nested(code, run);
      },
      progress: progress.report,
    };
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const begin = () => (timer = setTimeout(() => reject(fail('DS2001')), graceful));
      if (signal.aborted) begin();
      else signal.addEventListener('abort', begin, { once: true });
    });
    try {
      return await Promise.race([work(context), tooLong]);
    } finally {
      clearTimeout(timer);
      progress.end();
      // Within a cell the isolate is at work, and takes the new names when it can.
      const bound = this.#bind();
      if (run.inIsolate) bound.catch(() => undefined);
      else await bound;
    }
  }

  /** A cell within a magic: `%%time`. */
  async #nested(code: string, run: Run): Promise<CellResult> {
    const started = performance.now();
    const inner: Run = { listeners: run.listeners, abort: run.abort, timeout: run.timeout };
    this.#current = inner;
    try {
      const outcome = await this.#runCell(readCell(code), this.services.session.state.cellCount, inner);
      return {
        status: outcome.status,
        duration: ms(performance.now() - started),
        defined: [],
        ...(outcome.data ? { value: outcome.data } : {}),
        ...(outcome.error ? { error: outcome.error } : {}),
      };
    } finally {
      this.#current = run;
    }
  }

  /** `session.…` within a cell. */
  async invokeFromCell(magic: string, subcommand: string | undefined, args: readonly unknown[]): Promise<unknown> {
    const run = this.#current ?? { listeners: silence, abort: new AbortController(), timeout: undefined };
    if (magic !== 'line')
      return (await this.#perform(run, (context) => performCall(magic, subcommand, args, context))).data;
    const [written, use] = args as [readonly (string | { readonly value?: unknown })[], LineUse];
    const parts = written.map((part): LinePart => (typeof part === 'string' ? part : { value: part.value }));
    const performed = await this.#perform(run, (context) => performLine(parts, undefined, context));
    if (use === 'show') run.listeners.display({ data: performed.bundle });
    if (use === 'value') run.value = performed.bundle;
    return performed.data;
  }

  async invoke(
    magic: string,
    subcommand: string | undefined,
    values: Readonly<Record<string, unknown>>,
    body?: string,
  ): Promise<unknown> {
    return this.call(magic, subcommand, [values, ...(body === undefined ? [] : [body])], silence);
  }

  /** A method call by its arguments, in turn with the cells. */
  call(
    magic: string,
    subcommand: string | undefined,
    args: readonly unknown[],
    listeners: RunListeners = silence,
  ): Promise<unknown> {
    const turn = this.#queue.then(async () => {
      const run: Run = { listeners, abort: new AbortController(), timeout: undefined };
      this.#current = run;
      try {
        return (await this.#perform(run, (context) => performCall(magic, subcommand, args, context))).data;
      } finally {
        this.#current = undefined;
      }
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async interrupt(): Promise<void> {
    this.#current?.abort.abort();
    if (this.#current?.inIsolate) await this.#runner.present?.interrupt();
  }

  complete(code: string, cursor: number): Promise<CompletionList> {
    return completeMagic(code, cursor, this.services).then(
      (magic) => magic ?? completeCode(code, cursor, this.#runner),
    );
  }

  inspect(code: string, cursor: number): Promise<Inspection> {
    return inspectAt(code, cursor, this.services, this.#runner, this.#options.style());
  }

  async isComplete(
    code: string,
  ): Promise<{ readonly status: 'complete' | 'incomplete' | 'invalid'; readonly indent: string }> {
    const cell = readCell(code);
    if (cell.kind === 'body')
      return code.endsWith('\n\n') || (code.endsWith('\n') && cell.body.trim() !== '')
        ? { status: 'complete', indent: '' }
        : { status: 'incomplete', indent: '' };
    if (cell.kind === 'question' || cell.kind === 'magics') return { status: 'complete', indent: '' };
    return (await this.#runner.start()).isComplete(cell.code);
  }

  status(): EngineStatus {
    const { session } = this.services;
    return {
      target: session.state.target?.name,
      access: session.access(),
      recording: session.state.recording !== undefined,
    };
  }

  async reset(): Promise<void> {
    this.#bound.clear();
    await this.#runner.reset();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.interrupt().catch(() => undefined);
    await this.#options.close();
  }

  /** Brings `tape` and `last` up to date, when they changed. */
  async #bind(): Promise<void> {
    for (const [name, value] of Object.entries(this.#options.bindings())) {
      const json = JSON.stringify(value ?? null);
      if (this.#bound.get(name) === json) continue;
      this.#bound.set(name, json);
      await this.#runner.assign(name, value ?? null);
    }
  }
}

const interrupted = (): Outcome => ({ status: 'interrupted', error: toCellError(fail('DS2001')) });
