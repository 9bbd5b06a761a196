// Node processes of this machine as a person would want to choose among them: name, version, listeners, and whether
// one can attach or why not. Found through /proc; no process is touched.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { isDevsandboxError } from '../../common/errors.ts';
import { refusalOf } from './inspector-port.ts';
import {
  commandLine,
  environment,
  executable,
  listeners,
  listenersOf,
  processIds,
  processStatus,
  workingDirectory,
  type Listening,
} from './proc.ts';

export interface NodeCandidate {
  readonly pid: number;
  readonly name: string;
  /** Without a leading v; empty when it could not be found out. */
  readonly runtimeVersion: string;
  /** Ports of the app's own listeners. */
  readonly ports: readonly number[];
  readonly attachable: boolean;
  readonly reason?: string;
  readonly script: string;
  readonly cwd: string;
  /** Pid of the cluster primary that it works for. */
  readonly clusterPrimary?: number;
}

const nodeName = /^node(js)?([-_]?v?\d[\d.]*)?( \(deleted\))?$/;
// Main threads of newer versions are named after what they are.
const threadName = /^(node|nodejs|MainThread|node-MainThread)$/;

export async function isNodeProcess(pid: number): Promise<boolean> {
  const path = await executable(pid);
  if (path !== undefined) return nodeName.test(basename(path));
  const status = await processStatus(pid);
  const first = (await commandLine(pid))[0] ?? '';
  return status !== undefined && threadName.test(status.name) && /(^|\/)node(js)?[\d.]*$/.test(first);
}

export async function nodeCandidates(): Promise<readonly NodeCandidate[]> {
  const known = await listeners();
  const own = await ownTree();
  const found: NodeCandidate[] = [];
  for (const pid of await processIds()) {
    if (own.has(pid) || !(await isNodeProcess(pid))) continue;
    const candidate = await candidateOf(pid, known);
    if (candidate) found.push(candidate);
  }
  return found.toSorted((a, b) => a.pid - b.pid);
}

/** This process and its helpers. */
async function ownTree(): Promise<ReadonlySet<number>> {
  const parents = new Map<number, number>();
  for (const pid of await processIds()) parents.set(pid, (await processStatus(pid))?.parent ?? 0);
  const own = new Set([process.pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      // Only helpers that we marked: a process that a test or a notebook started is a target like any other.
      if (own.has(pid) || !own.has(parent) || (await environment(pid))?.get('DEVSANDBOX_HELPER') === undefined)
        continue;
      own.add(pid);
      grown = true;
    }
  }
  return own;
}

async function candidateOf(pid: number, known: ReadonlyMap<string, Listening>): Promise<NodeCandidate | undefined> {
  const [described, refusal, own] = await Promise.all([describeProcess(pid), refusalOf(pid), listenersOf(pid, known)]);
  if (!described) return undefined;
  const hasInspector = own?.some((each) => each.main === false) ?? false;
  const reason = hasInspector || !refusal ? undefined : isDevsandboxError(refusal) ? refusal.what : refusal.message;
  return {
    pid,
    ...described,
    ports: [...new Set((own ?? []).filter((each) => each.main !== false).map((each) => each.port))].toSorted(
      (a, b) => a - b,
    ),
    attachable: reason === undefined,
    ...(reason !== undefined && { reason }),
  };
}

type Description = Pick<NodeCandidate, 'name' | 'runtimeVersion' | 'script' | 'cwd' | 'clusterPrimary'>;

/** What it is called and runs; undefined when it ended meanwhile. */
export async function describeProcess(pid: number): Promise<Description | undefined> {
  const [args, cwd, status, env] = await Promise.all([
    commandLine(pid),
    workingDirectory(pid),
    processStatus(pid),
    environment(pid),
  ]);
  if (!status) return undefined;
  const written = scriptOf(args);
  const script = written === undefined ? '' : resolve(cwd ?? '/', written);
  return {
    name: titleOf(args) ?? (script === '' ? undefined : await packageName(script)) ?? nameOfScript(script),
    runtimeVersion: (await versionOf(pid)) ?? '',
    script,
    cwd: cwd ?? '',
    ...(env?.has('NODE_UNIQUE_ID') && { clusterPrimary: status.parent }),
  };
}

/** A title that the process gave itself: it is written over the command line, and nothing else is left there. */
function titleOf([first = '', ...rest]: readonly string[]): string | undefined {
  const title = first.trim();
  return title === '' || /^node(\.exe)?$/.test(basename(title)) || rest.some((arg) => arg !== '') ? undefined : title;
}

const nameOfScript = (script: string): string => {
  const name = basename(script).replace(/\.[cm]?[jt]sx?$/, '');
  // `index` says nothing; its folder does.
  return name === '' ? 'node' : /^(index|main|server|app)$/.test(name) ? basename(dirname(script)) || name : name;
};

async function packageName(script: string): Promise<string | undefined> {
  for (let folder = dirname(script), depth = 0; depth < 6; folder = dirname(folder), depth++) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      try {
        const { name } = JSON.parse(text) as { readonly name?: unknown };
        return typeof name === 'string' && name !== '' ? name : undefined;
      } catch {
        return undefined;
      }
    }
    if (folder === dirname(folder)) break;
  }
  return undefined;
}

const optionsWithValue = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--title',
  '--input-type',
  '--max-old-space-size',
  '--stack-trace-limit',
  '--inspect-port',
  '--icu-data-dir',
  '--openssl-config',
]);

/** The main script of a command line of Node, as written; undefined when there is none (`-e`, a prompt). */
export function scriptOf(args: readonly string[]): string | undefined {
  for (let i = 1; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '') continue;
    if (/^(-e|--eval|-p|--print|-pe|-i|--interactive|--test)(=|$)/.test(arg)) return undefined;
    if (arg === '--') return args[i + 1];
    if (!arg.startsWith('-')) return arg;
    if (optionsWithValue.has(arg)) i++;
  }
  return undefined;
}

const versions = new Map<string, Promise<string | undefined>>();

/** Version of the executable: from the header file beside it, else by asking it, once. */
async function versionOf(pid: number): Promise<string | undefined> {
  const path = await executable(pid);
  if (path === undefined) return undefined;
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return undefined;
  const key = `${path}:${facts.mtimeMs}:${facts.size}`;
  let version = versions.get(key);
  if (!version) versions.set(key, (version = findVersion(path, facts.uid)));
  return version;
}

async function findVersion(path: string, owner: number): Promise<string | undefined> {
  const header = await readFile(join(dirname(path), '..', 'include', 'node', 'node_version.h'), 'utf8').catch(
    () => undefined,
  );
  const part = (name: string): string | undefined =>
    new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header ?? '')?.[1];
  if (part('MAJOR') !== undefined) return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
  // Somebody else's program is not run just to look at it.
  if (owner !== 0 && owner !== userInfo().uid) return undefined;
  return new Promise((resolvePromise) => {
    execFile(path, ['--version'], { timeout: 5000, env: {} }, (error, stdout) =>
      resolvePromise(error ? undefined : /^v(\S+)/.exec(stdout)?.[1]),
    );
  });
}
