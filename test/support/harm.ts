// Attach, record, detach, again and again under load, and killed in every third round: what the app notices of it, and
// what is different in it afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTraffic } from '../../examples/load.ts';
import { startShop } from '../../examples/start.ts';
import { attachNode } from '../../src/core/targets/node/attach.ts';
import type { NodeTarget } from '../../src/core/targets/node/node-target.ts';
import { nodeBinary } from './nodes.ts';
import type { NodeMajor } from './nodes.ts';
import { comparedWithKept, keepObserved } from './observed.ts';
import { eventually } from './target-process.ts';

export interface HarmOptions {
  readonly major: NodeMajor;
  readonly kind: 'typescript' | 'commonjs';
  readonly cycles: number;
}

export interface Harm {
  readonly cycles: number;
  readonly killed: number;
  readonly requests: number;
  /** What is not as it should be; empty when the target took no harm. */
  readonly problems: readonly string[];
}

const killed = fileURLToPath(new URL('../fixtures/recording/record-until-killed.ts', import.meta.url));

/** A killed predecessor may not have left yet: whoever comes next comes again. */
async function attachTo(pid: number): Promise<NodeTarget> {
  let target: NodeTarget | undefined;
  await eventually(async () => {
    target ??= await attachNode({ pid });
  }, 30_000);
  return target!;
}

/** Members of own modules that are functions, by their text: bindings that no object holds. */
async function bindings(target: NodeTarget): Promise<string> {
  const own = (await target.modulesOf.list()).filter((each) => each.own);
  const members = await Promise.all(
    own.map(async ({ id }) =>
      (await target.moduleMembers(id)).map(({ step: name, value }) =>
        value.kind === 'function' ? [id, name, value.name, value.isClass, value.preview] : [id, name, value.kind],
      ),
    ),
  );
  return JSON.stringify(members);
}

/** Timers and handles that keep the app alive, without those that traffic brings. */
const resources = (target: NodeTarget): Promise<string> =>
  target.session.withAgent<string>(
    `() => process.getActiveResourcesInfo().filter((each) => /Timeout|Immediate|TCPServer|Message|Worker/.test(each)).toSorted?.().join() ?? process.getActiveResourcesInfo().filter((each) => /Timeout|Immediate|TCPServer|Message|Worker/.test(each)).sort().join()`,
  );

async function recordOnce(pid: number): Promise<void> {
  const target = await attachTo(pid);
  try {
    const recording = await target.record({ onChunk: () => undefined });
    await eventually(async () => {
      if ((await recording.status()).calls < 20) throw new Error('it records no calls');
    });
    await recording.stop();
  } finally {
    await target.detach();
  }
}

async function recordUntilKilled(pid: number, delay: number): Promise<void> {
  const front = spawn(nodeBinary(24), [killed, String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  front.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const exited = once(front, 'exit');
  await eventually(() => {
    // One that found its killed predecessor still there ended by itself.
    if (!/calls [1-9]/.test(output) && front.exitCode === null) throw new Error('it records no calls');
  }, 30_000);
  await new Promise((resolve) => setTimeout(resolve, delay));
  front.kill('SIGKILL');
  await exited;
}

/** Does it, and tells what the app took from it. */
export async function harm({ major, kind, cycles }: HarmOptions): Promise<Harm> {
  await using shop = await startShop({ kind, node: nodeBinary(major) });
  await startTraffic(shop.url, { concurrency: 4, requests: 200 }).done;
  const problems: string[] = [];
  let before: { readonly bindings: string; readonly resources: string } | undefined;
  {
    const target = await attachTo(shop.pid);
    before = { bindings: await bindings(target), resources: await resources(target) };
    await keepObserved(target);
    await target.detach();
  }
  await using traffic = startTraffic(shop.url, { concurrency: 4, rate: 150 });
  let kills = 0;
  for (let cycle = 1; cycle <= cycles; cycle++) {
    if (cycle % 3 === 0) {
      kills += 1;
      await recordUntilKilled(shop.pid, (cycle * 7) % 50);
    } else await recordOnce(shop.pid);
    if (shop.process.exitCode !== null || shop.process.signalCode !== null) {
      problems.push(`the target died in cycle ${cycle}: ${shop.output().slice(-400)}`);
      return { cycles: cycle, killed: kills, requests: 0, problems };
    }
  }
  const { broken, failures, requests } = await traffic.stop();
  if (broken > 0) problems.push(`${broken} requests got no answer`);
  // The shop has a bug of its own.
  for (const { body, status, request } of failures)
    if (!body.includes("reading 'price'")) problems.push(`${request}: ${status} ${body}`);
  const target = await attachTo(shop.pid);
  try {
    await eventually(async () => {
      const now = await comparedWithKept(target);
      const left = {
        changed: now.changed,
        copies: now.copies,
        globals: now.globals,
        listeners: now.listeners,
        bindings: (await bindings(target)) === before.bindings,
        resources: await resources(target),
      };
      const wanted = {
        changed: [],
        copies: 0,
        // What this test itself keeps there.
        globals: ['Symbol(devsandbox.test)'],
        listeners: true,
        bindings: true,
        resources: before.resources,
      };
      if (JSON.stringify(left) !== JSON.stringify(wanted)) throw new Error(`it is left ${JSON.stringify(left)}`);
    });
  } catch (error) {
    problems.push((error as Error).message);
  } finally {
    await target.detach();
  }
  return { cycles, killed: kills, requests, problems };
}
