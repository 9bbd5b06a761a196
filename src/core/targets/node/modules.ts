// Modules of a target: CommonJS from Module._cache, ECMAScript modules from the loader's own map, which V8 shows among
// Node's internals. Importing one to get at it could run a loader hook or load a second copy.
import { isAbsolute, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../../common/errors.ts';
import type { TargetModule } from '../target.ts';
import type { LoadedModule } from './agent/loader.ts';
import { ownRule } from './own-rule.ts';
import { Remote, type NodeSession } from './session.ts';
import { pathOfUrl, type Script } from './scripts.ts';

export interface NodeModule extends TargetModule {
  readonly path: string | undefined;
  /** By which the agent finds its exports: file name, or URL. */
  readonly loaderName: string;
}

export class Modules {
  readonly #session: NodeSession;
  #listed: Promise<readonly NodeModule[]> | undefined;
  #hasEsmMap = false;

  constructor(session: NodeSession) {
    this.#session = session;
  }

  /** As the target has them now. */
  list(): Promise<readonly NodeModule[]> {
    return (this.#listed = this.#read());
  }

  /** By id; asks the target again when it is not known yet. */
  async get(id: string): Promise<NodeModule> {
    const known = (await this.#listed)?.find((each) => each.id === id);
    const found = known ?? (await this.list()).find((each) => each.id === id);
    if (!found) throw fail('DS1020', { module: id });
    return found;
  }

  /** Path relative to the working directory; a file elsewhere keeps a path that leads there. */
  idOf(path: string): string {
    return isAbsolute(path) ? relative(this.#session.info.cwd, path) : path;
  }

  async scriptOf(module: NodeModule): Promise<Script> {
    const scripts = await this.#session.scripts();
    const found = module.path === undefined ? undefined : scripts.byPath(module.path).at(-1);
    if (!found) throw fail('DS1020', { module: module.id });
    return found;
  }

  async #read(): Promise<readonly NodeModule[]> {
    if (!this.#hasEsmMap) await this.#findEsmMap();
    const loaded = await this.#session.invoke<LoadedModule[]>('loader.list');
    const isOwn = ownRule(this.#session.info.cwd, this.#session.info.mainScript);
    const modules = new Map<string, NodeModule>();
    for (const { kind, name } of loaded) {
      const path = pathOfUrl(name);
      // A CommonJS module that ECMAScript modules import is in both lists.
      if (path === undefined || modules.has(path)) continue;
      modules.set(path, {
        id: this.idOf(path),
        url: kind === 'module' ? name : pathToFileURL(path).href,
        format: /\.(json|node|wasm)$/.test(path) ? 'other' : kind,
        own: isOwn(path),
        path,
        loaderName: name,
      });
    }
    return [...modules.values()];
  }

  /** Node's map of loaded ECMAScript modules is a variable of its loader, in the scope of `module.register`. */
  async #findEsmMap(): Promise<void> {
    const { cdp } = this.#session;
    const properties = async (objectId: string) => cdp.send('Runtime.getProperties', { objectId, ownProperties: true });
    const register = await this.#session.withAgentRemote("(agent) => agent.builtin('module').register");
    if (register.objectId === undefined) return;
    const scopesId = (await properties(register.objectId)).internalProperties?.find(
      (each) => each.name === '[[Scopes]]',
    )?.value?.objectId;
    if (scopesId === undefined) return;
    for (const { value: scope } of (await properties(scopesId)).result) {
      if (scope?.objectId === undefined || !scope.description?.startsWith('Closure')) continue;
      const loader = (await properties(scope.objectId)).result.find((each) => each.name === 'cascadedLoader')?.value
        ?.objectId;
      if (loader === undefined) continue;
      const { result, privateProperties = [] } = await properties(loader);
      const map = [...result, ...privateProperties].find((each) => /^#?loadCache$/.test(each.name))?.value?.objectId;
      if (map === undefined) continue;
      await this.#session.invoke('loader.useEsmMap', new Remote(map));
      this.#hasEsmMap = true;
      return;
    }
  }
}
