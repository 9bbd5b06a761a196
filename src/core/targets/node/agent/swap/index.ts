// Runs in the target: replaces a function by writing every reference to it. The walk goes on in slices beside the app;
// what is found is written in turns of their own, and then optimised code is made to forget what it had read.
import type { Agent } from '../index.ts';
import { holds, write } from '../holder.ts';
import { makeSlices } from '../slices.ts';
import { makeFinder, type SearchOptions, type Variable } from './references.ts';
import { compileLike, factsOf, originalOf, type Failure, type FunctionFacts } from './replacement.ts';
import { assignVariable, forceVariable, holdsVariable } from './variables.ts';

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

export function createSwap(agent: Agent) {
  const { capture, handles } = agent;
  let pause = 0;
  const paused = <T>(run: () => T): T => {
    const stopped = agent.stopwatch();
    try {
      return agent.paused(run);
    } finally {
      pause = Math.max(pause, stopped());
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

  /** Those that can be assigned first: a `const` cannot be taken back without the front. */
  async function writeVariables(
    variables: readonly Variable[],
    from: object,
    to: object,
  ): Promise<Omit<Written, 'cut' | 'pause'>> {
    const references: Reference[] = [];
    const missed: { readonly place: Reference; readonly reason: string }[] = [];
    const left: { readonly variable: Variable; readonly fn: object }[] = [];
    const placeOf = ({ name, scriptId }: Variable): Reference => ({ variable: name, scriptId });
    for (const variable of variables)
      for (const fn of variable.functions)
        await slices.turn(() => {
          if (!holdsVariable(agent, variable, fn, from)) return;
          const back = assignVariable(agent, variable, fn, from, to);
          if (!back) return void left.push({ variable, fn });
          takeBack.push(back);
          references.push(placeOf(variable));
        });
    const reasons = new Map<Variable, string>();
    for (const { variable, fn } of left)
      await slices.turn(() => {
        if (!holdsVariable(agent, variable, fn, from)) return;
        const reason = forceVariable(agent, variable, fn, to);
        if (reason === undefined) {
          // The rest stays too, so that an undo finds the new function wherever one looks.
          takeBack = [];
          references.push(placeOf(variable));
        } else reasons.set(variable, reason);
      });
    for (const { variable, fn } of left)
      await slices.turn(() => {
        if (missed.some(({ place }) => 'variable' in place && place.variable === variable.name)) return;
        if (!holdsVariable(agent, variable, fn, from)) return;
        missed.push({ place: placeOf(variable), reason: reasons.get(variable) ?? 'the variable kept its value' });
      });
    return { references, missed };
  }

  /** Writes `to` wherever `from` is held, and looks again until nothing is left. */
  async function writeEverywhere(from: object, to: object, options: SearchOptions): Promise<Written> {
    const references = new Map<string, Reference>();
    const done = (reference: Reference): void => void references.set(JSON.stringify(reference), reference);
    let missed: { readonly place: Reference; readonly reason: string }[] = [];
    let cut = false;
    try {
      for (let pass = 0; pass < passes; pass++) {
        const { walk, variables, cut: cutNow } = await findReferences(from, options);
        cut = cutNow;
        if (walk.holders.length === 0 && variables.length === 0) break;
        missed = [];
        await slices.turn(() => {
          walk.holders.forEach((holder, at) => {
            if (write(holder, from, to)) {
              takeBack.push(() => void write(holder, to, from));
              done({ label: walk.labelOf(at) });
            } else if (holds(holder, from))
              missed.push({ place: { label: walk.labelOf(at) }, reason: 'it is read-only' });
          });
        });
        const written = await writeVariables(variables, from, to);
        written.references.forEach(done);
        missed.push(...written.missed);
        // What optimised code knows of properties it forgets by itself.
        if (variables.length > 0) await flush();
        takeBack = [];
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

  /** Optimised code folds variables that it read: after a write it must forget. Both halves go through the whole heap. */
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
      const written = await writeEverywhere(from, to, options).catch(async (error: unknown) => {
        // What had been written before it failed.
        await writeEverywhere(to, from, options).catch(() => undefined);
        throw error;
      });
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
