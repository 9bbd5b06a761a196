// The Jupyter protocol over one Engine: which message asks for what, who answers, in which order. It knows neither
// sockets nor isolates, so its tests need neither. Questions are answered while a cell runs: user code runs in another
// process, so nothing here ever waits for it without a limit.
import { isDevsandboxError, messageOf } from '../core/common/errors.ts';
import type { Engine } from '../magics/engine.ts';
import { Executor } from './executor.ts';
import { History } from './history.ts';
import { Iopub } from './iopub.ts';
import { emptyAnswers, queries, type QueryContext } from './queries.ts';
import { plainError } from './traceback.ts';
import { protocolVersion, type Content, type Message, type MessageHeader } from './wire.ts';

/** A question sent behind a cell waits so long for it, so that it sees what the cell defines. */
const patienceMs = 100;
/** After so long a question is answered as if there were nothing to say. */
const answerLimitMs = 3_000;

export type ReplyChannel = 'shell' | 'control';

export interface KernelOptions {
  readonly engine: () => Promise<Engine>;
  readonly send: (channel: ReplyChannel | 'iopub', message: Message) => void;
  /** Unique per kernel start: clients see by it that a kernel is a new one. */
  readonly session: string;
  readonly version: string;
  /** Asked to end; the reply has been handed to `send`. */
  readonly shutdown: (restart: boolean) => void;
  readonly answerLimitMs?: number;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

export class Kernel {
  readonly #options: KernelOptions;
  readonly #iopub: Iopub;
  readonly #executor: Executor;
  readonly #context: QueryContext;
  #sent = 0;

  constructor(options: KernelOptions) {
    this.#options = options;
    const history = new History();
    this.#iopub = new Iopub({ send: (type, parent, content) => this.#publish(type, parent, content) });
    this.#context = { engine: options.engine, history, version: options.version };
    this.#executor = new Executor({
      engine: options.engine,
      iopub: this.#iopub,
      history,
      reply: (request, type, content) => this.#reply('shell', request, type, content),
    });
  }

  /** Says on iopub that a kernel begins. */
  start(): void {
    this.#iopub.status({}, 'starting');
  }

  /** Tells a new subscriber of iopub that it is connected, so that it need not guess. */
  welcome(topic: Uint8Array): void {
    const text = Buffer.from(topic.buffer, topic.byteOffset, topic.byteLength).toString('utf8');
    this.#options.send('iopub', { ...this.#message('iopub_welcome', {}, { subscription: text }), identities: [topic] });
  }

  /** Takes a verified message; answers come through `send`. */
  handle(channel: ReplyChannel, request: Message): void {
    const type = request.header.msg_type;
    if (type === 'execute_request') this.#executor.enqueue(request);
    else void this.#attend(channel, request, type);
  }

  /** As control's `interrupt_request`, for a signal from a terminal. */
  async interrupt(): Promise<void> {
    await this.#executor.interrupt();
  }

  async #attend(channel: ReplyChannel, request: Message, type: string): Promise<void> {
    this.#iopub.status(request.header, 'busy');
    try {
      if (type in queries) this.#reply(channel, request, replyType(type), await this.#answer(request, type));
      else if (type === 'interrupt_request') {
        await this.#executor.interrupt();
        this.#reply(channel, request, 'interrupt_reply', { status: 'ok' });
      } else if (type === 'shutdown_request') this.#shutdown(channel, request);
      else if (type === 'comm_open') this.#refuseComm(request);
      // Anything else has no answer in the protocol: comm_msg and comm_close for comms that are not open, and types
      // that kernel_info does not promise.
    } catch (error) {
      const name = isDevsandboxError(error) ? error.name : 'InternalError';
      this.#reply(channel, request, replyType(type), { status: 'error', ...plainError(name, messageOf(error)) });
    }
    this.#iopub.status(request.header, 'idle');
    const running = this.#executor.running;
    // Clients show the newest status, whosever it is: while a cell runs, that must stay busy.
    if (running) this.#iopub.status(running.header, 'busy');
  }

  async #answer(request: Message, type: string): Promise<Content> {
    const query = queries[type]!;
    const empty = emptyAnswers[type];
    if (!empty) return query(this.#context, request);
    if (this.#executor.running) await Promise.race([this.#executor.drained, sleep(patienceMs)]);
    const late = sleep(this.#options.answerLimitMs ?? answerLimitMs).then(() => empty(request));
    return Promise.race([query(this.#context, request), late]);
  }

  #shutdown(channel: ReplyChannel, request: Message): void {
    const restart = request.content['restart'] === true;
    this.#reply(channel, request, 'shutdown_reply', { status: 'ok', restart });
    this.#iopub.publish('shutdown_reply', request.header, { status: 'ok', restart });
    // After the idle that follows in this turn.
    setImmediate(() => this.#options.shutdown(restart));
  }

  /** Nobody here listens to comms of this name, so it is closed at once, as the protocol asks. */
  #refuseComm(request: Message): void {
    const id = request.content['comm_id'];
    if (typeof id === 'string') this.#iopub.publish('comm_close', request.header, { comm_id: id, data: {} });
  }

  #reply(channel: ReplyChannel, request: Message, type: string, content: Content): void {
    this.#options.send(channel, { ...this.#message(type, request.header, content), identities: request.identities });
  }

  #publish(type: string, parent: Message['parent'], content: Content): void {
    this.#options.send('iopub', { ...this.#message(type, parent, content), identities: [Buffer.from(type)] });
  }

  #message(type: string, parent: Message['parent'], content: Content): Message {
    const { session } = this.#options;
    const header: MessageHeader = {
      msg_id: `${session}_${this.#sent++}`,
      msg_type: type,
      session,
      username: 'devsandbox',
      date: new Date().toISOString(),
      version: protocolVersion,
    };
    return { identities: [], header, parent, metadata: {}, content, buffers: [] };
  }
}

const replyType = (requestType: string): string => requestType.replace(/_request$/, '_reply');
