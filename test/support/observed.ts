// What of ours is in a target: every place that holds a function of it, compared reference by reference, copies that can
// be reached, globals and listeners.
import type { NodeTarget } from '../../src/core/targets/node/node-target.ts';

/** Runs in the target: every place that holds a function, from handles, listeners and exports, without running getters. */
const observe = String.raw`(agent, names) => {
  const seen = new Set([globalThis]), queue = [...agent.loader.roots(names)], places = [];
  let copies = 0;
  const push = (v) => { if (v !== null && (typeof v === 'object' || typeof v === 'function') && !agent.types.isProxy(v) && !seen.has(v) && seen.size < 200000) { seen.add(v); queue.push(v); } };
  for (let at = 0; at < queue.length; at++) {
    const object = queue[at];
    if (object === null || (typeof object !== 'object' && typeof object !== 'function') || agent.types.isTypedArray(object)) continue;
    if (typeof object === 'function' && /\$\.(?:on\?null:\$\.)?(?:e|as|gs)\(\d/.test(Function.prototype.toString.call(object))) copies++;
    if (agent.types.isMap(object)) Map.prototype.forEach.call(object, (v, k) => { push(k); push(v); });
    if (agent.types.isSet(object)) Set.prototype.forEach.call(object, (v) => push(v));
    for (const key of Reflect.ownKeys(object)) {
      let d; try { d = Reflect.getOwnPropertyDescriptor(object, key); } catch { continue; }
      for (const part of ['value', 'get', 'set']) if (typeof d?.[part] === 'function') places.push([object, key, part, d[part]]);
      // Express 5 hides its router behind a getter that only returns it.
      if (key === 'router' && typeof object === 'function' && d?.get && !('_router' in object)) try { push(d.get.call(object)); } catch {}
      if (d) { push(d.value); push(d.get); push(d.set); }
    }
    push(Reflect.getPrototypeOf(object));
  }
  const globals = [...Reflect.ownKeys(globalThis), ...Reflect.ownKeys(process)].map(String);
  const listeners = process.eventNames().map((e) => String(e) + process.listenerCount(e)).join();
  return { places, seen, copies, globals, listeners };
}`;
const compare = `(agent, before, after) => {
  const changed = [];
  for (const [object, key, part, fn] of before.places) {
    if (!after.seen.has(object)) continue;
    const now = Reflect.getOwnPropertyDescriptor(object, key)?.[part];
    // What Node binds anew for each connection is no function of the app.
    const text = (f) => Function.prototype.toString.call(f);
    if (now !== fn && typeof now === 'function' && !text(fn).includes('[native code]') && (now.name === fn.name || text(now) !== text(fn))) changed.push(String(key) + ' ' + fn.name);
  }
  return { changed, places: before.places.length, copiesBefore: before.copies, copies: after.copies, globals: after.globals.filter((each) => !before.globals.includes(each)), listeners: after.listeners === before.listeners };
}`;

export interface Comparison {
  readonly changed: readonly string[];
  readonly places: number;
  readonly copiesBefore: number;
  readonly copies: number;
  readonly globals: readonly string[];
  readonly listeners: boolean;
}

export async function observed(target: NodeTarget): Promise<{ readonly objectId: string }> {
  const names = (await target.modulesOf.list())
    .filter((each) => !each.id.includes('..') || each.own)
    .map((each) => each.loaderName);
  return { objectId: (await target.session.withAgentRemote(observe, names)).objectId! };
}

export async function compared(target: NodeTarget, before: { readonly objectId: string }): Promise<Comparison> {
  const after = await observed(target);
  const { result } = await target.session.cdp.send('Runtime.callFunctionOn', {
    objectId: before.objectId,
    functionDeclaration: `function (after) { return (${compare})(null, this, after); }`,
    arguments: [{ objectId: after.objectId }],
    returnByValue: true,
  });
  return result.value as Comparison;
}

const place = "globalThis[Symbol.for('devsandbox.test')]";

/** Leaves in the target what is there now, for a later comparison by whoever is attached then. */
export async function keepObserved(target: NodeTarget): Promise<void> {
  const { objectId } = await observed(target);
  await target.session.cdp.send('Runtime.callFunctionOn', {
    objectId,
    functionDeclaration: `function () { ${place} = this; }`,
    returnByValue: true,
  });
}

/** Compares with what {@link keepObserved} left. */
export async function comparedWithKept(target: NodeTarget): Promise<Comparison> {
  const { result } = await target.session.cdp.send('Runtime.evaluate', { expression: place });
  return compared(target, { objectId: result.objectId! });
}
