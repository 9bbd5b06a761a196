// Customers for the shop: each looks around, fills a cart and pays, again and again. What they do depends on the seed
// alone; what they are answered depends on who was faster.
// As a script: `node examples/load.ts http://127.0.0.1:8080 --concurrency 16 --seconds 5 [--rate 300] [--seed 1]`.
import { Agent, request as httpRequest } from 'node:http';
import { parseArgs } from 'node:util';

export interface LoadOptions {
  /** Customers at a time. */
  readonly concurrency: number;
  /** Requests a second over all customers; undefined: as fast as they are answered. */
  readonly rate?: number | undefined;
  readonly seed?: number;
  /** Ends after this many milliseconds, after this many requests, or when the signal aborts. */
  readonly duration?: number;
  readonly requests?: number;
  readonly signal?: AbortSignal;
}

export interface LoadReport {
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that got no answer at all. */
  readonly broken: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Answers with status 500 or more, the first ones. */
  readonly failures: readonly { readonly request: string; readonly status: number; readonly body: string }[];
}

export interface Traffic extends AsyncDisposable {
  /** What happened since the start, or since the last call of `lap`. */
  lap(): LoadReport;
  readonly done: Promise<LoadReport>;
  stop(): Promise<LoadReport>;
}

const skus = ['A-1', 'B-2', 'C-3', 'D-4', 'E-5', 'F-6', 'G-7', 'H-8'];
const currencies = ['EUR', 'USD', 'GBP', 'CHF'];

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Tally {
  #start = performance.now();
  #latencies: number[] = [];
  #statuses: Record<string, number> = {};
  #broken = 0;
  #failures: { request: string; status: number; body: string }[] = [];

  add(name: string, status: number, body: string, latency: number): void {
    this.#latencies.push(latency);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status >= 500 && this.#failures.length < 20) this.#failures.push({ request: name, status, body });
  }

  addBroken(): void {
    this.#broken++;
  }

  report(): LoadReport {
    const seconds = (performance.now() - this.#start) / 1_000;
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      requests: sorted.length + this.#broken,
      statuses: { ...this.#statuses },
      broken: this.#broken,
      seconds: round(seconds),
      perSecond: round(sorted.length / seconds),
      latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
      failures: [...this.#failures],
    };
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

interface Reply {
  readonly status: number;
  readonly body: string;
}

function send(agent: Agent, base: URL, method: string, path: string, body?: unknown): Promise<Reply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const request = httpRequest({ agent, host: base.hostname, port: base.port, method, path, headers }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (received += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: received }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.setTimeout(30_000, () => request.destroy(new Error('no answer within 30 s')));
    request.end(text);
  });
}

/** Starts customers and returns at once; they go on until told to stop, or until the limits of the options. */
export function startTraffic(url: string, options: LoadOptions): Traffic {
  const base = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const whole = new Tally();
  let lap = new Tally();
  const started = performance.now();
  let sent = 0;
  let stopped = false;
  const over = (): boolean =>
    stopped ||
    options.signal?.aborted === true ||
    (options.duration !== undefined && performance.now() - started >= options.duration) ||
    (options.requests !== undefined && sent >= options.requests);

  /** Waits for its turn under the rate; a request that comes late is not made up for by a burst. */
  let nextTurn = started;
  async function turn(): Promise<void> {
    if (options.rate === undefined) return;
    const now = performance.now();
    nextTurn = Math.max(nextTurn + 1_000 / options.rate, now - 50);
    if (nextTurn > now + 1) await new Promise((resolve) => setTimeout(resolve, nextTurn - now));
  }

  async function ask(method: string, path: string, body?: unknown): Promise<Reply | undefined> {
    await turn();
    if (over()) return undefined;
    sent++;
    const before = performance.now();
    try {
      const reply = await send(agent, base, method, path, body);
      const latency = performance.now() - before;
      for (const tally of [whole, lap]) tally.add(`${method} ${path}`, reply.status, reply.body, latency);
      return reply;
    } catch {
      for (const tally of [whole, lap]) tally.addBroken();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    }
  }

  async function customer(random: () => number): Promise<void> {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    // Some products are in demand: the first of the list sells about a third of all.
    const wish = (): string => skus[Math.floor(random() * random() * skus.length)]!;
    while (!over()) {
      const currency = pick(currencies);
      await ask('GET', `/products?currency=${currency}`);
      const opened = await ask('POST', '/carts');
      if (opened?.status !== 201) continue;
      const { id } = JSON.parse(opened.body) as { id: string };
      const wishes = 1 + Math.floor(random() * 3);
      for (let nth = 0; nth < wishes; nth++) {
        const item = { sku: wish(), quantity: 1 + Math.floor(random() * 2) };
        await ask('POST', `/carts/${id}/items`, item);
      }
      await ask('GET', `/carts/${id}`);
      const paid = await ask('POST', '/checkout', { cart: id, currency });
      if (paid?.status === 201) await ask('GET', `/orders/${(JSON.parse(paid.body) as { id: string }).id}`);
      else if (random() < 0.3) await ask('GET', `/products/${pick(skus)}`);
    }
  }

  const seed = options.seed ?? 1;
  const customers = Array.from({ length: options.concurrency }, (_, index) =>
    customer(seededRandom(seed * 7_919 + index)),
  );
  const done = Promise.all(customers).then(() => {
    agent.destroy();
    return whole.report();
  });
  return {
    lap() {
      const report = lap.report();
      lap = new Tally();
      return report;
    },
    done,
    stop() {
      stopped = true;
      return done;
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      await done;
    },
  };
}

/** Drives the shop until the limits of the options are reached. */
export const driveShop = (url: string, options: LoadOptions): Promise<LoadReport> => startTraffic(url, options).done;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      concurrency: { type: 'string', default: '16' },
      seconds: { type: 'string', default: '5' },
      rate: { type: 'string' },
      requests: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const report = await driveShop(positionals[0] ?? 'http://127.0.0.1:8080', {
    concurrency: Number(values.concurrency),
    duration: Number(values.seconds) * 1_000,
    seed: Number(values.seed),
    ...(values.rate === undefined ? {} : { rate: Number(values.rate) }),
    ...(values.requests === undefined ? {} : { requests: Number(values.requests) }),
  });
  console.log(JSON.stringify(report, undefined, 2));
}

if (import.meta.main) await main();
