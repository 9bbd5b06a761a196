// Runs in the target: replaces a function by writing every reference to it. The walk goes on in slices beside the app;
// what is found is written in turns of their own, and then optimised code is made to forget what it had read.
import type { Agent } from '../index.ts';
import { closuresOf } from '../closures.ts';
import { holds, write } from '../holder.ts';
import { makeSlices } from '../slices.ts';
import { makeFinder, type SearchOptions, type Variable } from './references.ts';
import { compileLike, factsOf, originalOf, type Failure, type FunctionFacts } from './replacement.ts';

/** A property by its label, or a variable, whose script only the front knows by name. */
export type Reference = { readonly label: string } | { readonly variable: string; readonly scriptId: string };

export interface Written {
  readonly references: readonly Reference[];
  readonly missed: readonly { readonly place: Reference; readonly reason: string }[];
  readonly cut: boolean;
  /** The longest stop of the target. */
  readonly pause: number;
}

export interface Replaced extends Written {
  readonly id: number;
  /** Number of the function that runs now. */
  readonly handle: number;
  readonly source: string;
}

const passes = 3;
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
type Scope = (code: string) => unknown;
type Assign = (value: unknown) => void;

export function createSwap(agent: Agent) {
  const { capture, handles } = agent;
  const clock = performance.now.bind(performance);
  let pause = 0;
  const paused = <T>(run: () => T): T => {
    const start = clock();
    try {
      return agent.paused(run);
    } finally {
      pause = Math.max(pause, clock() - start);
    }
  };
  const slices = makeSlices(paused);
  const findReferences = makeFinder(agent, slices);
  const swaps = new Map<number, { readonly original: object; readonly next: object }>();
  let lastId = 0;
  let takeBack: (() => void)[] = [];

  // When we are gone in the middle of a change, what can be taken back without the front is.
  agent.onDetach(() => {
    slices.end();
    for (const back of takeBack.toReversed()) back();
  });

  const stillHolds = ({ name, fromOutside }: Variable, fn: object, value: object): boolean => {
    const { scopes = [] } = closuresOf(capture.post, [fn])[0] ?? {};
    const scope = scopes[scopes.length - 1 - fromOutside];
    return scope !== undefined && Reflect.getOwnPropertyDescriptor(scope.variables, name)?.value === value;
  };

  /** Writes a variable from the scope of a function that closes over it; gives why it was not written. */
  function writeVariable(variable: Variable, fn: object, from: object, to: object): string | undefined {
    const { name, fromOutside } = variable;
    const captured = capture.take(fn);
    if ('problem' in captured) return captured.problem;
    const scope = capture.closure(captured.token)!;
    capture.release([captured.token]);
    if (identifier.test(name) && seenIn(scope, name) === from) {
      try {
        const assign = scope(`(function ($devsandbox) { ${name} = $devsandbox; })`) as Assign;
        assign(to);
        if (seenIn(scope, name) === to) {
          takeBack.push(() => void (seenIn(scope, name) === to && assign(from)));
          return undefined;
        }
      } catch {
        // A `const`.
      }
    }
    if (!agent.link.open) return 'devsandbox left';
    let refusal: string | undefined = 'its scope was not found';
    const problem = capture.stopIn(fn, to, (frame) => {
      frame.post('Debugger.setVariableValue', {
        scopeNumber: frame.scopeChain.length - 1 - fromOutside,
        variableName: name,
        newValue: frame.value,
        callFrameId: frame.callFrameId,
      });
      refusal = undefined;
    });
    return problem ?? refusal ?? (stillHolds(variable, fn, from) ? 'the variable kept its value' : undefined);
  }

  /** Writes `to` wherever `from` is held, and looks again until nothing is left. */
  async function writeEverywhere(from: object, to: object, options: SearchOptions): Promise<Written> {
    const references = new Map<string, Reference>();
    let missed: { readonly place: Reference; readonly reason: string }[] = [];
    let cut = false;
    const done = (reference: Reference): void => void references.set(JSON.stringify(reference), reference);
    takeBack = [];
    try {
      for (let pass = 0; pass < passes; pass++) {
        const { walk, variables, cut: cutNow } = await findReferences(from, options);
        cut = cutNow;
        if (walk.holders.length === 0 && variables.length === 0) break;
        missed = [];
        // A `const` cannot be taken back without the front: those come last.
        await slices.turn(() => {
          walk.holders.forEach((holder, at) => {
            if (write(holder, from, to)) {
              takeBack.push(() => void write(holder, to, from));
              done({ label: walk.labelOf(at) });
            } else if (holds(holder, from))
              missed.push({ place: { label: walk.labelOf(at) }, reason: 'it is read-only' });
          });
        });
        for (const variable of variables) {
          const place = { variable: variable.name, scriptId: variable.scriptId };
          const left: object[] = [];
          let reason = '';
          for (const fn of variable.functions) {
            await slices.turn(() => {
              if (!stillHolds(variable, fn, from)) return;
              const problem = writeVariable(variable, fn, from, to);
              if (problem === undefined) done(place);
              else {
                reason = problem;
                left.push(fn);
              }
            });
          }
          const kept = await slices.turn(() => left.some((fn) => stillHolds(variable, fn, from)));
          if (kept) missed.push({ place, reason });
        }
        await flush();
        if (missed.length > 0 && pass > 0) break;
      }
    } catch (error) {
      for (const back of takeBack.toReversed()) back();
      throw error;
    } finally {
      takeBack = [];
    }
    return { references: [...references.values()], missed, cut, pause };
  }

  /** Optimised code folds what it read: after a write it must forget. Both halves go through the whole heap. */
  async function flush(): Promise<void> {
    const { post } = capture;
    await slices.turn(() => {
      post('Profiler.enable');
      post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    });
    await slices.turn(() => {
      post('Profiler.stopPreciseCoverage');
      post('Profiler.disable');
    });
  }

  const functionAt = (handle: number): object => {
    const fn = handles.get(handle);
    if (typeof fn !== 'function') throw new Error('it is no function any more');
    return fn;
  };

  return {
    /** What is there, and the text of what it replaced when it is an edit's. */
    look: (handle: number): Promise<FunctionFacts & { readonly originalSource: string | null }> =>
      slices.turn(() => {
        const fn = functionAt(handle);
        const original = originalOf(agent, fn);
        return { ...factsOf(agent, fn), originalSource: original ? factsOf(agent, original).source : null };
      }),
    /** Without an expression the function that was there before the last edit comes back. */
    async replace(
      handle: number,
      expression: string | null,
      home: number | null,
      options: SearchOptions,
    ): Promise<Replaced | Failure> {
      pause = 0;
      const from = functionAt(handle);
      const compiled = await slices.turn(() => {
        if (expression === null) return { made: originalOf(agent, from)! };
        const holder = home === null ? undefined : handles.get(home);
        return compileLike(agent, from, expression, typeof holder === 'object' ? holder : undefined);
      });
      if ('failed' in compiled) return compiled;
      const to = compiled.made;
      const written = await writeEverywhere(from, to, options);
      if (written.references.length === 0)
        return { failed: 'nowhere', reason: written.missed[0]?.reason ?? 'no reference to it was found' };
      const id = ++lastId;
      swaps.set(id, { original: from, next: to });
      return { ...written, id, handle: handles.add(to), source: factsOf(agent, to).source };
    },
    async restore(id: number, options: SearchOptions): Promise<(Written & { readonly handle: number }) | null> {
      const swap = swaps.get(id);
      if (!swap) return null;
      pause = 0;
      const written = await writeEverywhere(swap.next, swap.original, options);
      if (written.missed.length === 0) swaps.delete(id);
      return { ...written, handle: handles.add(swap.original) };
    },
  };
}

export type Swap = ReturnType<typeof createSwap>;

function seenIn(scope: Scope, name: string): unknown {
  try {
    return scope(name);
  } catch {
    return undefined; // not initialised yet
  }
}
