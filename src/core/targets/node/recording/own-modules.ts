// Which modules are own code under a scope, and what the instrumenter makes of each.
import { fail, messageOf } from '../../../common/errors.ts';
import type { ManifestModule } from '../../../instrument/manifest.ts';
import { ModulePlan, type ModuleInput } from '../../../instrument/transform/index.ts';
import type { NodeModule, Modules } from '../modules.ts';
import type { Script } from '../scripts.ts';
import type { NodeSession } from '../session.ts';
import { inScope } from './scope.ts';
import { wrappedModules } from './wrapped-modules.ts';

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
  /** Of a module in a loader's wrapper: the whole script, and where the module begins in it. */
  readonly script?: {
    readonly text: string;
    readonly start: number;
    readonly startLine: number;
    readonly startColumn: number;
  };
  readonly original?: ManifestModule['original'];
}

export interface OwnCode {
  readonly own: readonly OwnModule[];
  /** By which the loader knows all the others. */
  readonly foreign: readonly string[];
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
  const add = (
    module: NodeModule,
    script: Script,
    code: Pick<ModuleInput, 'source' | 'format' | 'wrapper'>,
    more: Pick<OwnModule, 'script' | 'original'> = {},
  ): void => {
    try {
      const plan = new ModulePlan({ path: module.id, ...code, functionBase, siteBase });
      functionBase += plan.functions.length;
      siteBase += plan.sites.length;
      own.push({ module, plan, scriptId: script.id, url: script.url, ...more });
    } catch (error) {
      gaps.push({ reason: 'not-instrumented', place: module.id, detail: messageOf(error) });
    }
  };
  for (const module of all.filter(isOwn)) {
    const script = scripts.byPath(module.path!).at(-1);
    if (script)
      add(module, script, {
        source: await scripts.source(script.id),
        format: script.isModule ? 'module' : 'commonjs',
      });
    else gaps.push({ reason: 'not-instrumented', place: module.id, detail: 'V8 has no script of it' });
  }
  const wrapped = await wrappedModules(session, modules, scope, all);
  for (const { module, script, text, wrapped: code, original } of wrapped.own) {
    const { source, format, wrapper, start } = code;
    const { startLine, startColumn } = script;
    add(
      module,
      script,
      { source, format, wrapper },
      { script: { text, start, startLine, startColumn }, ...(original ? { original } : {}) },
    );
  }
  // Modules that are in scope and could all not be instrumented are another problem than a scope without modules.
  const [first] = own.length === 0 ? gaps : [];
  if (first) throw fail('DS4010', { path: first.place, problem: first.detail ?? first.reason });
  if (own.length === 0 && wrapped.elsewhere !== undefined) throw fail('DS4035', { path: wrapped.elsewhere });
  if (own.length === 0)
    throw fail('DS4011', { scope: scope?.join(', ') ?? 'the files of the app', count: all.length + wrapped.count });
  return { own, foreign: [...all.filter((each) => !isOwn(each)).map((each) => each.loaderName), ...wrapped.foreign] };
}
