// Processes to attach to: started on any version of Node, known to listen, killed at the end.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeBinary, type NodeMajor } from './nodes.ts';

export const targetApp = fileURLToPath(new URL('../apps/target/', import.meta.url));

export interface TargetProcess extends AsyncDisposable {
  readonly pid: number;
  /** 0 when the app does not say that it listens. */
  readonly port: number;
  readonly child: ChildProcess;
  readonly exited: Promise<number | string | null>;
  /** What it wrote so far. */
  output(): string;
  get(path?: string): Promise<Record<string, unknown>>;
}

export interface TargetProcessOptions {
  readonly major?: NodeMajor;
  readonly script?: string;
  /** Instead of a script: code, which must print `listening 0` when it is ready. */
  readonly code?: string;
  readonly options?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
}

export async function startTarget({
  major = 24,
  script = 'main.js',
  code,
  options = [],
  env,
  cwd = targetApp,
  uid,
}: TargetProcessOptions = {}): Promise<TargetProcess> {
  const child = spawn(nodeBinary(major), [...options, ...(code === undefined ? [script] : ['-e', code])], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
  });
  let text = '';
  const exited = new Promise<number | string | null>((resolve) =>
    child.once('exit', (status, signal) => resolve(status ?? signal)),
  );
  const port = await new Promise<number>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      text += String(chunk);
      const found = /listening (\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void exited.then((status) => reject(new Error(`the target ended with ${status}: ${text}`)));
  });
  return {
    pid: child.pid!,
    port,
    child,
    exited,
    output: () => text,
    get: async (path = '/') =>
      (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Polls until it holds; the last failure is the error. */
export async function eventually(check: () => Promise<void> | void, limit = 20_000): Promise<void> {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Requests without a pause until stopped; counts those that failed. */
export function load(
  target: TargetProcess,
  clients = 2,
): { stop(): Promise<{ readonly requests: number; readonly failed: readonly string[] }> } {
  let going = true;
  let requests = 0;
  const failed: string[] = [];
  const client = async (): Promise<void> => {
    while (going) {
      try {
        await target.get();
        requests++;
      } catch (error) {
        failed.push(String((error as Error).cause ?? error));
      }
    }
  };
  const clientsRunning = Promise.all(Array.from({ length: clients }, client));
  return {
    async stop() {
      going = false;
      await clientsRunning;
      return { requests, failed };
    },
  };
}
