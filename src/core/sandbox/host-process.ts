// One sandbox host as the front sees it: a child process, its messages, its end.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleInjected } from '../common/bundle.ts';
import { fail, isDevsandboxError } from '../common/errors.ts';
import type { FrontPort } from './ports.ts';
import type { FromHost, HostSettings, ToHost } from './protocol.ts';
import { thrownData } from './wire.ts';
import type { WireReply } from './wire.ts';

export interface HostOptions {
  readonly settings: HostSettings;
  readonly front: FrontPort;
  readonly onMessage: (message: FromHost) => void;
  /** Once, however it came; not after `kill`. */
  readonly onEnd: (reason: string) => void;
}

const startLimit = 60_000;
type Ask = ToHost extends infer Message
  ? Message extends { readonly ask: number }
    ? Omit<Message, 'ask'>
    : never
  : never;

export class HostProcess {
  readonly #child: ChildProcess;
  readonly #options: HostOptions;
  readonly #asked = new Map<number, (reply: WireReply) => void>();
  #complaint = '';
  #last = 0;
  #ended = false;
  #started!: { resolve: () => void; reject: (error: Error) => void };

  private constructor(options: HostOptions) {
    this.#options = options;
    // `import.meta.url` says whether we run from sources or from dist.
    const main = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? './host/main.ts' : './host/main.js', import.meta.url),
    );
    this.#child = fork(main, [], {
      cwd: options.settings.cwd,
      execArgv: ['--no-node-snapshot', '--experimental-import-meta-resolve', '--disable-warning=ExperimentalWarning'],
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (this.#complaint = (this.#complaint + text).slice(-4000)));
    this.#child.on('message', (message: FromHost) => this.#receive(message));
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('exit', (code, signal) => this.#end(signal ? `killed by ${signal}` : `exit code ${code}`));
  }

  static async start(options: HostOptions): Promise<HostProcess> {
    const host = new HostProcess(options);
    const limit = setTimeout(() => host.#end(`no answer in ${startLimit / 1000} s`), startLimit);
    try {
      const ready = new Promise<void>((resolve, reject) => (host.#started = { resolve, reject }));
      const { code } = await bundleInjected(new URL('./inside/index.ts', import.meta.url), {
        name: 'inside',
        platform: 'isolate',
        // Modules that stand in for Node's ask for each other by these names.
        alias: {
          'node:assert': 'unenv/node/assert',
          'node:async_hooks': 'unenv/node/async_hooks',
          'node:buffer': 'unenv/node/buffer',
          'node:events': 'unenv/node/events',
          'node:path': 'unenv/node/path',
          'node:util': 'unenv/node/util',
          'node:util/types': 'unenv/node/util/types',
        },
        define: { 'process.env.NODE_ENV': '"production"' },
      });
      host.send({ type: 'start', settings: options.settings, bundle: code });
      await ready;
      return host;
    } catch (error) {
      host.kill();
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToHost): void {
    if (!this.#ended && this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Asks the host; when it ends first, the answer is an error. */
  async ask(message: Ask): Promise<unknown> {
    const id = (this.#last += 1);
    const reply = await new Promise<WireReply>((resolve) => {
      if (this.#ended) return resolve({ error: { name: 'Error', message: 'the host has ended' } });
      this.#asked.set(id, resolve);
      this.send({ ...message, ask: id } as ToHost);
    });
    if ('error' in reply)
      throw Object.assign(new Error(reply.error.message), { name: reply.error.name, ...reply.error.extra });
    return reply.value;
  }

  /** At once, with all that it holds. */
  kill(): void {
    this.#ended = true;
    this.#child.kill('SIGKILL');
    this.#child.stderr?.destroy();
    this.#answerAll('the host has ended');
  }

  #receive(message: FromHost): void {
    switch (message.type) {
      case 'ready':
        return this.#started.resolve();
      case 'failed':
        return this.#started.reject(fail('DS2006', { reason: message.error.message }));
      case 'answer':
        this.#asked.get(message.ask)?.(message.reply);
        return void this.#asked.delete(message.ask);
      case 'request':
        return void this.#serve(message.id, message.method, message.parameters);
      default:
        if (!this.#ended) this.#options.onMessage(message);
    }
  }

  async #serve(id: number, method: string, parameters: unknown): Promise<void> {
    let reply: WireReply;
    try {
      reply = { value: (await this.#options.front.request(method, parameters)) ?? null };
    } catch (error) {
      const data = thrownData(error);
      reply = {
        error: isDevsandboxError(error)
          ? { name: 'DevsandboxError', message: error.message, extra: { code: error.code } }
          : data,
      };
    }
    this.send({ type: 'reply', id, reply });
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.kill();
    const fatal = /FATAL ERROR: [^\n]*/.exec(this.#complaint)?.[0];
    const last = this.#complaint.trim().split('\n').at(-1);
    const said = fatal ?? (reason.startsWith('exit') ? last : undefined);
    const why = said ? `${reason}: ${said}` : reason;
    this.#started.reject(fail('DS2006', { reason: why }));
    this.#options.onEnd(why);
  }

  #answerAll(message: string): void {
    for (const answer of this.#asked.values()) answer({ error: { name: 'Error', message } });
    this.#asked.clear();
  }
}
