// Long runs over generated programs: a thousand in steps, each step in processes of its own.
import type { LongPart, StepResult } from '../../long/part.ts';
import { inProcess } from './worker.ts';
import type { Kind } from './worker.ts';

const programsOfStep = 100;

export interface ProgramsOptions {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  readonly programs: number;
  /** Numbers of other parts lie elsewhere. */
  readonly first: number;
  readonly figures: LongPart['figures'];
}

export function programsPart({ name, title, kind, programs, first, figures }: ProgramsOptions): LongPart {
  return {
    name,
    title,
    steps: Array.from({ length: programs / programsOfStep }, (_, at) => `${at * programsOfStep + 1} and up`),
    async run(step, { seed }): Promise<StepResult> {
      const from = first + seed * 1_000_000 + Number.parseInt(step, 10);
      const half = programsOfStep / 2;
      const done = await Promise.all([0, 1].map((at) => inProcess({ kind, from: from + at * half, count: half })));
      const problems = done.flatMap((each) => each.problems);
      const sum = (of: 'given' | 'taken' | 'unused' | 'unchecked'): number =>
        done.reduce((all, { planted }) => all + planted[of], 0);
      return {
        figures: {
          programs: programsOfStep,
          good: programsOfStep - problems.length,
          ...(kind === 'corruption'
            ? { given: sum('given'), taken: sum('taken'), unused: sum('unused'), unchecked: sum('unchecked') }
            : {}),
        },
        problems,
      };
    },
    figures,
  };
}

/** Sum of a figure over all steps. */
export const total = (done: ReadonlyMap<string, StepResult>, figure: string): number =>
  [...done.values()].reduce((all, { figures }) => all + (figures[figure] ?? 0), 0);
