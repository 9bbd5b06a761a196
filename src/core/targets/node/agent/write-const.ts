// A `const` can be written only by the debugger, in a frame. The frame is that of a function which is entered and left
// before its first statement; while it stands, V8's own request sets the variable, and the front lets the target go on.
import type { LiveValue } from '../../live-value.ts';
import type { Agent } from './index.ts';

export interface ConstWrite {
  readonly agent: Agent;
  readonly fn: unknown;
  readonly name: string;
  readonly expression: string;
  readonly expected: string | null;
  readonly held: number | null;
  /** Tells the front that the target stands still. */
  readonly post: (message: unknown) => void;
}

export type ConstWritten =
  | { readonly before: LiveValue; readonly after: LiveValue; readonly ms: number }
  | { readonly problem: string; readonly reason?: string }
  | { readonly captureProblem: string };

interface Described {
  readonly result: readonly { readonly name: string }[];
}

export function writeConst({ agent, fn, name, expression, expected, held, post }: ConstWrite): ConstWritten {
  const { capture, state, describer } = agent;
  const captured = capture.take(fn);
  if ('problem' in captured) return { captureProblem: captured.problem };
  const prepared = state.prepare(captured.token, name, expression, expected, held);
  if ('problem' in prepared) {
    capture.release([captured.token]);
    return prepared;
  }
  let failure: string | undefined = 'its scope was not found';
  const start = performance.now();
  const problem = agent.paused(() =>
    capture.stopIn(fn, prepared.next, (frame) => {
      // The scopes of a frame begin with its own; the module's is the outermost that has the name.
      const numbers = frame.scopeChain.map((_, i) => i).reverse();
      for (const scopeNumber of numbers) {
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
        failure = undefined;
        break;
      }
      post({ kind: 'stopped' });
    }),
  );
  const ms = performance.now() - start;
  const now = capture.evalIn(captured.token, name);
  capture.release([captured.token]);
  if (problem !== undefined) return { captureProblem: problem };
  if (failure !== undefined) return { problem: 'refused', reason: failure };
  return { before: prepared.before, after: describer.describe(now, name), ms };
}
