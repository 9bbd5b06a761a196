// Applications from npm that nobody here wrote, started for tests on a free port with data of their own: json-server
// 0.17 (CommonJS, callbacks, Express 4, lowdb 1) and 1.0 beta (ES modules, promises, tinyhttp), which share no code.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Generation = 'commonjs' | 'module';

export interface RunningApp extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Globs, relative to the app's working directory, under which its own files lie. */
  readonly scope: readonly string[];
  readonly folder: string;
  output(): string;
  stop(): Promise<void>;
}

const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const entries: Readonly<Record<Generation, string>> = {
  commonjs: 'json-server/lib/cli/bin.js',
  module: 'json-server-beta/lib/bin.js',
};

const data = () => ({
  posts: Array.from({ length: 12 }, (_, index) => ({
    id: index + 1,
    title: `Post ${index + 1}`,
    views: index * 10,
    author: 'ann',
  })),
  comments: Array.from({ length: 20 }, (_, index) => ({
    id: index + 1,
    text: `Comment ${index + 1}`,
    postId: (index % 12) + 1,
  })),
  profile: { name: 'typicode' },
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `node`: the Node to run it with, default ours. */
export async function startJsonServer(generation: Generation, node: string = process.execPath): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'devsandbox-app-'));
  writeFileSync(join(folder, 'db.json'), JSON.stringify(data()));
  mkdirSync(join(folder, 'public'));
  const port = await freePort();
  const host = ['--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(
    node,
    [join(packages, entries[generation]), ...(generation === 'commonjs' ? ['--quiet'] : []), ...host, 'db.json'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_UPDATE_NOTIFIER: '1' },
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-100_000)));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const up = await fetch(`${url}/posts`).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
    if (up) break;
    if (child.exitCode !== null || attempt > 600) {
      await stop();
      throw new Error(`json-server (${generation}) did not start: ${text}`);
    }
    await pause(50);
  }
  const scope = [`${packages}${entries[generation].split('/')[0]}/lib/**`];
  return {
    url,
    port,
    pid: child.pid!,
    process: child,
    scope,
    folder,
    output: () => text,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const requestsOfARound = 10;

/** Sends at least `count` requests of every kind, in whole rounds, four at a time, and counts what was answered. */
export async function driveJsonServer(url: string, count = 120): Promise<Readonly<Record<string, number>>> {
  const statuses: Record<string, number> = {};
  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    const text = await response.text();
    return text === '' ? undefined : text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  };
  const lanes = [0, 1, 2, 3];
  const rounds = Math.ceil(count / (requestsOfARound * lanes.length));
  const visitor = async (lane: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const id = ((lane * 3 + round) % 12) + 1;
      await ask('GET', '/posts');
      await ask('GET', `/posts/${id}`);
      await ask('GET', '/posts?_sort=views&_order=desc&_limit=5');
      await ask('GET', `/comments?postId=${id}`);
      const made = await ask('POST', '/posts', { title: `by ${lane}`, views: round });
      await ask('PUT', `/posts/${made.id}`, { title: 'written anew', views: round + 1 });
      await ask('PATCH', `/posts/${made.id}`, { views: round + 2 });
      await ask('GET', '/profile');
      await ask('DELETE', `/posts/${made.id}`);
      await ask('GET', `/posts/${made.id}`);
    }
  };
  await Promise.all(lanes.map(visitor));
  return statuses;
}
