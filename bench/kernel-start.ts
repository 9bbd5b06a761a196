// How long a person waits for a kernel: from the start of its process to the first kernel_info_reply, and to the first
// value of `1+1`. Beside it the kernels of others where they can be installed (in a temporary folder, never a
// dependency). Interleaved: every round starts each kernel once, so that a slow minute of the machine is slow for all.
//
//   node bench/kernel-start.ts [rounds]
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID, createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Dealer, Subscriber } from 'zeromq';

interface Contender {
  readonly name: string;
  readonly argv: (connectionFile: string) => string[];
}

const rounds = Number(process.argv[2] ?? 15);
const limitMs = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'devsandbox-bench-'));
const script = fileURLToPath(new URL('../bin/devsandbox.js', import.meta.url));

/** Peers from npm, each in a folder of its own; one that cannot be installed is named and left out. */
function peers(): Contender[] {
  const install = (name: string, entry: string, rest: (file: string) => string[]): Contender[] => {
    const prefix = join(folder, name);
    mkdirSync(prefix, { recursive: true });
    writeFileSync(join(prefix, 'package.json'), '{"private":true}');
    const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', name], {
      cwd: prefix,
      encoding: 'utf8',
      timeout: 240_000,
    });
    const path = join(prefix, 'node_modules', entry);
    if (status === 0 && existsSync(path)) return [{ name, argv: (file) => [process.execPath, path, ...rest(file)] }];
    console.log(`${name} could not be installed and is left out: ${stderr.trim().split('\n')[0] ?? ''}`);
    return [];
  };
  return [
    ...install('tslab', 'tslab/bin/tslab', (file) => ['kernel', '--config-path', file]),
    ...install('ijavascript', 'ijavascript/lib/kernel.js', (file) => [file]),
  ];
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Milliseconds from start to kernel_info_reply and to the execute_reply of `1+1`. */
async function measure({ argv }: Contender): Promise<{ info: number; value: number }> {
  const [shell, control, stdin, iopub, hb] = await freePorts(5);
  const key = randomUUID();
  const file = join(folder, `${key}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      transport: 'tcp',
      ip: '127.0.0.1',
      shell_port: shell,
      control_port: control,
      stdin_port: stdin,
      iopub_port: iopub,
      hb_port: hb,
      key,
      signature_scheme: 'hmac-sha256',
      kernel_name: 'bench',
    }),
  );
  // Connected before the kernel binds, with quick retries, so that waiting for the client is no part of the time.
  const dealer = new Dealer({ receiveTimeout: limitMs, linger: 0, reconnectInterval: 2 });
  const subscriber = new Subscriber({ linger: 0, reconnectInterval: 2 });
  const session = randomUUID();
  const send = (type: string, content: unknown): Promise<void> => {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      session,
      username: 'bench',
      date: new Date().toISOString(),
      version: '5.3',
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    return dealer.send(['<IDS|MSG>', createHmac('sha256', key).update(parts.join('')).digest('hex'), ...parts]);
  };
  const reply = async (type: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const frames = (await dealer.receive()).map(String);
      const at = frames.indexOf('<IDS|MSG>');
      const header = JSON.parse(frames[at + 2]!) as { msg_type: string };
      if (header.msg_type === type) return JSON.parse(frames[at + 5]!) as Record<string, unknown>;
    }
  };
  const [command, ...args] = argv(file) as [string, ...string[]];
  const start = performance.now();
  const child = spawn(command, args, { stdio: 'ignore', detached: true, cwd: folder });
  try {
    dealer.connect(`tcp://127.0.0.1:${shell}`);
    subscriber.connect(`tcp://127.0.0.1:${iopub}`);
    subscriber.subscribe('');
    await send('kernel_info_request', {});
    await reply('kernel_info_reply');
    const info = performance.now() - start;
    await send('execute_request', {
      code: '1+1',
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    const { status, evalue } = await reply('execute_reply');
    const value = performance.now() - start;
    if (status !== 'ok') throw new Error(`1+1 failed: ${String(evalue)}`);
    return { info, value };
  } finally {
    dealer.close();
    subscriber.close();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.pid !== undefined && child.exitCode === null) {
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
  }
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const quantile = (values: readonly number[], q: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(q * values.length))]!;

try {
  const contenders: Contender[] = [
    { name: 'devsandbox', argv: (file) => [process.execPath, script, 'kernel', 'run', file] },
    ...peers(),
  ];
  const taken = new Map(
    contenders.map(({ name }) => [name, { info: [] as number[], value: [] as number[], failures: [] as string[] }]),
  );
  // The first round fills caches of the disk and of compiled code, for all alike, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const kept = taken.get(contender.name)!;
      try {
        const { info, value } = await measure(contender);
        if (round > 0) [kept.info, kept.value].forEach((list, index) => list.push(index === 0 ? info : value));
      } catch (error) {
        kept.failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  const own = taken.get('devsandbox')!;
  console.log(
    `median (10 % to 90 %) of ${rounds} starts, interleaved, Node.js ${process.versions.node}; ratio to devsandbox`,
  );
  for (const [name, { info, value, failures }] of taken) {
    const show = (list: readonly number[], ours: readonly number[]): string =>
      list.length === 0
        ? 'none'
        : `${quantile(list, 0.5).toFixed(0)} ms (${quantile(list, 0.1).toFixed(0)} to ${quantile(list, 0.9).toFixed(0)})${ours.length === 0 ? '' : ` ${(quantile(list, 0.5) / quantile(ours, 0.5)).toFixed(2)}x`}`;
    console.log(
      `${name.padEnd(12)} kernel_info ${show(info, own.info)}   first 1+1 ${show(value, own.value)}${failures.length > 0 ? `   ${failures.length} failed: ${failures[0]}` : ''}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
