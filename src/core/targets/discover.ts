// From what a person writes (`4242`, `:8080`, a name, a script, `127.0.0.1:9229`, each with `/worker:ID`) to a process.
import { resolve } from 'node:path';
import { fail } from '../common/errors.ts';
import { isNodeProcess, nodeCandidates, type NodeCandidate } from './node/candidates.ts';
import { executable, isRunning, listeners, listenersOf, processIds } from './node/proc.ts';

export type TargetCandidate = NodeCandidate;

export type Selected = { readonly worker?: number } & ({ readonly pid: number } | { readonly url: string });

/** Processes that one could attach to, and those one could not, with the reason. */
export async function listTargets(): Promise<readonly TargetCandidate[]> {
  needProc();
  return nodeCandidates();
}

export async function select(selector: string): Promise<Selected> {
  const [, what = '', worker] = /^(.*?)(?:\/worker:(\d+))?$/s.exec(selector.trim())!;
  const chosen = await selectProcess(what);
  return worker === undefined ? chosen : { ...chosen, worker: Number(worker) };
}

async function selectProcess(selector: string): Promise<{ readonly pid: number } | { readonly url: string }> {
  if (/^wss?:\/\//.test(selector)) return { url: selector };
  const address = /^(?:https?:\/\/)?((?:[\w.-]+|\[[\da-f:]+\]):\d+)\/?$/i.exec(selector)?.[1];
  if (address !== undefined) return { url: address };
  needProc();
  if (/^\d+$/.test(selector)) return { pid: await byPid(Number(selector), selector) };
  if (/^:\d+$/.test(selector)) return { pid: await byPort(Number(selector.slice(1)), selector) };
  if (selector === '') throw fail('DS1001', { selector: '""' });
  return { pid: await byName(selector) };
}

async function byPid(pid: number, selector: string): Promise<number> {
  if (!(await isRunning(pid))) throw fail('DS1001', { selector });
  if (!(await isNodeProcess(pid))) throw fail('DS1005', { pid, executable: (await executable(pid)) ?? 'unknown' });
  return pid;
}

async function byPort(port: number, selector: string): Promise<number> {
  const known = await listeners();
  const owners: number[] = [];
  for (const pid of await processIds()) {
    const own = await listenersOf(pid, known);
    if (own?.some((each) => each.port === port)) owners.push(pid);
  }
  const nodes: number[] = [];
  for (const pid of owners) if (await isNodeProcess(pid)) nodes.push(pid);
  // A listener that children inherited is seen in each of them: the first one made it.
  const [first = owners[0]] = nodes.toSorted((a, b) => a - b);
  if (first === undefined) throw fail('DS1001', { selector });
  return byPid(first, selector);
}

async function byName(selector: string): Promise<number> {
  const candidates = await nodeCandidates();
  const path = resolve(selector);
  const matches = [
    (each: TargetCandidate) => each.name === selector,
    (each: TargetCandidate) => each.script !== '' && each.script === path,
    (each: TargetCandidate) => each.script.endsWith(`/${selector}`),
  ];
  for (const isMatch of matches) {
    const found = candidates.filter(isMatch);
    // Workers of a cluster bear its name: the primary is meant, and a worker is chosen by its pid.
    const mains = found.filter((each) => each.clusterPrimary === undefined);
    const chosen = mains.length > 0 ? mains : found;
    if (chosen.length === 1) return chosen[0]!.pid;
    if (chosen.length > 1)
      throw fail('DS1004', {
        selector,
        candidates: chosen.map((each) => `${each.pid} (${each.script || each.name})`).join(', '),
      });
  }
  throw fail('DS1001', { selector });
}

function needProc(): void {
  if (process.platform !== 'linux') throw fail('DS1016', { platform: process.platform });
}
