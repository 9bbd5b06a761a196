// From the functions that were found to copies in the target: one unit for a module's own level, one for each live
// closure that was made inside another function. A function is left out, with a gap, when any variable that its copy
// would need is not seen: a copy must never compute anything else than the original.
import type { ManifestInstance } from '../../../instrument/manifest.ts';
import type { CapturedVariable, Unit } from '../../../instrument/transform/index.ts';
import type { UnitFunction } from '../agent/recording/classes.ts';
import type { ModuleMade, ModuleWanted, UnitMade, UnitWanted } from '../agent/recording/index.ts';
import type { Candidate, Scope } from '../agent/recording/scopes.ts';
import { computedOf, prepareClasses } from './classes.ts';
import { declaredNames } from './declared-names.ts';
import type { LiveFunction } from './find.ts';
import type { Inside } from './inside.ts';
import type { Gap, OwnModule } from './own-modules.ts';

export interface Installed {
  readonly instances: readonly ManifestInstance[];
  readonly functions: number;
  readonly gaps: readonly Gap[];
}

const instancesOfOne = 200;
const instancesInAll = 2000;

interface LiveClosure {
  readonly index: number;
  readonly id: number;
}

/** What is to be done for a module, and what came of it. */
interface Work {
  readonly own: OwnModule;
  readonly level: ReadonlyMap<number, number>;
  readonly closures: readonly LiveClosure[];
  /** The unit of each function alone: what it needs. */
  readonly needs: ReadonlyMap<number, Unit>;
  readonly variables: readonly CapturedVariable[];
  readonly wanted: ModuleWanted;
}

interface WantedUnit {
  readonly wanted: UnitWanted;
  readonly unit: Unit;
  readonly own: OwnModule;
  readonly kind: ManifestInstance['kind'];
  readonly of: readonly LiveClosure[];
  readonly moduleVariables: readonly CapturedVariable[];
}

export async function install(
  inside: Inside,
  own: readonly OwnModule[],
  live: readonly LiveFunction[],
): Promise<Installed> {
  const gaps: Gap[] = [];
  const followed = own.some(({ plan, script }) => script !== undefined || mayAssignExports(plan.input.source));
  let closureCount = own.length;
  const works = own.map((each, module) => {
    const work = prepare(
      each,
      module,
      followed,
      live.filter((fn) => fn.module === module),
      closureCount,
      gaps,
    );
    closureCount += work.closures.length;
    return work;
  });
  const made = await inside.wait<readonly ModuleMade[]>(
    'makeModules',
    works.map(({ wanted }) => wanted),
  );
  const refused = await prepareClasses(inside, works);
  const complete = works.map((work, module) => completeOnes(work, made[module]!, refused, gaps));
  const closures = works.flatMap(({ closures: all }, module) =>
    all.filter(({ index }) => complete[module]!.has(index)).map((closure) => ({ ...closure, module })),
  );
  const scopes = await inside.wait<readonly Scope[]>(
    'captureAll',
    closures.map(({ id }) => id),
  );
  const units = works.flatMap((work, module): readonly WantedUnit[] => [
    levelUnit(work, complete[module]!, made[module]!),
    ...closures.flatMap((closure, at) => {
      if (closure.module !== module) return [];
      const scope = scopes[at]!;
      if ('token' in scope) return [closureUnit(work, closure, scope.token)];
      gaps.push({ reason: 'not-instrumented', place: work.own.plan.place(closure.index), detail: scope.problem });
      return [];
    }),
  ]);
  const results = await inside.wait<readonly UnitMade[]>(
    'makeUnits',
    units.map(({ wanted }) => wanted),
  );
  const tokens = [
    ...scopes.flatMap((each) => ('token' in each ? [each.token] : [])),
    ...made.map((each) => each.thisToken),
  ];
  const [shared] = await Promise.all([
    inside.wait<readonly { readonly instance: number; readonly cells: Readonly<Record<string, number>> }[]>(
      'shareCells',
    ),
    inside.call(
      'releaseScopes',
      tokens.filter((token) => token !== null),
    ),
  ]);
  const cells = new Map(shared.map((each) => [each.instance, each.cells]));
  let functions = 0;
  const instances = results.flatMap((result, at): readonly ManifestInstance[] => {
    const { own: each, unit, kind, of, moduleVariables, wanted } = units[at]!;
    if ('problems' in result) {
      for (const { name, reason } of result.problems)
        for (const { index } of of)
          gaps.push({
            reason: 'not-instrumented',
            place: each.plan.place(index),
            detail: name === '' ? reason : `${name}: ${reason}`,
          });
      return [];
    }
    functions += of.length;
    return [
      {
        index: result.instance,
        module: wanted.module,
        kind,
        functions: of.map(({ index }) => index),
        code: unit.code,
        moduleVariables,
        activationVariables: unit.activationVariables,
        cells: cells.get(result.instance) ?? {},
        usesThis: unit.usesThis,
      },
    ];
  });
  return { instances, functions, gaps };
}

/** What the copies of a module need. */
function prepare(
  own: OwnModule,
  module: number,
  followed: boolean,
  live: readonly LiveFunction[],
  before: number,
  gaps: Gap[],
): Work {
  const { plan } = own;
  const { level, closures } = choose(plan, live, before, gaps);
  const needs = new Map<number, Unit>();
  for (const index of [...level.keys(), ...closures.map((each) => each.index)])
    if (!needs.has(index)) needs.set(index, plan.unit([index]));
  const byName = new Map<string, CapturedVariable>();
  for (const unit of needs.values()) for (const each of unit.moduleVariables) byName.set(each.name, each);
  const variables = [...byName.values()];
  const { format, wrapper } = plan.input;
  const { url, path } = own.module;
  // What a CommonJS arrow means by `this` is seen in the scope of such an arrow only.
  const thisUser = format === 'commonjs' ? [...level.keys()].find((index) => needs.get(index)!.usesThis) : undefined;
  return {
    own,
    level,
    closures,
    needs,
    variables,
    wanted: {
      module,
      variables: variables.map((each) => {
        if (each.kind === 'import') return { ...each, tokens: [], followed };
        const named = [...level].find(
          ([index]) =>
            plan.functions[index]!.name === each.name && /^(?:class|function)$/.test(plan.functions[index]!.kind),
        );
        return {
          ...each,
          tokens: [],
          ...(named && (each.kind === 'class' || each.kind === 'function') ? { id: named[1] } : {}),
        };
      }),
      candidates: candidates(plan, live, byName),
      // A wrapped module's own parameter gives it.
      importMeta:
        format === 'module' && wrapper === undefined
          ? { url, filename: path, dirname: path?.slice(0, path.lastIndexOf('/')) }
          : null,
      thisOf: thisUser === undefined ? null : level.get(thisUser)!,
    },
  };
}

/** Functions all of whose variables are seen; the others become gaps. */
function completeOnes(
  { own: { plan }, level, needs }: Work,
  { problems, thisToken }: ModuleMade,
  refused: ReadonlyMap<number, string>,
  gaps: Gap[],
): ReadonlySet<number> {
  const missing = new Set(problems.map(({ name }) => name));
  for (const { name, reason } of problems)
    gaps.push({ reason: 'variable-not-captured', place: `${plan.input.path}#${name}`, detail: reason });
  const complete = new Set<number>();
  for (const [index, { moduleVariables, usesThis }] of needs) {
    const refusal = refused.get(plan.input.functionBase + index);
    if (refusal !== undefined) {
      gaps.push({ reason: 'not-instrumented', place: plan.place(index), detail: refusal });
      continue;
    }
    const lacks = moduleVariables.filter(({ name }) => missing.has(name));
    if (lacks.length > 0)
      gaps.push({
        reason: 'not-instrumented',
        place: plan.place(index),
        detail: `${plan.functions[index]!.name || 'a function'} uses ${lacks.map(({ name }) => name).join(', ')}, which could not be captured`,
      });
    else if (level.has(index) && plan.input.format === 'commonjs' && usesThis && thisToken === null)
      gaps.push({ reason: 'not-instrumented', place: plan.place(index), detail: 'its this could not be captured' });
    else complete.add(index);
  }
  return complete;
}

const describeIn =
  ({ plan }: OwnModule) =>
  ({ index, id }: LiveClosure): UnitFunction => ({
    number: plan.input.functionBase + index,
    id,
    isClass: plan.functions[index]!.kind === 'class',
    isPrivate: plan.privateNames(index) !== undefined,
    keys: computedOf(plan, index).map((each) => plan.input.functionBase + each.index),
  });

/** One unit for all functions of the module's own level. */
function levelUnit(
  { own, level, variables, wanted: { module } }: Work,
  complete: ReadonlySet<number>,
  { problems, thisToken }: ModuleMade,
): WantedUnit {
  const missing = new Set(problems.map(({ name }) => name));
  const of = [...level]
    .filter(([index]) => complete.has(index))
    .map(([index, id]) => ({ index, id }))
    .toSorted((a, b) => a.index - b.index);
  const unit = own.plan.unit(of.map(({ index }) => index));
  return {
    own,
    unit,
    kind: 'module',
    of,
    moduleVariables: variables.filter(({ name }) => !missing.has(name)),
    wanted: {
      module,
      code: unit.code,
      functions: of.map(describeIn(own)),
      activationVariables: [],
      isActivation: false,
      thisToken: unit.usesThis ? thisToken : null,
    },
  };
}

/** A unit of its own for each closure that lasts. */
function closureUnit({ own, wanted: { module } }: Work, closure: LiveClosure, token: number): WantedUnit {
  const unit = own.plan.unit([closure.index]);
  return {
    own,
    unit,
    kind: 'activation',
    of: [closure],
    moduleVariables: unit.moduleVariables,
    wanted: {
      module,
      code: unit.code,
      functions: [describeIn(own)(closure)],
      activationVariables: unit.activationVariables.map((each) => ({ ...each, tokens: [token] })),
      isActivation: true,
      thisToken: unit.usesThis ? token : null,
    },
  };
}

/** Whether an export may change after the module ran, so that imports of it must be read anew. */
const mayAssignExports = (source: string): boolean =>
  /\bexport\s+(?:let|var)\b/.test(source) || (/\bexport\s*\{/.test(source) && /(?:^|[;}\s])(?:let|var)\s/.test(source));

/** Sorts live functions: those of the module's own level, and closures of activations that last. */
function choose(
  plan: OwnModule['plan'],
  live: readonly LiveFunction[],
  before: number,
  gaps: Gap[],
): { readonly level: ReadonlyMap<number, number>; readonly closures: readonly LiveClosure[] } {
  const level = new Map<number, number>();
  const closures: LiveClosure[] = [];
  const counts = new Map<number, number>();
  const told = new Set<number>();
  const tell = (index: number, reason: string, detail: string): void => {
    if (told.has(index)) return;
    told.add(index);
    gaps.push({ reason, place: plan.place(index), detail });
  };
  const close = (index: number, id: number): void => {
    const count = (counts.get(index) ?? 0) + 1;
    counts.set(index, count);
    if (count > instancesOfOne || before + closures.length > instancesInAll)
      tell(index, 'not-instrumented', `more than ${instancesOfOne} live instances; those are recorded`);
    else closures.push({ index, id });
  };
  for (const { index, id, lasting } of live) {
    const { isClosure, ofClass, unsupported, kind } = plan.functions[index]!;
    // Members come with their class.
    if (ofClass !== -1) continue;
    if (unsupported !== undefined) tell(index, 'not-instrumented', unsupported);
    else if (!isClosure && !level.has(index)) level.set(index, id);
    else if (isClosure && !lasting) continue;
    // An instance says of its class which place of the sources it is, not which of several classes made there.
    else if (kind === 'class' && counts.has(index))
      tell(index, 'not-instrumented', 'several classes were made from it; one is recorded');
    else close(index, id);
    const reason = plan.constructionGap(index);
    if (reason !== undefined)
      tell(index, 'construction', `calls that construct ${plan.functions[index]!.name} are not exact: ${reason}`);
  }
  for (const { index, isClosure, ofClass, unsupported, name } of plan.functions) {
    if (isClosure || ofClass !== -1 || level.has(index)) continue;
    tell(
      index,
      unsupported === undefined ? 'function-not-found' : 'not-instrumented',
      unsupported ?? `${name || 'a function'} was not found live`,
    );
  }
  return { level, closures };
}

const candidateLimit = 200;

/** Live functions through which a module's scope can be seen, the best first. */
function candidates(
  plan: OwnModule['plan'],
  live: readonly LiveFunction[],
  wanted: ReadonlyMap<string, unknown>,
): readonly Candidate[] {
  const list: { readonly id: number; readonly text: string; readonly rank: number }[] = [];
  const seen = new Set<number>();
  for (const { index, id } of live) {
    const info = plan.functions[index]!;
    if (info.kind === 'class' || seen.has(index)) continue;
    seen.add(index);
    // Of a function within others, what those declare hides the module's variables too.
    let outermost = info;
    for (let up = info.outer; up !== -1; up = plan.functions[up]!.outer) outermost = plan.functions[up]!;
    if (outermost.ofClass !== -1) outermost = plan.functions[outermost.ofClass]!;
    list.push({
      id,
      text: plan.text(outermost.index),
      rank: info.outer === -1 && info.ofClass === -1 ? 0 : info.outer === -1 ? 1 : 2,
    });
  }
  return list
    .toSorted((a, b) => a.rank - b.rank || a.text.length - b.text.length)
    .slice(0, candidateLimit)
    .map(({ id, text }) => ({ id, hides: [...declaredNames(text)].filter((name) => wanted.has(name)) }));
}
