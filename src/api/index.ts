// The library: the same session as in cells, for programs. `session.record.start({ scope })` is `%record start --scope`,
// because both are made from the magic's declaration.
import type { RunListeners, MimeBundle } from '../core/sandbox/ports.ts';
import { createEngine, type EngineOptions } from '../magics/compose.ts';
import type { Conversation } from '../magics/conversation.ts';
import type { EngineStatus } from '../magics/engine.ts';
import { liveApp, type LiveApp } from './live-app.ts';

export { DevsandboxError, isDevsandboxError, type ErrorCode } from '../core/common/errors.ts';
export type { LiveApp, LiveModule } from './live-app.ts';
export type { LiveMember, LiveValue } from '../core/targets/live-value.ts';

/** A magic as a method; its subcommands are methods of it. */
export interface MagicMethod {
  (...args: unknown[]): Promise<any>;
  readonly [subcommand: string]: (...args: unknown[]) => Promise<any>;
}

export interface CellOutcome {
  /** The value's JSON form where it has one, else its text. */
  readonly value: unknown;
  readonly data: MimeBundle;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface SessionCore extends AsyncDisposable {
  /** The target's state, read on request: `await session.app.modules['src/cart.ts'].read('carts')`. */
  readonly app: LiveApp;
  /** Runs a cell: TypeScript and magics. Throws the cell's error. */
  run(code: string, listeners?: Partial<RunListeners>): Promise<CellOutcome>;
  status(): Promise<EngineStatus & Readonly<Record<string, unknown>>>;
  interrupt(): Promise<void>;
  /** Leaves the target as it was and ends the session. */
  detach(): Promise<void>;
}

/** Everything that magics can do, by their names: `record`, `replay`, `tape`, `edit`, `inspect`, `variant`, … */
export type Session = SessionCore & Readonly<Record<MagicName, MagicMethod>>;
export type MagicName =
  | 'allow'
  | 'audit'
  | 'deny'
  | 'edit'
  | 'help'
  | 'inspect'
  | 'lsmagic'
  | 'record'
  | 'replay'
  | 'tape'
  | 'target'
  | 'targets'
  | 'time'
  | 'variant';

export interface AttachOptions extends Omit<EngineOptions, 'attach' | 'style'> {}

/** Attaches to a running process, read-only unless `write`. */
export const attach = async (target: string | number, options: AttachOptions = {}): Promise<Session> =>
  sessionOf(await createEngine({ ...options, attach: String(target) }));

/** A session without a target: for tapes, and for cells. */
export const open = async (options: AttachOptions = {}): Promise<Session> => sessionOf(await createEngine(options));

function sessionOf(engine: Conversation): Session {
  const close = (): Promise<void> => engine[Symbol.asyncDispose]();
  const core: SessionCore = {
    app: liveApp(engine.services),
    run: (code, listeners) => run(engine, code, listeners),
    status: async () => ({ ...((await engine.call('status', undefined, [])) as object), ...engine.status() }),
    interrupt: () => engine.interrupt(),
    detach: close,
    [Symbol.asyncDispose]: close,
  };
  return new Proxy(core, {
    get: (own, name) =>
      typeof name === 'symbol' || name in own
        ? Reflect.get(own, name)
        : name === 'then'
          ? undefined
          : magicMethod(engine, name),
  }) as Session;
}

function magicMethod(engine: Conversation, magic: string): MagicMethod {
  const call = (...args: unknown[]): Promise<unknown> => engine.call(magic, undefined, args);
  return new Proxy(call, {
    get: (own, subcommand) =>
      typeof subcommand === 'symbol' || subcommand === 'then'
        ? Reflect.get(own, subcommand)
        : (...args: unknown[]) => engine.call(magic, subcommand, args),
  }) as unknown as MagicMethod;
}

async function run(engine: Conversation, code: string, listeners: Partial<RunListeners> = {}): Promise<CellOutcome> {
  const text = { stdout: '', stderr: '' };
  const result = await engine.execute(code, {
    listeners: {
      output: (chunk) => {
        text[chunk.stream] += chunk.text;
        listeners.output?.(chunk);
      },
      display: (output) => listeners.display?.(output),
    },
  });
  if (result.error) {
    const { name, message, code: coded } = result.error;
    throw Object.assign(new Error(message), {
      name,
      ...(coded === undefined ? {} : { code: coded }),
      cell: result.error,
    });
  }
  const data = result.data ?? {};
  return {
    value: 'application/json' in data ? data['application/json'] : data['text/plain'],
    data,
    ...text,
    ms: result.duration,
  };
}
