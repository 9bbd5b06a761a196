// Surface of the room: find processes, attach to one. What a kind of target needs is loaded when one is attached.
import { select } from './discover.ts';
import type { Target } from './target.ts';

export { listTargets, type TargetCandidate } from './discover.ts';

/** Attaches to the process that `selector` names: pid, `:port`, name, script path, or address of an inspector. */
export async function attach(selector: string): Promise<Target> {
  const selected = await select(selector);
  const { attachNode } = await import('./node/attach.ts');
  return attachNode(selected);
}
