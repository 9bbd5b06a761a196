// What the kernel tells about processes: command lines, listeners, threads, signal masks. Linux only, read from /proc;
// nothing here touches a process.
import { readFile, readdir, readlink } from 'node:fs/promises';

export interface SignalMasks {
  readonly caught: bigint;
  readonly blocked: bigint;
}

export interface ProcessStatus {
  readonly name: string;
  readonly parent: number;
  readonly uid: number;
  readonly masks: SignalMasks;
}

export interface Listening {
  readonly port: number;
  /** As hex digits of the kernel: all zero means every address. */
  readonly address: string;
  readonly inode: string;
}

const textOf = async (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

export async function processIds(): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

export const isRunning = async (pid: number): Promise<boolean> => {
  const stat = await textOf(`/proc/${pid}/stat`);
  return stat !== undefined && !/^\d+ \(.*\) [ZX]/s.test(stat);
};

const splitNul = (text: string): readonly string[] =>
  text.split('\0').filter((part, i, all) => part !== '' || i < all.length - 1);

export const commandLine = async (pid: number): Promise<readonly string[]> =>
  splitNul((await textOf(`/proc/${pid}/cmdline`)) ?? '');

/** Undefined when the process belongs to somebody else. */
export async function environment(pid: number): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await textOf(`/proc/${pid}/environ`);
  if (text === undefined) return undefined;
  return new Map(
    splitNul(text).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

export const executable = async (pid: number): Promise<string | undefined> =>
  readlink(`/proc/${pid}/exe`).catch(() => undefined);
export const workingDirectory = async (pid: number): Promise<string | undefined> =>
  readlink(`/proc/${pid}/cwd`).catch(() => undefined);

export async function processStatus(pid: number): Promise<ProcessStatus | undefined> {
  const text = await textOf(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '0';
  return {
    name: field('Name'),
    parent: Number(field('PPid')),
    uid: Number(field('Uid')),
    masks: { caught: BigInt(`0x${field('SigCgt')}`), blocked: BigInt(`0x${field('SigBlk')}`) },
  };
}

/** Start of a process in clock ticks since boot: with the pid it names a process for good. */
export async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Listeners of a network namespace, by inode; that of `pid`, so that containers are seen as they are. */
export async function listeners(pid: number | 'self' = 'self'): Promise<ReadonlyMap<string, Listening>> {
  const found = new Map<string, Listening>();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of ((await textOf(`/proc/${pid}/net/${table}`)) ?? '').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const [address = '', port = ''] = (columns[1] ?? '').split(':');
      const inode = columns[9];
      if (columns[3] === '0A' && inode !== undefined)
        found.set(inode, { port: Number.parseInt(port, 16), address, inode });
    }
  }
  return found;
}

/** Number of established connections to a local port. */
export async function connectionsTo(port: number): Promise<number> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let count = 0;
  for (const table of ['tcp', 'tcp6']) {
    for (const line of ((await textOf(`/proc/self/net/${table}`)) ?? '').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[3] === '01' && columns[1]?.endsWith(wanted)) count++;
    }
  }
  return count;
}

interface OpenFiles {
  /** File descriptor of each socket, by inode. */
  readonly sockets: ReadonlyMap<string, number>;
  readonly epolls: readonly number[];
}

/** Undefined when we may not look. */
export async function openFiles(pid: number): Promise<OpenFiles | undefined> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => undefined);
  if (!names) return undefined;
  const sockets = new Map<string, number>();
  const epolls: number[] = [];
  await Promise.all(
    names.map(async (name) => {
      const link = await readlink(`/proc/${pid}/fd/${name}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined) sockets.set(inode, Number(name));
      else if (link === 'anon_inode:[eventpoll]') epolls.push(Number(name));
    }),
  );
  return { sockets, epolls: epolls.toSorted((a, b) => a - b) };
}

export interface ProcessListener extends Listening {
  /**
   * Served by the main event loop, so a listener of the app; others belong to the inspector or to worker threads.
   * Undefined when the kernel does not tell us.
   */
  readonly main: boolean | undefined;
}

/** Listeners of one process; undefined when we may not look. */
export async function listenersOf(
  pid: number,
  all?: ReadonlyMap<string, Listening>,
): Promise<readonly ProcessListener[] | undefined> {
  const files = await openFiles(pid);
  if (!files) return undefined;
  const known = all ?? (await listeners());
  const own = [...files.sockets].flatMap(([inode, fd]) => {
    const listening = known.get(inode);
    return listening ? [{ listening, fd }] : [];
  });
  if (own.length === 0) return [];
  const loops = await Promise.all(
    files.epolls.map(async (epoll) => {
      const info = (await textOf(`/proc/${pid}/fdinfo/${epoll}`)) ?? '';
      return { epoll, watched: new Set([...info.matchAll(/^tfd:\s*(\d+)/gm)].map((match) => Number(match[1]))) };
    }),
  );
  const waiting = await waitingThreads(pid);
  return own.map(({ listening, fd }) => {
    const loop = loops.find((each) => each.watched.has(fd))?.epoll;
    const thread = loop === undefined ? undefined : waiting.get(loop);
    return {
      ...listening,
      main: thread === undefined ? (waiting.size > 1 && !waiting.has('main') ? true : undefined) : thread === pid,
    };
  });
}

// epoll_wait, epoll_pwait and epoll_pwait2.
const epollCalls: Readonly<Record<string, readonly string[]>> = { x64: ['232', '281', '441'], arm64: ['22', '441'] };

/** Which thread waits in which epoll, as far as threads are idle; `main` when the main thread is. */
async function waitingThreads(pid: number): Promise<ReadonlyMap<number | 'main', number>> {
  const waiting = new Map<number | 'main', number>();
  const calls = epollCalls[process.arch] ?? [];
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  await Promise.all(
    threads.map(async (thread) => {
      const [call, epoll] = ((await textOf(`/proc/${pid}/task/${thread}/syscall`)) ?? '').split(' ');
      if (call === undefined || epoll === undefined || !calls.includes(call)) return;
      waiting.set(Number(epoll), Number(thread));
      if (Number(thread) === pid) waiting.set('main', pid);
    }),
  );
  return waiting;
}
