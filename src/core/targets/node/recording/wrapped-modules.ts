// Own modules that neither of Node's loaders has: scripts of files that a loader of its own, such as a test runner's,
// evaluated in a wrapper. Found among V8's scripts; a runner that is known adds what they export and their source maps.
import { pathToFileURL } from 'node:url';
import type { ManifestModule } from '../../../instrument/manifest.ts';
import { unwrap, type WrappedModule } from '../../../instrument/transform/index.ts';
import type { RunnerModule } from '../agent/module-runner.ts';
import type { Modules, NodeModule } from '../modules.ts';
import { ownRule } from '../own-rule.ts';
import type { Script } from '../scripts.ts';
import type { NodeSession } from '../session.ts';
import { originalOf } from './original-source.ts';
import { inScope } from './scope.ts';

export interface FoundWrapped {
  readonly module: NodeModule;
  readonly script: Script;
  readonly text: string;
  readonly wrapped: WrappedModule;
  readonly original: ManifestModule['original'];
}

export interface WrappedModules {
  readonly own: readonly FoundWrapped[];
  /** Names of the others that the runner has. */
  readonly foreign: readonly string[];
  /** How many files were looked at. */
  readonly count: number;
  /** A file in scope that runs in a realm of its own. */
  readonly elsewhere: string | undefined;
}

export async function wrappedModules(
  session: NodeSession,
  modules: Modules,
  scope: readonly string[] | undefined,
  loaded: readonly NodeModule[],
): Promise<WrappedModules> {
  const [scripts, runner] = await Promise.all([
    session.scripts(),
    session.invoke<readonly RunnerModule[]>('loader.runner.list'),
  ]);
  const { cwd, mainScript } = session.info;
  const isOwn = scope ? (path: string) => inScope(scope, path, cwd) : ownRule(cwd, mainScript);
  const known = new Set(loaded.map((each) => each.path));
  const latest = new Map<string, Script>();
  for (const script of scripts.all())
    if (script.path !== undefined && !script.isModule && !known.has(script.path)) latest.set(script.path, script);
  const own: FoundWrapped[] = [];
  let elsewhere: string | undefined;
  for (const [path, script] of latest) {
    if (!isOwn(path)) continue;
    // A copy would take its `Array` and `Error` from this realm.
    if (!script.isMainRealm) {
      elsewhere ??= modules.idOf(path);
      continue;
    }
    const text = await scripts.source(script.id);
    const wrapped = unwrap(text);
    if (!wrapped) continue;
    const evaluated = runner.find((each) => each.path === path);
    const map =
      (evaluated && (await session.invoke<string | null>('loader.runner.sourceMapOf', evaluated.name))) ??
      inlineMap(script, wrapped);
    own.push({
      module: {
        id: modules.idOf(path),
        url: pathToFileURL(path).href,
        format: wrapped.format,
        own: true,
        path,
        loaderName: evaluated?.name ?? `runner:${path}`,
      },
      script,
      text,
      wrapped,
      original: map ? originalOf(map, wrapped.source) : undefined,
    });
  }
  const mine = new Set(own.map(({ module }) => module.loaderName));
  return {
    own,
    foreign: runner.flatMap(({ name }) => (mine.has(name) ? [] : [name])),
    count: latest.size,
    elsewhere,
  };
}

/** The map in the code itself, which is that of the text inside only where the wrapper is hidden from positions. */
function inlineMap({ sourceMapUrl, startColumn }: Script, { start }: WrappedModule): string | undefined {
  const inline = /^data:[^,]*;base64,(.*)$/s.exec(sourceMapUrl ?? '');
  return inline && startColumn === -start ? Buffer.from(inline[1]!, 'base64').toString() : undefined;
}
