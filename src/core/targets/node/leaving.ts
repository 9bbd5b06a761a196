// The way out of a target, in the order that no version of Node stumbles over: the agent undoes what it did, the
// connections end, then the lifeline, upon whose end the agent closes the inspector that was opened for us.
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../../common/errors.ts';
import { connectCdp, type CdpClient } from './cdp.ts';
import { findInspector } from './inspector-port.ts';
import type { FrontLink } from './link.ts';
import { isRunning } from './proc.ts';

export interface Attachment {
  readonly cdp: CdpClient;
  readonly link: FrontLink;
  /** Makes its agent undo everything. */
  leave(): Promise<unknown>;
}

export interface Leaving {
  /** Threads that are attached, the main thread last. */
  readonly attachments: readonly Attachment[];
  /** Process whose inspector was opened for us; undefined when it was open before. */
  readonly opened: number | undefined;
  /** From now on what still fails does so because we left. */
  readonly left: () => void;
}

/** Milliseconds that a target may take for each step; one that does not answer is left to its lifeline. */
const limits = { leave: 2000, closeAlone: 1000, close: 3000 };

export async function leaveTarget({ attachments, opened, left }: Leaving): Promise<void> {
  await Promise.all(attachments.map(({ cdp }) => cdp.silence()));
  for (const each of attachments)
    await Promise.race([each.leave().catch(() => undefined), sleep(limits.leave, undefined, { ref: false })]);
  left();
  for (const { cdp } of attachments) await cdp.closed();
  for (const { link } of attachments) link[Symbol.dispose]();
  if (opened !== undefined) await inspectorClosed(opened, attachments.at(-1)!.link.token);
}

/** Waits until the agent has closed it. A process in a loop of its own does not come to it, and is told directly. */
async function inspectorClosed(pid: number, token: string): Promise<void> {
  const start = performance.now();
  let isTold = false;
  while (performance.now() - start < limits.close && (await isRunning(pid))) {
    const found = await findInspector(pid);
    if (!found) return;
    if (!isTold && performance.now() - start > limits.closeAlone) {
      isTold = true;
      const cdp = await connectCdp(found.url, () => fail('DS1003')).catch(() => undefined);
      // Unless another devsandbox is there in the meantime. Without any lock our agent never came so far.
      const expression = `(${agentOf(token)} || !${lock}) && require('inspector').close()`;
      cdp?.send('Runtime.evaluate', { expression, includeCommandLineAPI: true }).catch(() => undefined);
    }
    await sleep(5);
  }
}

const lock = `process[Symbol.for('devsandbox.lock')]`;

/** Expression for the agent of ours that holds the target's lock. */
export const agentOf = (token: string): string => `${lock}?.api(${JSON.stringify(token)})`;
