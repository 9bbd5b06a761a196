// Runs in the target: captures as few scopes as show all variables of a module. Code that is evaluated in a captured
// function sees that function's own parameters and variables first, so one that declares a name does not show it.
import type { VariableWanted } from './units.ts';

/** A live function through which a module's scope may be seen. */
export interface Candidate {
  readonly id: number;
  /** Of the wanted names, those that it declares itself. */
  readonly hides: readonly string[];
}

export type Scope = { readonly token: number } | { readonly problem: string };

const captureLimit = 8;
const failureLimit = 40;

export interface ScopeSearch {
  /** Captures one more; false when that is over. */
  step(): boolean;
  /** The variables, each with the scopes that show it. */
  wanted(): readonly VariableWanted[];
  tokens(): readonly number[];
}

export function searchScopes(
  variables: readonly VariableWanted[],
  candidates: readonly Candidate[],
  capture: (id: number) => Scope,
): ScopeSearch {
  const waiting = candidates.map(({ id, hides }) => ({ id, hides: new Set(hides) }));
  const captured: { readonly token: number; readonly hides: ReadonlySet<string> }[] = [];
  let failures = 0;
  const isSeen = (name: string): boolean => captured.some(({ hides }) => !hides.has(name));
  return {
    step() {
      if (captured.length >= captureLimit || failures >= failureLimit) return false;
      const unseen = variables.filter(({ name }) => !isSeen(name));
      const gain = ({ hides }: (typeof waiting)[number]): number =>
        unseen.filter(({ name }) => !hides.has(name)).length;
      let best = 0;
      for (let at = 1; at < waiting.length; at++) if (gain(waiting[at]!) > gain(waiting[best]!)) best = at;
      const [next] = waiting.splice(best, 1);
      if (!next || gain(next) === 0) return false;
      const scope = capture(next.id);
      if ('token' in scope) captured.push({ token: scope.token, hides: next.hides });
      else failures++;
      return true;
    },
    wanted: () =>
      variables.map((each) => ({
        ...each,
        tokens: captured.filter(({ hides }) => !hides.has(each.name)).map(({ token }) => token),
      })),
    tokens: () => captured.map(({ token }) => token),
  };
}
