// Which modules are own code under a scope, and what the instrumenter makes of each.
import { isAbsolute, matchesGlob, relative } from 'node:path';
import { fail, messageOf } from '../../../common/errors.ts';
import { ModulePlan } from '../../../instrument/transform/index.ts';
import type { NodeModule, Modules } from '../modules.ts';
import type { NodeSession } from '../session.ts';

export interface Gap {
  readonly reason: string;
  readonly place: string;
  readonly detail?: string;
}

export interface OwnModule {
  readonly module: NodeModule;
  readonly plan: ModulePlan;
  readonly scriptId: string;
  readonly url: string;
}

export interface OwnCode {
  readonly own: readonly OwnModule[];
  /** By which the loader knows all the others. */
  readonly foreign: readonly string[];
}

/** A glob, or a folder, relative to the working directory or absolute. */
export function inScope(scope: readonly string[], path: string, cwd: string): boolean {
  return scope.some((each) => {
    const name = isAbsolute(each) ? path : relative(cwd, path);
    const glob = each.replace(/^\.\//, '').replace(/\/$/, '');
    return name === glob || matchesGlob(name, glob) || (!/[*?[{]/.test(glob) && matchesGlob(name, `${glob}/**`));
  });
}

export async function ownCode(
  session: NodeSession,
  modules: Modules,
  scope: readonly string[] | undefined,
  gaps: Gap[],
): Promise<OwnCode> {
  const [all, scripts] = await Promise.all([modules.list(), session.scripts()]);
  const { cwd } = session.info;
  const isOwn = (each: NodeModule): boolean =>
    each.path !== undefined && each.format !== 'other' && (scope ? inScope(scope, each.path, cwd) : each.own);
  const own: OwnModule[] = [];
  let functionBase = 1;
  let siteBase = 1;
  for (const module of all.filter(isOwn)) {
    const script = scripts.byPath(module.path!).at(-1);
    if (!script) {
      gaps.push({ reason: 'not-instrumented', place: module.id, detail: 'V8 has no script of it' });
      continue;
    }
    const source = await scripts.source(script.id);
    try {
      const plan = new ModulePlan({
        path: module.id,
        source,
        format: script.isModule ? 'module' : 'commonjs',
        functionBase,
        siteBase,
      });
      functionBase += plan.functions.length;
      siteBase += plan.sites.length;
      own.push({ module, plan, scriptId: script.id, url: script.url });
    } catch (error) {
      gaps.push({ reason: 'not-instrumented', place: module.id, detail: messageOf(error) });
    }
  }
  // Modules that are in scope and could all not be instrumented are another problem than a scope without modules.
  const [first] = own.length === 0 ? gaps : [];
  if (first) throw fail('DS4010', { path: first.place, problem: first.detail ?? first.reason });
  if (own.length === 0) throw fail('DS4011', { scope: scope?.join(', ') ?? 'the files of the app', count: all.length });
  return { own, foreign: all.filter((each) => !isOwn(each)).map((each) => each.loaderName) };
}
