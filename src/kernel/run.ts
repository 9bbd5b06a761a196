// The kernel as a process: connection file in, sockets open, until a client says shutdown or the one that started us is
// gone. The sockets answer before the engine is ready; cells wait for it.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { Disposables } from '../core/common/disposable.ts';
import { messageOf } from '../core/common/errors.ts';
import type { EngineOptions } from '../magics/compose.ts';
import type { Engine } from '../magics/engine.ts';
import { readConnection } from './connection.ts';
import { Kernel } from './kernel.ts';
import { Sockets } from './sockets.ts';
import { Wire } from './wire.ts';

export interface RunKernelOptions {
  /** `--attach`, `--write`, `--allow-…`: of the conversation that cells run in. */
  readonly engine?: EngineOptions;
  /** Builds that conversation; tests give their own. */
  readonly createEngine?: () => Promise<Engine>;
  /** Where trouble of the kernel itself is written, a line at a time; Jupyter shows it in the server's log. */
  readonly log?: (line: string) => void;
}

/** How often a kernel looks whether the server that started it still lives. */
const parentCheckMs = 1_000;
/** What still runs so long after the end is ended by force. */
const exitLimitMs = 2_000;

/** Runs until shutdown; afterwards every socket and process of the kernel is gone. */
export async function runKernel(connectionFile: string, options: RunKernelOptions): Promise<void> {
  const connection = readConnection(connectionFile);
  const log = options.log ?? ((line) => void process.stderr.write(`devsandbox kernel: ${line}\n`));
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  await using resources = new Disposables();

  const sockets = resources.use(await Sockets.open(connection));
  const wire = new Wire(connection);
  // Loaded when the sockets are open: a client waits for these first.
  const engine = startOnce(
    options.createEngine ?? (async () => (await import('../magics/compose.ts')).createEngine(options.engine)),
  );
  resources.add(() => engine.dispose());
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const kernel = new Kernel({
    engine: engine.get,
    send: (channel, message) => sockets.send(channel, wire.encode(message)),
    session: randomUUID(),
    version,
    shutdown: () => end(),
  });
  const drops = dropReport(wire, log);
  sockets.listen({
    request: (channel, frames) => {
      const message = wire.decode(frames);
      if (!message) drops();
      else if (channel !== 'stdin') kernel.handle(channel, message);
    },
    subscribed: (topic) => kernel.welcome(topic),
  });
  kernel.start();

  resources.add(onSignals({ SIGINT: () => void kernel.interrupt().catch(() => undefined), SIGTERM: end, SIGHUP: end }));
  resources.add(onTrouble(log));
  resources.add(onParentGone(end));
  // Started, isolate and all, while the client still says hello; asking about code starts one without running anything.
  void engine
    .get()
    .then((started) => started.isComplete('0'))
    .catch((error: unknown) => log(messageOf(error)));
  await ended;
  setTimeout(() => process.exit(0), exitLimitMs).unref();
}

/** One engine, made at the first call; a start that failed is tried again at the next. */
function startOnce(create: () => Promise<Engine>): { get: () => Promise<Engine>; dispose: () => Promise<void> } {
  let started: Promise<Engine> | undefined;
  const get = (): Promise<Engine> => {
    started ??= create().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  const dispose = async (): Promise<void> => {
    const engine = await started?.catch(() => undefined);
    await engine?.[Symbol.asyncDispose]();
  };
  return { get, dispose };
}

function onSignals(handlers: Partial<Record<NodeJS.Signals, () => void>>): () => void {
  const entries = Object.entries(handlers) as [NodeJS.Signals, () => void][];
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of entries) process.off(signal, handler);
  };
}

/** A fault of ours must not cost people their session: it is written down, and the kernel goes on. */
function onTrouble(log: (line: string) => void): () => void {
  const report = (error: unknown): void => log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('uncaughtException', report);
  return () => void process.off('uncaughtException', report);
}

/** Jupyter names the process that started the kernel; without it nobody would ever say shutdown. */
function onParentGone(gone: () => void): () => void {
  const parent = Number(process.env['JPY_PARENT_PID']);
  if (!Number.isInteger(parent) || parent <= 1) return () => undefined;
  const direct = process.ppid === parent;
  const timer = setInterval(() => {
    if (direct ? process.ppid !== parent : !isAlive(parent)) gone();
  }, parentCheckMs).unref();
  return () => clearInterval(timer);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Says how many messages were dropped, at the first, tenth, hundredth, …: a flood of them must not flood the log. */
function dropReport(wire: Wire, log: (line: string) => void): () => void {
  let next = 1;
  return () => {
    const { malformed, unsigned, forged, replayed } = wire.dropped;
    if (malformed + unsigned + forged + replayed < next) return;
    next *= 10;
    log(
      `messages dropped so far: ${malformed} malformed, ${unsigned} unsigned, ${forged} with a wrong signature, ${replayed} sent twice`,
    );
  };
}
