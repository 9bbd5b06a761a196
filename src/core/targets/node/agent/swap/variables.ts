// Runs in the target: writes a variable of a closure, through a function that closes over it. What can be assigned is
// assigned in the captured scope, without a stop; a `const` is written by V8 in an entered frame, which the front ends.
import { closuresOf } from '../closures.ts';
import type { Agent } from '../index.ts';
import type { Variable } from './references.ts';

type Scope = (code: string) => unknown;

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export function holdsVariable(agent: Agent, { name, fromOutside }: Variable, fn: object, value: object): boolean {
  const { scopes = [] } = closuresOf(agent.capture.post, [fn])[0] ?? {};
  const scope = scopes[scopes.length - 1 - fromOutside];
  return scope !== undefined && Reflect.getOwnPropertyDescriptor(scope.variables, name)?.value === value;
}

/** Gives what takes it back; undefined when it cannot be assigned from there: a `const`, or hidden by another. */
export function assignVariable(
  agent: Agent,
  { name }: Variable,
  fn: object,
  from: object,
  to: object,
): (() => void) | undefined {
  const captured = agent.capture.take(fn);
  if ('problem' in captured || !identifier.test(name)) return undefined;
  const scope = agent.capture.closure(captured.token)!;
  agent.capture.release([captured.token]);
  if (seenIn(scope, name) !== from) return undefined;
  try {
    const assign = scope(`(function ($devsandbox) { ${name} = $devsandbox; })`) as (value: unknown) => void;
    assign(to);
    return seenIn(scope, name) === to ? () => void (seenIn(scope, name) === to && assign(from)) : undefined;
  } catch {
    return undefined;
  }
}

/** Gives why it was not written. */
export function forceVariable(agent: Agent, variable: Variable, fn: object, to: object): string | undefined {
  if (!agent.link.open) return 'devsandbox left';
  let refusal: string | undefined = 'its scope was not found';
  const problem = agent.capture.stopIn(fn, to, (frame) => {
    frame.post('Debugger.setVariableValue', {
      scopeNumber: frame.scopeChain.length - 1 - variable.fromOutside,
      variableName: variable.name,
      newValue: frame.value,
      callFrameId: frame.callFrameId,
    });
    refusal = undefined;
  });
  return problem ?? refusal;
}

function seenIn(scope: Scope, name: string): unknown {
  try {
    return scope(name);
  } catch {
    return undefined; // not initialised yet
  }
}
