// Surface of the room: find processes, attach to one. What a kind of target needs is loaded when one is attached.
import { select, type Selected } from './discover.ts';
import type { Target } from './target.ts';

export { listTargets, select, type Selected, type TargetCandidate } from './discover.ts';

/**
 * Attaches to a process.
 * @param selector what a person writes (pid, `:port`, name, script path, address of an inspector), or what
 *   {@link select} made of it
 */
export async function attach(selector: string | Selected): Promise<Target> {
  const selected = typeof selector === 'string' ? await select(selector) : selector;
  const { attachNode } = await import('./node/attach.ts');
  return attachNode(selected);
}
