// The TypeScript language service: `tsc --lsp` as a child process, started when it is first asked and ended with the
// session. It is asked what is wrong with a text as if that were the file's, so nothing is written to disk. Questions
// are bounded in time; whoever asks has to do without an answer.
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface TypeError {
  /** `TS2322` without the letters. */
  readonly code: number;
  readonly message: string;
  /** Offset in the text. */
  readonly start: number;
}

export type TypeAnswer = { readonly errors: readonly (readonly TypeError[])[] } | { readonly problem: string };

export interface LanguageServiceOptions {
  readonly directory: string;
  /** Milliseconds for one question; the first of a large project takes seconds. */
  readonly patience?: number;
  /** Program and arguments; default: the TypeScript that devsandbox comes with. */
  readonly command?: readonly [program: string, ...args: string[]];
}

interface Diagnostic {
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
  readonly severity?: number;
  readonly code?: number | string;
  readonly message: string;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const severityError = 1;

export class LanguageService implements AsyncDisposable {
  readonly #options: LanguageServiceOptions;
  #server: Promise<Server> | undefined;
  /** Its processes; one that does not answer has not started yet. */
  readonly #running = new Set<Server>();
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(options: LanguageServiceOptions) {
    this.#options = options;
  }

  /** Errors of texts, each as if it were that of the file at `path`. */
  errorsOf(path: string, texts: readonly string[]): Promise<TypeAnswer> {
    // The texts of a file take turns.
    const turn = this.#queue.then(() => this.#ask(path, texts));
    this.#queue = turn;
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#server = undefined;
    await Promise.all([...this.#running].map((server) => server.end()));
  }

  async #ask(path: string, texts: readonly string[]): Promise<TypeAnswer> {
    if (this.#disposed) return { problem: 'the session has ended' };
    const { patience = 10_000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<TypeAnswer>((resolve) => {
      timer = setTimeout(() => resolve({ problem: `TypeScript did not answer within ${patience / 1000} s` }), patience);
    });
    const asked = this.#errors(path, texts).catch((error: unknown): TypeAnswer => {
      this.#forget();
      return { problem: error instanceof Error ? error.message : String(error) };
    });
    const answer = await Promise.race([asked, late]);
    clearTimeout(timer);
    return answer;
  }

  async #errors(path: string, texts: readonly string[]): Promise<TypeAnswer> {
    const server = await (this.#server ??= this.#start());
    const errors: TypeError[][] = [];
    for (const text of texts) {
      const { items } = await server.diagnostics(path, text);
      const starts = lineStarts(text);
      errors.push(
        items
          .filter(({ severity = severityError }) => severity === severityError)
          .map(({ code, message, range: { start } }) => ({
            code: Number(code),
            message,
            start: (starts[start.line] ?? text.length) + start.character,
          })),
      );
    }
    return { errors };
  }

  async #start(): Promise<Server> {
    const { directory, command } = this.#options;
    const [program, ...args] = command ?? [await executable(), '--lsp', '--stdio'];
    if (this.#disposed) throw new Error('the session has ended');
    const server = new Server(spawn(program, args, { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'] }));
    this.#running.add(server);
    void server.gone.then(() => this.#running.delete(server));
    await server.initialize(directory);
    return server;
  }

  #forget(): void {
    this.#server = undefined;
    for (const server of this.#running) void server.end();
  }
}

class Server {
  readonly #child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly gone: Promise<void>;
  readonly #versions = new Map<string, number>();
  readonly #pending = new Map<
    number,
    { readonly resolve: (result: never) => void; readonly reject: (error: Error) => void }
  >();
  #lastId = 0;
  #received = Buffer.alloc(0);

  constructor(child: ChildProcess) {
    this.#child = child;
    this.gone = new Promise((resolve) => {
      const down = (reason: string): void => {
        for (const { reject } of this.#pending.values()) reject(new Error(reason));
        this.#pending.clear();
        resolve();
      };
      child.once('error', (error) => down(`TypeScript did not start: ${error.message}`));
      child.once('exit', () => down('TypeScript has ended'));
    });
    // Ours may be the write that finds it gone.
    child.stdin!.on('error', () => undefined);
    child.stdout!.on('data', (chunk: Buffer) => this.#read(chunk));
    // It does not keep us alive; the timer of a question does.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as Socket).unref();
  }

  async initialize(directory: string): Promise<void> {
    await this.#request('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(directory).href,
      workspaceFolders: null,
      capabilities: { textDocument: { diagnostic: {} } },
    });
    this.#send({ method: 'initialized', params: {} });
  }

  async diagnostics(path: string, text: string): Promise<{ readonly items: readonly Diagnostic[] }> {
    const uri = pathToFileURL(path).href;
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    // What was opened stays open: its project stays loaded.
    if (version === 1)
      this.#send({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: languageOf(path), version, text } },
      });
    else
      this.#send({
        method: 'textDocument/didChange',
        params: { textDocument: { uri, version }, contentChanges: [{ text }] },
      });
    return this.#request('textDocument/diagnostic', { textDocument: { uri } });
  }

  async end(): Promise<void> {
    // It ends by itself when its input does; one that hangs is made to.
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 500);
    await this.gone;
    clearTimeout(timer);
  }

  #request<T>(method: string, params: object): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        reject(new Error('TypeScript has ended'));
        return;
      }
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject });
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin!.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      const length = head < 0 ? null : /Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, head));
      if (!length || this.#received.length < head + 4 + Number(length[1])) return;
      const end = head + 4 + Number(length[1]);
      const message = JSON.parse(this.#received.toString('utf8', head + 4, end)) as Message;
      this.#received = this.#received.subarray(end);
      this.#take(message);
    }
  }

  #take({ id, method, params, result, error }: Message): void {
    if (method !== undefined) {
      // Its own questions: it gets no settings, and may register what it likes.
      if (id !== undefined) this.#send({ id, result: params?.items?.map(() => null) ?? null });
      return;
    }
    const pending = this.#pending.get(Number(id));
    this.#pending.delete(Number(id));
    if (error) pending?.reject(new Error(`TypeScript: ${error.message}`));
    else pending?.resolve(result as never);
  }
}

/** Of the package, which does not export it. */
async function executable(): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { default: find } = (await import(pathToFileURL(join(folder, 'lib', 'getExePath.js')).href)) as {
    readonly default: () => string;
  };
  return find();
}

function languageOf(path: string): string {
  if (/\.[cm]?ts$/.test(path)) return 'typescript';
  if (path.endsWith('.tsx')) return 'typescriptreact';
  return path.endsWith('.jsx') ? 'javascriptreact' : 'javascript';
}

/** As the protocol counts lines. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}
