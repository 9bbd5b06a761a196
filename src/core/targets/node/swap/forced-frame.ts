// A frame of a function that is never run, to capture its scope and to write its `const`s. How it is held without
// running is told in agent/swap. Each frame stops the target for the time limit and one exchange of messages.
import { fail } from '../../../common/errors.ts';
import { ms, type Milliseconds } from '../../../common/units.ts';
import type { CdpEventParams } from '../cdp-domains.ts';
import type { Inside, ObjectId } from './inside.ts';

export interface VariableWrite {
  /** Number of the scope in the frame's chain, from the inside; the frame's own locals are found by their type. */
  readonly scopeFromOutside: number;
  readonly name: string;
  readonly value: ObjectId;
}

export interface ForcedFrame {
  /** `code => eval(code)` in the function's scope. */
  readonly scope: ObjectId;
  readonly pause: Milliseconds;
  /** Reasons of writes that were refused, by name. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

const condition =
  '(globalThis[Symbol.for("devsandbox.force")] !== undefined && ((globalThis[Symbol.for("devsandbox.force")].scope = (devsandboxCode) => eval(devsandboxCode)), true))';
/** Time limits tried one after another: a loaded machine may need longer to get to the breakpoint. */
const limits = [2, 3, 5, 8, 13];

export async function forceFrame(
  inside: Inside,
  fn: ObjectId,
  writes: readonly VariableWrite[],
  name: string,
): Promise<ForcedFrame> {
  let outcome = '';
  for (const limit of limits) {
    const frame = await attempt(inside, fn, writes, limit);
    if (typeof frame !== 'string') return frame;
    outcome = frame;
    if (outcome === 'returned' || outcome.startsWith('threw')) break; // it has no statement to stop at
  }
  throw fail('DS5041', { name, reason: `the call was not held at its start (${outcome})` });
}

async function attempt(
  inside: Inside,
  fn: ObjectId,
  writes: readonly VariableWrite[],
  limit: number,
): Promise<ForcedFrame | string> {
  const { cdp } = inside;
  const { breakpointId } = await (
    cdp.send as unknown as (method: string, params: object) => Promise<{ breakpointId: string }>
  ).call(cdp, 'Debugger.setBreakpointOnFunctionCall', { objectId: fn, condition });
  let pause = 0;
  const refused: { name: string; reason: string }[] = [];
  let held: Promise<unknown> = Promise.resolve();
  const onPaused = (event: CdpEventParams<'Debugger.paused'>) => {
    if (!event.hitBreakpoints?.includes(breakpointId) && event.callFrames.at(-1)?.url !== 'devsandbox:force') {
      if (!event.callFrames.some((frame) => frame.url === 'devsandbox:force')) return;
    }
    const start = performance.now();
    const top = event.callFrames[0]!;
    const burst: Promise<unknown>[] = writes.map((write) =>
      cdp
        .send('Debugger.setVariableValue', {
          callFrameId: top.callFrameId,
          scopeNumber: top.scopeChain.length - 1 - write.scopeFromOutside,
          variableName: write.name,
          newValue: { objectId: write.value },
        })
        .catch(
          (error: unknown) =>
            void refused.push({ name: write.name, reason: error instanceof Error ? error.message : String(error) }),
        ),
    );
    // Ended by the script's time limit; the bound is for when that came first.
    burst.push(
      cdp
        .send('Debugger.evaluateOnCallFrame', {
          callFrameId: top.callFrameId,
          silent: true,
          expression: `for (const devsandboxEnd = Date.now() + ${limit + 1}; Date.now() < devsandboxEnd;);`,
        })
        .catch(() => undefined),
    );
    burst.push(cdp.send('Debugger.resume', { terminateOnResume: true }).catch(() => undefined));
    held = Promise.all(burst).then(() => (pause += performance.now() - start));
  };
  const listening = cdp.on('Debugger.paused', onPaused);
  try {
    const result = await inside.call('force', [{ objectId: fn }, inside.builtin, limit], { wait: true });
    await held;
    const { result: facts } = await inside.properties(result.objectId!);
    const scope = facts.find((property) => property.name === 'scope')?.value?.objectId;
    if (scope === undefined || pause === 0)
      return String(facts.find((property) => property.name === 'outcome')?.value?.value);
    return { scope, pause: ms(pause), refused };
  } finally {
    listening[Symbol.dispose]();
    await cdp.send('Debugger.removeBreakpoint', { breakpointId }).catch(() => undefined);
  }
}
