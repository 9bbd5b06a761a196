// Attaching to a Node process: find or open its inspector, put the agent in, wait for its lifeline, and move an
// inspector that we opened off the default port, so that the next process can open its own there.
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, isDevsandboxError, messageOf } from '../../common/errors.ts';
import { bundleInjected } from '../../common/bundle.ts';
import type { TargetInfo } from '../target.ts';
import type { AgentFacts, AgentOptions } from './agent/index.ts';
import { frameTypes } from './agent/link.ts';
import { connectCdp, workerCdp, type CdpClient } from './cdp.ts';
import type { WorkerInfo } from './cdp-domains.ts';
import { describeProcess } from './candidates.ts';
import { findInspector, inspectorAt, openInspector, portsOf, type OpenInspector } from './inspector-port.ts';
import { agentOf, leaveTarget } from './leaving.ts';
import type { Guardian } from './guardian.ts';
import { FrontLink } from './link.ts';
import { NodeTarget } from './node-target.ts';
import { isRunning, listenersOf } from './proc.ts';
import { NodeSession } from './session.ts';

export interface NodeAddress {
  readonly pid?: number;
  readonly url?: string;
  /** Worker thread to attach to instead of the main thread. */
  readonly worker?: number;
}

/** Why the line is down: the process is gone, or we left. Shared by everything of one attachment. */
export class Fate {
  detached = false;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  readonly why = (): Error => (this.detached ? fail('DS1003') : fail('DS1002', { target: this.name }));
}

const attempts = 3;

/**
 * Attaches to a process or one of its worker threads.
 * @throws DS1001 to DS1015: each says what is in the way
 */
export async function attachNode(address: NodeAddress): Promise<NodeTarget> {
  let guardian: Guardian | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await inspectorOf(address);
      // What an attempt before this one opened is still ours to close.
      const inspector = { ...found, opened: found.opened || guardian !== undefined };
      if (found.guardian) {
        guardian?.[Symbol.dispose]();
        guardian = found.guardian;
      }
      return await attachThrough(inspector, address, () => {
        guardian?.[Symbol.dispose]();
        guardian = undefined;
      });
    } catch (error) {
      // The agent of a devsandbox that was just killed closes the inspector at which we came in.
      const isLost = isDevsandboxError(error) && (error.code === 'DS1002' || error.code === 'DS1012');
      if (!isLost || address.pid === undefined || attempt >= attempts || !(await isRunning(address.pid))) {
        // Where no agent is there, nobody else closes it.
        guardian?.takeOver();
        throw error;
      }
    }
  }
}

/** @param arrived called when the agent is there */
async function attachThrough(inspector: OpenInspector, address: NodeAddress, arrived: () => void): Promise<NodeTarget> {
  const fate = new Fate(String(address.pid ?? address.url));
  const link = await FrontLink.open();
  let cdp: CdpClient | undefined;
  let isThere = false;
  try {
    cdp = await connect(inspector.url, fate);
    const main = await inject(cdp, link, { closeInspector: inspector.opened, takeLock: true }, fate);
    isThere = true;
    arrived();
    const { facts } = main;
    let { agentId } = main;
    if (Number(facts.version.split('.', 1)[0]) < 20) throw fail('DS1014', { version: facts.version });
    const isLinked = await lifeline(link);
    if (inspector.opened) ({ cdp, agentId } = await moveInspector({ cdp, pid: facts.pid, link, fate, isLinked }));
    const info = await infoOf(facts, address.pid ?? (inspector.url.includes('127.0.0.1') ? facts.pid : undefined));
    const mainSession = new NodeSession({ cdp, link, info, agentId });
    if (address.worker === undefined)
      return new NodeTarget({ session: mainSession, fate, openedInspector: inspector.opened });
    const worker = await attachWorker(mainSession, address.worker, fate);
    return new NodeTarget({ session: worker, main: mainSession, fate, openedInspector: inspector.opened });
  } catch (error) {
    // `api` gives nothing when the agent has not come so far.
    const expression = `Promise.resolve(((api) => api?.turns.take(-1, api.leave))(${agentOf(link.token)}))`;
    const leaving = cdp;
    await leaveTarget({
      attachments: leaving
        ? [
            {
              cdp: leaving,
              link,
              leave: () => leaving.send('Runtime.evaluate', { expression, awaitPromise: true, silent: true }),
            },
          ]
        : [],
      opened: isThere && inspector.opened ? address.pid : undefined,
      left: () => {
        fate.detached = true;
      },
    });
    link[Symbol.dispose]();
    throw error;
  }
}

async function inspectorOf({ pid, url }: NodeAddress): Promise<OpenInspector> {
  if (pid !== undefined) return openInspector(pid);
  if (url!.startsWith('ws:')) return { url: url!, port: Number(new URL(url!).port), opened: false };
  const { hostname, port } = new URL(`http://${url}`);
  const found = await inspectorAt(hostname, Number(port));
  if (found === undefined) throw fail('DS1012', { url, reason: 'no inspector listens there' });
  return { url: found, port: Number(port), opened: false };
}

async function connect(url: string, fate: Fate): Promise<CdpClient> {
  try {
    const cdp = await connectCdp(url, fate.why);
    // A process that ends waits for whoever is connected to its inspector: it asks us to leave, and we do.
    cdp.on('NodeRuntime.waitingForDisconnect', () => cdp.close());
    cdp.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => undefined);
    return cdp;
  } catch (error) {
    throw fail('DS1012', { url, reason: messageOf(error) }, error);
  }
}

type AgentChoices = Pick<AgentOptions, 'closeInspector' | 'takeLock'>;

/** Evaluates the agent in a thread and starts it; waits a little for a predecessor whose front has died. */
async function inject(
  cdp: CdpClient,
  link: FrontLink,
  choices: AgentChoices,
  fate: Fate,
): Promise<{ readonly agentId: string; readonly facts: AgentFacts }> {
  const bundle = await bundleInjected(new URL('./agent/index.ts', import.meta.url), { name: 'agent' });
  const exported = await cdp.send('Runtime.evaluate', { expression: bundle.code, silent: true });
  if (exported.exceptionDetails)
    throw fail('DS1030', {
      reason: exported.exceptionDetails.exception?.description ?? exported.exceptionDetails.text,
    });
  // Before 20.16 there is no process.getBuiltinModule; the console's `require` is always there.
  const builtins = await cdp.send('Runtime.evaluate', {
    expression: "typeof process.getBuiltinModule === 'function' ? (name) => process.getBuiltinModule(name) : require",
    includeCommandLineAPI: true,
    silent: true,
  });
  const options: AgentOptions = {
    port: link.port,
    token: link.token,
    frontPid: process.pid,
    secretNames: [],
    ...choices,
  };
  const created = await cdp.send('Runtime.callFunctionOn', {
    objectId: exported.result.objectId!,
    functionDeclaration: 'function (options, builtin) { return this.createAgent(options, builtin); }',
    arguments: [{ value: options }, { objectId: builtins.result.objectId! }],
    silent: true,
  });
  const agentId = created.result.objectId;
  if (created.exceptionDetails || agentId === undefined)
    throw fail('DS1030', { reason: created.exceptionDetails?.exception?.description ?? 'the agent did not start' });
  const call = async (method: string): Promise<unknown> => {
    const called = await cdp.send('Runtime.callFunctionOn', {
      objectId: agentId,
      functionDeclaration: `function () { return this.${method}(); }`,
      returnByValue: true,
      silent: true,
    });
    if (called.exceptionDetails)
      throw fail('DS1030', { reason: called.exceptionDetails.exception?.description ?? called.exceptionDetails.text });
    return called.result.value;
  };
  for (let tries = 0; ; tries++) {
    const started = (await call('start')) as AgentFacts | { readonly takenBy: number };
    if (!('takenBy' in started)) return { agentId, facts: started };
    if (started.takenBy === process.pid || (await isRunning(started.takenBy)))
      throw fail('DS1011', { pid: fate.name, holder: `process ${started.takenBy}` });
    if (tries === 0) await call('takeInspector');
    // Its front is dead; a busy process has not heard of it yet.
    if (tries >= 20) await call('evict');
    else await sleep(50);
  }
}

/** The agent's connection; a process in a loop cannot make it now, and is attached to all the same. */
const lifeline = (link: FrontLink): Promise<boolean> =>
  Promise.race([link.connected.then(() => true), sleep(1000, false, { ref: false })]);

interface Move {
  readonly cdp: CdpClient;
  readonly pid: number;
  readonly link: FrontLink;
  readonly fate: Fate;
  /** Whether the lifeline is there. */
  readonly isLinked: boolean;
}

/**
 * Moves the inspector to a free port and connects again. Kill-safe: the agent is already there and closes it when we
 * are gone; it is found again through the lock that it holds.
 */
async function moveInspector({
  cdp,
  pid,
  link,
  fate,
  isLinked,
}: Move): Promise<{ readonly cdp: CdpClient; readonly agentId: string }> {
  const before = await portsOf(pid);
  if (isLinked) {
    // Nobody may be connected to an inspector that closes.
    await cdp.closed();
    link.send(frameTypes.move, new Uint8Array(0));
  } else
    cdp
      .send('Runtime.evaluate', {
        expression: `${agentOf(link.token)}?.moveInspector()`,
        silent: true,
      })
      .catch(() => undefined);
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const found = await findInspector(pid, before);
    if (found) {
      cdp.close();
      const again = await connect(found.url, fate);
      const agent = await again.send('Runtime.evaluate', {
        expression: agentOf(link.token),
        silent: true,
      });
      if (agent.result.objectId === undefined) throw fail('DS1030', { reason: 'the agent left' });
      return { cdp: again, agentId: agent.result.objectId };
    }
    if (!(await isRunning(pid))) throw fail('DS1002', { target: fate.name });
    await sleep(2);
  }
  throw fail('DS1030', { reason: 'its inspector did not come up again' });
}

async function infoOf(facts: AgentFacts, pid: number | undefined): Promise<TargetInfo> {
  const isLocal = pid === facts.pid;
  const described = isLocal ? await describeProcess(facts.pid) : undefined;
  const ports = isLocal
    ? ((await listenersOf(facts.pid)) ?? []).filter((each) => each.main !== false).map((each) => each.port)
    : [];
  const mainScript = facts.argv[1] ?? '';
  return {
    kind: 'node',
    name: described?.name ?? (mainScript.split('/').at(-1) || 'node'),
    pid: facts.pid,
    runtimeVersion: facts.version,
    cwd: facts.cwd,
    mainScript,
    ports: [...new Set(ports)].toSorted((a, b) => a - b),
  };
}

/** Worker threads of an attached process, as its inspector lists them. */
async function workersOf(
  cdp: CdpClient,
): Promise<readonly { readonly sessionId: string; readonly info: WorkerInfo }[]> {
  const found: { readonly sessionId: string; readonly info: WorkerInfo }[] = [];
  using _listening = cdp.on(
    'NodeWorker.attachedToWorker',
    ({ sessionId, workerInfo }) => void found.push({ sessionId, info: workerInfo }),
  );
  await cdp.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return found;
}

async function attachWorker(main: NodeSession, thread: number, fate: Fate): Promise<NodeSession> {
  const workers = await workersOf(main.cdp);
  const chosen = workers.find(({ info }) => Number(info.workerId) === thread);
  if (!chosen)
    throw fail('DS1013', {
      pid: main.info.pid,
      thread,
      threads: workers.map(({ info }) => info.workerId).join(', ') || 'none',
    });
  const cdp = workerCdp(main.cdp, chosen.sessionId, fate.why);
  const link = await FrontLink.open();
  try {
    const { agentId, facts } = await inject(cdp, link, { closeInspector: false, takeLock: false }, fate);
    await lifeline(link);
    const info: TargetInfo = {
      ...main.info,
      mainScript: facts.argv[1] ?? main.info.mainScript,
      thread: { id: thread, name: chosen.info.title },
    };
    return new NodeSession({ cdp, link, info, agentId });
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}
