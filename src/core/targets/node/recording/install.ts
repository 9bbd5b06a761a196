// From the functions that were found to copies in the target: one unit for a module's own level, one for each live
// closure that was made inside another function. A function is left out, with a gap, when any variable that its copy
// would need is not seen: a copy must never compute anything else than the original.
import type { ManifestInstance } from '../../../instrument/manifest.ts';
import type { CapturedVariable } from '../../../instrument/transform/index.ts';
import type { Problem } from '../agent/recording/units.ts';
import { captureModule, type Candidate } from './captures.ts';
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

export async function install(
  inside: Inside,
  own: readonly OwnModule[],
  live: readonly LiveFunction[],
): Promise<Installed> {
  const instances: ManifestInstance[] = [];
  const gaps: Gap[] = [];
  let functions = 0;
  const followed = own.some(({ plan, script }) => script !== undefined || mayAssignExports(plan.input.source));
  for (const [at, each] of own.entries())
    functions += await installModule(
      inside,
      each,
      at,
      followed,
      live.filter(({ module }) => module === at),
      instances,
      gaps,
    );
  const shared =
    await inside.call<readonly { readonly instance: number; readonly cells: Readonly<Record<string, number>> }[]>(
      'shareCells',
    );
  const cells = new Map(shared.map((each) => [each.instance, each.cells]));
  return { instances: instances.map((each) => ({ ...each, cells: cells.get(each.index) ?? {} })), functions, gaps };
}

async function installModule(
  inside: Inside,
  { module, plan }: OwnModule,
  at: number,
  followed: boolean,
  live: readonly LiveFunction[],
  instances: ManifestInstance[],
  gaps: Gap[],
): Promise<number> {
  const { level, closures } = choose(plan, live, instances.length, gaps);
  const variablesOf = new Map<number, ReturnType<typeof plan.unit>>();
  for (const index of [...level.keys(), ...closures.map((each) => each.index)])
    if (!variablesOf.has(index)) variablesOf.set(index, plan.unit([index]));
  const variables = new Map<string, CapturedVariable>();
  for (const unit of variablesOf.values()) for (const each of unit.moduleVariables) variables.set(each.name, each);

  const names = [...variables.values()];
  const { wanted: seen, tokens } = await captureModule(inside, names, candidates(plan, live));
  const wanted = seen.map((each) => {
    if (each.kind === 'import') return { ...each, followed };
    const named = [...level].find(
      ([index]) =>
        plan.functions[index]!.name === each.name && /^(?:class|function)$/.test(plan.functions[index]!.kind),
    );
    return named && (each.kind === 'class' || each.kind === 'function') ? { ...each, id: named[1] } : each;
  });
  // A wrapped module's own parameter gives it.
  const importMeta =
    plan.input.format === 'module' && plan.input.wrapper === undefined
      ? { url: module.url, filename: module.path, dirname: module.path?.slice(0, module.path.lastIndexOf('/')) }
      : null;
  const problems = await inside.call<readonly Problem[]>('makeModule', at, wanted, importMeta);
  const missing = new Set(problems.map(({ name }) => name));
  for (const { name, reason } of problems)
    gaps.push({ reason: 'variable-not-captured', place: `${plan.input.path}#${name}`, detail: reason });
  const complete = (index: number): boolean => {
    const lacks = variablesOf.get(index)!.moduleVariables.filter(({ name }) => missing.has(name));
    if (lacks.length > 0)
      gaps.push({
        reason: 'not-instrumented',
        place: plan.place(index),
        detail: `${plan.functions[index]!.name || 'a function'} uses ${lacks.map(({ name }) => name).join(', ')}, which could not be captured`,
      });
    return lacks.length === 0;
  };

  // What a CommonJS arrow means by `this` is seen in the scope of such an arrow only.
  const thisUser =
    plan.input.format === 'commonjs' ? [...level.keys()].find((index) => variablesOf.get(index)!.usesThis) : undefined;
  const [thisScope] = thisUser === undefined ? [] : await capture(inside, [level.get(thisUser)!]);
  const indices = [...level.keys()]
    .filter((index) => {
      if (!complete(index)) return false;
      if (plan.input.format === 'module' || !variablesOf.get(index)!.usesThis || (thisScope && 'token' in thisScope))
        return true;
      gaps.push({ reason: 'not-instrumented', place: plan.place(index), detail: 'its this could not be captured' });
      return false;
    })
    .toSorted((a, b) => a - b);
  const number = (index: number): number => plan.input.functionBase + index;
  const describe = (index: number, id: number) => ({
    number: number(index),
    id,
    isClass: plan.functions[index]!.kind === 'class',
  });
  const thisToken = thisScope && 'token' in thisScope ? thisScope.token : null;
  let made = 0;
  const make = async (
    kind: ManifestInstance['kind'],
    unit: ReturnType<typeof plan.unit>,
    of: readonly LiveClosure[],
    token: number | null,
  ): Promise<void> => {
    const instance = instances.length;
    const failed = await inside.call<readonly Problem[]>('makeUnit', {
      instance,
      module: at,
      code: unit.code,
      functions: of.map(({ index, id }) => describe(index, id)),
      activationVariables:
        kind === 'activation'
          ? unit.activationVariables.map((each) => ({ ...each, tokens: token === null ? [] : [token] }))
          : [],
      isActivation: kind === 'activation',
      thisToken: unit.usesThis ? (kind === 'activation' ? token : thisToken) : null,
    });
    if (failed.length > 0) {
      for (const { name, reason } of failed)
        for (const { index } of of)
          gaps.push({
            reason: 'not-instrumented',
            place: plan.place(index),
            detail: name === '' ? reason : `${name}: ${reason}`,
          });
      return;
    }
    made += of.length;
    const moduleVariables = kind === 'module' ? names.filter(({ name }) => !missing.has(name)) : unit.moduleVariables;
    instances.push({
      index: instance,
      module: at,
      kind,
      functions: of.map(({ index }) => index),
      code: unit.code,
      moduleVariables,
      activationVariables: unit.activationVariables,
      cells: {},
      usesThis: unit.usesThis,
    });
  };

  await make(
    'module',
    plan.unit(indices),
    indices.map((index) => ({ index, id: level.get(index)! })),
    null,
  );
  const whole = closures.filter(({ index }) => complete(index));
  const scopes = await capture(
    inside,
    whole.map(({ id }) => id),
  );
  const used: number[] = [...tokens];
  for (const [nth, closure] of whole.entries()) {
    const scope = scopes[nth]!;
    if ('problem' in scope) {
      gaps.push({ reason: 'not-instrumented', place: plan.place(closure.index), detail: scope.problem });
      continue;
    }
    used.push(scope.token);
    await make('activation', plan.unit([closure.index]), [closure], scope.token);
  }
  if (thisToken !== null) used.push(thisToken);
  await inside.session.invoke('capture.release', used);
  return made;
}

/** Whether an export may change after the module ran, so that imports of it must be read anew. */
const mayAssignExports = (source: string): boolean =>
  /\bexport\s+(?:let|var)\b/.test(source) || (/\bexport\s*\{/.test(source) && /(?:^|[;}\s])(?:let|var)\s/.test(source));

type Scope = { readonly token: number } | { readonly problem: string };
const capture = async (inside: Inside, ids: readonly number[]): Promise<readonly Scope[]> =>
  ids.length === 0 ? [] : inside.wait<Scope[]>('captureAll', ids);

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
  for (const { index, id, lasting } of live) {
    const { outer, ofClass, unsupported, kind } = plan.functions[index]!;
    // Members come with their class.
    if (ofClass !== -1) continue;
    if (unsupported !== undefined) tell(index, 'not-instrumented', unsupported);
    else if (outer === -1) {
      if (level.has(index)) tell(index, 'not-instrumented', 'several functions were made from it; one is recorded');
      else level.set(index, id);
    } else if (!lasting) continue;
    else if (kind === 'class') tell(index, 'not-instrumented', 'a class that was made inside a function');
    else {
      const count = (counts.get(index) ?? 0) + 1;
      counts.set(index, count);
      if (count > instancesOfOne || before + closures.length > instancesInAll)
        tell(index, 'not-instrumented', `more than ${instancesOfOne} live instances; those are recorded`);
      else closures.push({ index, id });
    }
  }
  for (const { index, outer, ofClass, unsupported, name } of plan.functions) {
    if (outer !== -1 || ofClass !== -1 || level.has(index)) continue;
    tell(
      index,
      unsupported === undefined ? 'function-not-found' : 'not-instrumented',
      unsupported ?? `${name || 'a function'} was not found live`,
    );
  }
  return { level, closures };
}

/** Live functions through which a module's scope can be seen, the best first. */
function candidates(plan: OwnModule['plan'], live: readonly LiveFunction[]): readonly Candidate[] {
  const list: (Candidate & { readonly rank: number })[] = [];
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
  return list.toSorted((a, b) => a.rank - b.rank || a.text.length - b.text.length).slice(0, 200);
}
