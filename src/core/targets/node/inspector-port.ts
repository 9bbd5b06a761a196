// Opens a process's inspector and says where it is. SIGUSR1 is what opens it; before it is sent, everything that would
// make it go wrong is looked up in /proc: a process that blocks it, that handles it itself, a port that is taken.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { fail } from '../../common/errors.ts';
import { commandLine, environment, isRunning, listeners, listenersOf, processIds, processStatus } from './proc.ts';
import { Guardian } from './guardian.ts';
import { handlesSignalItself } from './signal-owner.ts';

const sigusr1 = 1n << 9n;
const openSeconds = 10;
const maskLooks = 5;

export interface OpenInspector {
  /** WebSocket URL of the main thread. */
  readonly url: string;
  readonly port: number;
  /** We made the process open it, so it is ours to close. */
  readonly opened: boolean;
  /** Closes what we opened should we die before the agent is there. */
  readonly guardian?: Guardian;
}

interface ListedTarget {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly webSocketDebuggerUrl?: string;
}

/** WebSocket URL of the inspector that listens there; undefined when something else does, or nothing. */
export function inspectorAt(host: string, port: number, timeout = 1000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host, port, path: '/json/list', timeout, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > 100_000) response.destroy();
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        try {
          const listed = JSON.parse(text) as readonly ListedTarget[];
          const node = listed.find((each) => each.type === 'node');
          resolve(node && `ws://${host.includes(':') ? `[${host}]` : host}:${port}/${node.id}`);
        } catch {
          resolve(undefined);
        }
      });
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

/**
 * The inspector that a process has open, found among its listeners without asking those of the app.
 * @param before ports that it listened at before it was told to open one; what came since is asked
 */
export async function findInspector(
  pid: number,
  before?: ReadonlySet<number>,
): Promise<{ readonly url: string; readonly port: number } | undefined> {
  const own = (await listenersOf(pid)) ?? [];
  const usual = before ? -1 : await inspectorPortOf(pid);
  const candidates = own.filter(({ port, main }) =>
    before ? !before.has(port) && main !== true : main === false || (main === undefined && port === usual),
  );
  const found = await Promise.all(
    candidates.map(async ({ port, address }) => {
      const url = await inspectorAt(address.length > 8 && !/^0*$/.test(address) ? '::1' : '127.0.0.1', port);
      return url === undefined ? undefined : { url, port };
    }),
  );
  return found.find((each) => each !== undefined);
}

/** Ports that a process listens at now. */
export const portsOf = async (pid: number): Promise<ReadonlySet<number>> =>
  new Set(((await listenersOf(pid)) ?? []).map((each) => each.port));

/** Why a process would not open its inspector on SIGUSR1; undefined when it would. */
export async function refusalOf(pid: number): Promise<Error | undefined> {
  for (let looks = 1; ; looks++) {
    const status = await processStatus(pid);
    if (!status || !(await isRunning(pid))) return fail('DS1001', { selector: pid });
    const self = userInfo().uid;
    if (self !== 0 && status.uid !== self) return fail('DS1006', { pid, user: status.uid });
    if ((status.masks.caught & sigusr1) !== 0n && (status.masks.blocked & sigusr1) === 0n) break;
    // A thread that starts another one, or a process, blocks every signal for that moment.
    if (looks >= maskLooks) return fail('DS1007', { pid });
    await sleep(5);
  }
  if (await handlesSignalItself(pid, 10)) return fail('DS1008', { pid });
  return undefined;
}

export async function openInspector(pid: number): Promise<OpenInspector> {
  const open = await findInspector(pid);
  if (open) return { ...open, opened: false };
  const refusal = await refusalOf(pid);
  if (refusal) throw refusal;
  const [port, before] = await Promise.all([inspectorPortOf(pid), portsOf(pid)]);
  const guardian = new Guardian(pid, port, before);
  try {
    return { ...(await signalUntilOpen(pid, port, before)), opened: true, guardian };
  } catch (error) {
    // It may open all the same, a little later.
    guardian.takeOver();
    throw error;
  }
}

async function signalUntilOpen(
  pid: number,
  port: number,
  before: ReadonlySet<number>,
): Promise<{ readonly url: string; readonly port: number }> {
  const deadline = performance.now() + openSeconds * 1000;
  let signalledAt = Number.NEGATIVE_INFINITY;
  while (performance.now() < deadline) {
    // One that was just closing, its devsandbox killed, opens at the port it had before.
    const found = signalledAt > 0 ? ((await findInspector(pid, before)) ?? (await findInspector(pid))) : undefined;
    if (found) return found;
    // Repeated: the port may have been taken by someone in between, and then the process only says so on its stderr.
    if (performance.now() - signalledAt > 2000) {
      const holder = port === 0 ? undefined : await holderOf(port);
      if (holder === undefined || holder === pid) {
        signal(pid);
        signalledAt = performance.now();
      } else if (performance.now() > deadline - (openSeconds - 2) * 1000) {
        // Another devsandbox would have moved the inspector that it opened out of the way by now.
        throw await portTaken(pid, port, holder);
      }
    }
    if (!(await isRunning(pid))) throw fail('DS1002', { target: pid });
    await sleep(performance.now() - signalledAt < 200 ? 1 : 20);
  }
  throw fail('DS1010', { pid, seconds: openSeconds });
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') throw fail('DS1006', { pid, user: 'unknown' }, error);
    throw fail('DS1002', { target: pid }, error);
  }
}

/** The port it would listen at: what it was told with --inspect-port, else 9229. */
async function inspectorPortOf(pid: number): Promise<number> {
  const options = [...((await environment(pid))?.get('NODE_OPTIONS') ?? '').split(/\s+/), ...(await commandLine(pid))];
  let port = 9229;
  for (const [i, option] of options.entries()) {
    const value = /^--(?:inspect-port|debug-port)(?:=(.*))?$/.exec(option);
    if (!value) continue;
    const text = value[1] ?? options[i + 1] ?? '';
    const digits = /(\d+)$/.exec(text)?.[1];
    if (digits !== undefined) port = Number(digits);
  }
  return port;
}

/** Pid of the listener of a port; 0 when it is not ours to see. */
async function holderOf(port: number): Promise<number | undefined> {
  const inodes = [...(await listeners()).values()].filter((each) => each.port === port).map((each) => each.inode);
  if (inodes.length === 0) return undefined;
  for (const pid of await processIds()) {
    const own = await listenersOf(pid);
    if (own?.some((each) => each.port === port)) return pid;
  }
  return 0;
}

async function portTaken(pid: number, port: number, holder: number): Promise<Error> {
  const name =
    holder === 0
      ? 'a process of another user'
      : `${(await processStatus(holder))?.name ?? 'a process'} (pid ${holder})`;
  return fail('DS1009', { pid, port, holder: name });
}
