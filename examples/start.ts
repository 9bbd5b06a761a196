// Starts the shop and its price service as processes of their own, and gives what one needs to attach to it.
// As a script: `node examples/start.ts [--cjs] [--port N] [--traffic N] [--rate N] [--seconds N]` runs until Ctrl-C or
// until the time is up; with `--background` it prints `{ url, port, pid, stop }` and leaves the shop running.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly kind?: 'typescript' | 'commonjs';
  /** Node to run the shop with; the price service always runs with ours. */
  readonly node?: string;
  readonly port?: number;
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningShop extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

/** Spawns a server and waits for the line in which it names its address. */
async function startServer(
  node: string,
  args: readonly string[],
  cwd: string,
  environment: Record<string, string>,
): Promise<Started> {
  const child = spawn(node, args, { cwd, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-200_000);
      const found = /listening on (http:\S+)/.exec(text);
      if (found) resolve(found[1]!);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${args.at(-1)} ended with ${code}: ${text}`)));
  });
  return { child, url, output: () => text };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await gone;
  clearTimeout(timer);
}

export async function startShop(options: StartOptions = {}): Promise<RunningShop> {
  const commonjs = options.kind === 'commonjs';
  const folder = here(commonjs ? './shop-cjs' : './shop');
  const prices = await startServer(process.execPath, ['price-service.ts'], here('./shop'), { PRICES_PORT: '0' });
  try {
    const shop = await startServer(
      options.node ?? process.execPath,
      [...(options.nodeOptions ?? []), commonjs ? 'src/server.js' : 'src/server.ts'],
      folder,
      { PORT: String(options.port ?? 0), PRICES_URL: prices.url, NODE_NO_WARNINGS: '1', ...options.environment },
    );
    const stop = async () => void (await Promise.all([end(shop.child), end(prices.child)]));
    return {
      url: shop.url,
      port: Number(new URL(shop.url).port),
      pid: shop.child.pid!,
      process: shop.child,
      output: shop.output,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await end(prices.child);
    throw error;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cjs: { type: 'boolean', default: false },
      port: { type: 'string', default: '8080' },
      traffic: { type: 'string', default: '0' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '86400' },
      background: { type: 'boolean', default: false },
    },
  });
  if (values.background) return startInBackground(process.argv.slice(2).filter((word) => word !== '--background'));
  const shop = await startShop({ kind: values.cjs ? 'commonjs' : 'typescript', port: Number(values.port) });
  console.log(`shop  ${shop.url}  pid ${shop.pid}`);
  console.log(`try   devsandbox repl --attach :${shop.port}`);
  // Whoever started it in the background does not listen any more.
  process.stdout.on('error', () => undefined);
  const leave = new AbortController();
  process.once('SIGINT', () => leave.abort());
  process.once('SIGTERM', () => leave.abort());
  const timer = setTimeout(() => leave.abort(), Number(values.seconds) * 1_000);
  shop.process.once('exit', () => leave.abort());
  const customers = Number(values.traffic);
  if (customers > 0) {
    const { driveShop } = await import('./load.ts');
    console.log(`${customers} customers at a time, about ${values.rate} requests/s; Ctrl-C ends it`);
    const report = await driveShop(shop.url, {
      concurrency: customers,
      rate: Number(values.rate),
      signal: leave.signal,
    });
    console.log(JSON.stringify(report));
  } else await new Promise<void>((resolve) => leave.signal.addEventListener('abort', () => resolve()));
  clearTimeout(timer);
  await shop.stop();
}

/** Runs this script once more, apart, and tells where the shop is: for notebooks. `stop` is the pid to end it all. */
async function startInBackground(args: readonly string[]): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  // Not our stderr: whoever waits for us would wait for everything that holds it.
  const child = spawn(process.execPath, [script, ...args], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const found = /^shop {2}(\S+) {2}pid (\d+)$/m.exec(text);
    if (!found) continue;
    const url = found[1]!;
    console.log(JSON.stringify({ url, port: Number(new URL(url).port), pid: Number(found[2]), stop: child.pid }));
    break;
  }
  child.stdout.destroy();
  child.unref();
}

if (import.meta.main) await main();
