// A `const` can be written only by the debugger, in a frame. The frame is that of a function which is entered and left
// before its first statement; while it stands, V8's own request sets the variable, and the front lets the target go on.
import type { LiveValue } from '../../live-value.ts';
import type { StoppedFrame } from './capture.ts';
import type { Agent } from './index.ts';

export interface ConstWrite {
  readonly agent: Agent;
  readonly fn: unknown;
  readonly name: string;
  readonly expression: string;
  readonly expected: string | null;
  readonly held: number | null;
}

export type ConstWritten =
  | { readonly before: LiveValue; readonly after: LiveValue; readonly ms: number }
  | { readonly problem: string; readonly reason?: string }
  | { readonly captureProblem: string };

interface Described {
  readonly result: readonly { readonly name: string }[];
}

/** Sets the variable to the frame's value in the outermost scope that has it; gives why not. */
function setInFrame(frame: StoppedFrame, name: string): string | undefined {
  // The scopes of a frame begin with its own; the module's is the outermost that has the name.
  for (const scopeNumber of frame.scopeChain.map((_, i) => i).reverse()) {
    const scope = frame.scopeChain[scopeNumber]!;
    if (scope.type === 'global' || scope.type === 'script' || scope.object.objectId === undefined) continue;
    const { result } = frame.post<Described>('Runtime.getProperties', {
      objectId: scope.object.objectId,
      ownProperties: true,
    });
    if (!result.some((each) => each.name === name)) continue;
    frame.post('Debugger.setVariableValue', {
      scopeNumber,
      variableName: name,
      newValue: frame.value,
      callFrameId: frame.callFrameId,
    });
    return undefined;
  }
  return 'its scope was not found';
}

export function writeConst({ agent, fn, name, expression, expected, held }: ConstWrite): ConstWritten {
  const { capture, state, describer } = agent;
  const captured = capture.take(fn);
  if ('problem' in captured) return { captureProblem: captured.problem };
  const prepared = state.prepare(captured.token, name, expression, expected, held);
  if ('problem' in prepared) {
    capture.release([captured.token]);
    return prepared;
  }
  let failure: string | undefined = 'its scope could not be entered';
  const stopped = agent.stopwatch();
  const problem = agent.paused(() =>
    capture.stopIn(fn, prepared.next, (frame) => {
      failure = setInFrame(frame, name);
    }),
  );
  const ms = stopped();
  const now = capture.evalIn(captured.token, name);
  capture.release([captured.token]);
  if (problem !== undefined) return { captureProblem: problem };
  if (failure !== undefined) return { problem: 'refused', reason: failure };
  return { before: prepared.before, after: describer.describe(now, name), ms };
}
