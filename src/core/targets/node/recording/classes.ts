// What copies of classes need of their originals is asked for before any copy is made: a class for which that fails is
// left out, with a gap.
import type { ModulePlan } from '../../../instrument/transform/index.ts';
import type { ClassWanted } from '../agent/recording/classes.ts';
import type { Inside } from './inside.ts';

interface ClassOwner {
  readonly own: { readonly plan: ModulePlan };
  readonly level: ReadonlyMap<number, number>;
  readonly closures: readonly { readonly index: number; readonly id: number }[];
}

/** Members of a class whose keys are computed. */
export const computedOf = (plan: ModulePlan, index: number) =>
  plan.functions.filter(({ ofClass, isComputed }) => ofClass === index && isComputed);

/** Reasons why classes cannot be copied, by their number on the tape. */
export async function prepareClasses(
  inside: Inside,
  owners: readonly ClassOwner[],
): Promise<ReadonlyMap<number, string>> {
  const wanted = owners.flatMap(({ own: { plan }, level, closures }): readonly ClassWanted[] =>
    [...[...level].map(([index, id]) => ({ index, id })), ...closures].flatMap(({ index, id }) => {
      if (plan.functions[index]!.kind !== 'class') return [];
      const names = plan.privateNames(index) ?? [];
      const computed = computedOf(plan, index);
      if (names.length === 0 && computed.length === 0) return [];
      const number = plan.input.functionBase;
      return [
        {
          id,
          number: number + index,
          names,
          computed: computed.map((each) => ({
            number: number + each.index,
            text: plan.text(each.index),
            isStatic: each.isStatic,
          })),
        },
      ];
    }),
  );
  if (wanted.length === 0) return new Map();
  const problems = await inside.wait<readonly (string | null)[]>('makeClasses', wanted);
  return new Map(
    wanted.flatMap(({ number }, at) => {
      const problem = problems[at];
      return typeof problem === 'string' ? [[number, problem] as const] : [];
    }),
  );
}
