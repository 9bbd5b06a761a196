// Scopes of functions: which functions there are, the chain of scopes that each closes over (read without stopping
// anything), and captured scopes, in which code can be evaluated.
import type { Protocol } from 'devtools-protocol';
import { fail } from '../../common/errors.ts';
import type { CaptureResult } from './agent/capture.ts';
import type { NodeModule, Modules } from './modules.ts';
import { shapeOf, type ModuleShape } from './module-shape.ts';
import type { NodeSession, ObjectGroup, Remote } from './session.ts';
import type { Script } from './scripts.ts';

export interface FunctionPlace {
  readonly scriptId: string;
  /** From 0. */
  readonly line: number;
  readonly column: number;
}

export interface ScopeEntry {
  readonly name: string;
  readonly value: Protocol.Runtime.RemoteObject | undefined;
}

export interface ScopeInChain {
  readonly type: 'closure' | 'module' | 'block' | 'class' | 'script' | 'global' | 'other';
  readonly objectId: string;
}

export interface FoundFunction {
  readonly objectId: string;
  readonly place: FunctionPlace;
  readonly script: Script;
}

/** As met in a walk; its scopes are a copy of that instant and live as long as the walk. */
interface MetFunction extends FoundFunction {
  readonly scopesId: string | undefined;
}

const batch = 64;

export class Scopes {
  readonly #session: NodeSession;
  readonly #modules: Modules;
  readonly #shapes = new Map<string, Promise<ModuleShape>>();
  /** Functions of own modules by the module's path, as far as a walk has found them. */
  readonly #found = new Map<string, FoundFunction[]>();
  /** The function through which a module's scope was reached last. */
  readonly #ways = new Map<string, FoundFunction>();

  constructor(session: NodeSession, modules: Modules) {
    this.#session = session;
    this.#modules = modules;
  }

  /**
   * Captures the scopes of functions; each gives a token for {@link evalIn}, or why it could not be captured.
   * No function is run and the target is not stopped; a capture takes about 0.6 ms of its time.
   */
  async capture(functions: readonly Remote[]): Promise<readonly CaptureResult[]> {
    if (functions.length === 0) return [];
    // V8 hashes all sources for the first session that debugs: better ours than the agent's, which runs inside.
    await this.#session.scripts();
    return this.#session.invoke<CaptureResult[]>('captureAll', ...functions);
  }

  /** Evaluates in a captured scope; the result stays in the target. */
  evalIn(token: number, source: string): Promise<Protocol.Runtime.RemoteObject> {
    return this.#session.invokeRemote('capture.evalIn', token, source);
  }

  async release(tokens: readonly number[]): Promise<void> {
    await this.#session.invoke('capture.release', tokens);
  }

  /** Where a function is written and the id of its `[[Scopes]]`. */
  async look(
    functionId: string,
  ): Promise<{ readonly place: FunctionPlace | undefined; readonly scopesId: string | undefined }> {
    const { internalProperties = [] } = await this.#session.cdp.send('Runtime.getProperties', {
      objectId: functionId,
      ownProperties: true,
    });
    const location = internalProperties.find((each) => each.name === '[[FunctionLocation]]')?.value?.value as
      | { scriptId: string; lineNumber: number; columnNumber: number }
      | undefined;
    return {
      place: location && { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber },
      scopesId: internalProperties.find((each) => each.name === '[[Scopes]]')?.value?.objectId,
    };
  }

  /** The scopes a function closes over, from the inside. */
  async chain(scopesId: string): Promise<readonly ScopeInChain[]> {
    const { result } = await this.#session.cdp.send('Runtime.getProperties', {
      objectId: scopesId,
      ownProperties: true,
    });
    return result.flatMap(({ name, value }) =>
      /^\d+$/.test(name) && value?.objectId !== undefined
        ? [{ type: typeOf(value.description ?? ''), objectId: value.objectId }]
        : [],
    );
  }

  /** Variables of a scope and their values now. One that is not initialised yet has none. */
  async entries(scope: ScopeInChain): Promise<readonly ScopeEntry[]> {
    const { result } = await this.#session.cdp.send('Runtime.getProperties', {
      objectId: scope.objectId,
      ownProperties: true,
    });
    return result.map(({ name, value }) => ({ name, value }));
  }

  /** What the text of a module declares. */
  shape(module: NodeModule): Promise<ModuleShape> {
    const key = module.path ?? module.id;
    let shape = this.#shapes.get(key);
    if (!shape) this.#shapes.set(key, (shape = this.#readShape(module)));
    return shape;
  }

  async #readShape(module: NodeModule): Promise<ModuleShape> {
    const script = await this.#modules.scriptOf(module);
    const scripts = await this.#session.scripts();
    return shapeOf(await scripts.source(script.id), script.isModule);
  }

  /** Functions of a module that are reachable now; walks once more when none is known. */
  async functionsOf(module: NodeModule): Promise<readonly FoundFunction[]> {
    const key = module.path ?? '';
    if (!this.#found.has(key)) await this.walk((found) => found.has(key));
    return this.#found.get(key) ?? [];
  }

  /**
   * The module's own scope as it is now, through one of its functions; undefined when none can be reached. What it
   * shows is a copy of that instant and lives as long as `group`.
   */
  async moduleScope(
    module: NodeModule,
    group: ObjectGroup,
  ): Promise<{ readonly entries: readonly ScopeEntry[]; readonly functions: readonly FoundFunction[] } | undefined> {
    const shape = await this.shape(module);
    for (const attempt of [0, 1]) {
      const functions = await this.functionsOf(module);
      // The one that served last time is asked first.
      const known = this.#ways.get(module.id);
      for (const fn of known && functions.includes(known) ? [known, ...functions] : functions) {
        const again = await this.#session.cdp.send('Runtime.callFunctionOn', {
          objectId: fn.objectId,
          functionDeclaration: 'function () { return this; }',
          objectGroup: group.name,
          silent: true,
        });
        if (again.result.objectId === undefined) continue;
        const { scopesId } = await this.look(again.result.objectId);
        if (scopesId === undefined) continue;
        const scope = (await this.chain(scopesId)).findLast(
          (each) => each.type === 'module' || each.type === 'closure',
        );
        if (!scope) continue;
        const entries = await this.entries(scope);
        const isTopLevel = shape.functionAt(fn.place.line, fn.place.column)?.isTopLevel === true;
        // Of a function within another, the outermost scope is the module's only when it has one at all.
        const names = entries.map((each) => each.name);
        if (
          scope.type === 'module' ||
          isTopLevel ||
          (names.length > 0 && names.every((name) => shape.names.has(name) || wrapperNames.has(name)))
        ) {
          this.#ways.set(module.id, fn);
          return { entries, functions };
        }
      }
      if (attempt === 0) {
        this.#found.delete(module.path ?? '');
        await this.walk(() => false);
      }
    }
    return undefined;
  }

  /**
   * Walks the app's objects and the scopes of its functions, from what modules export, handles and timers. Ends early
   * when `enough` says so.
   */
  async walk(
    enough: (found: ReadonlyMap<string, readonly FoundFunction[]>) => boolean,
  ): Promise<ReadonlyMap<string, readonly FoundFunction[]>> {
    const session = this.#session;
    const [scripts, modules] = await Promise.all([session.scripts(), this.#modules.list()]);
    const own = new Set(modules.filter((each) => each.own && each.path !== undefined).map((each) => each.path!));
    const names = modules.filter((each) => each.own).map((each) => each.loaderName);
    // Functions found are kept for captures; what led to them is not.
    using group = session.group();
    const walk = await session.remoteIn(group, 'makeWalk');
    if (walk.objectId === undefined) throw fail('DS1030', { reason: 'the walk did not start' });
    const on = (functionDeclaration: string, args: Protocol.Runtime.CallArgument[], returnByValue: boolean) =>
      session.cdp.send('Runtime.callFunctionOn', {
        objectId: walk.objectId!,
        functionDeclaration,
        arguments: args,
        returnByValue,
        silent: true,
        objectGroup: group.name,
      });
    const add = (values: readonly Protocol.Runtime.RemoteObject[]): Promise<unknown> =>
      on(
        'function (...values) { this.add(...values); }',
        values.flatMap((value) => (value.objectId === undefined ? [] : [{ objectId: value.objectId }])),
        true,
      );
    const roots = await session.remoteIn(group, 'loader.roots', names);
    await on('function (roots) { this.add(...roots); }', [{ objectId: roots.objectId! }], true);
    await this.#addTimers(add, group);
    const seenScripts = new Set<string>();
    const found = new Map<string, MetFunction[]>();
    const foreign: MetFunction[] = [];
    const enter = async (functions: readonly MetFunction[]): Promise<void> => {
      for (let at = 0; at < functions.length; at += batch) {
        await Promise.all(
          functions.slice(at, at + batch).map(async (fn) => {
            if (fn.scopesId === undefined) return;
            const chain = await this.chain(fn.scopesId);
            const outermost = chain.findLast((each) => each.type === 'module' || each.type === 'closure');
            for (const scope of chain) {
              if (scope.type === 'global' || scope.type === 'script') continue;
              if (scope === outermost) {
                // All functions of a script end in the same scope.
                if (seenScripts.has(fn.script.id)) continue;
                seenScripts.add(fn.script.id);
              }
              await add((await this.entries(scope)).flatMap((each) => (each.value ? [each.value] : [])));
            }
          }),
        );
      }
    };
    for (let foreignToo = false; ;) {
      while ((await on('function () { return this.run(4); }', [], true)).result.value !== true);
      const taken = await on(`function () { return this.take(${batch * 4}); }`, [], false);
      const functions = await this.#lookAtAll(taken.result.objectId!);
      if (functions.length === 0) {
        if (foreignToo || foreign.length === 0) break;
        foreignToo = true;
        await enter(foreign.splice(0));
        continue;
      }
      const mine: MetFunction[] = [];
      for (const { objectId, place, scopesId } of functions) {
        const script = place && scripts.byId(place.scriptId);
        if (!place || !script) continue;
        const fn: MetFunction = { objectId, place, script, scopesId };
        if (script.path !== undefined && own.has(script.path)) {
          mine.push(fn);
          const list = found.get(script.path);
          if (list) list.push(fn);
          else found.set(script.path, [fn]);
        } else if (foreignToo) await enter([fn]);
        else if (!script.url.startsWith('node:')) foreign.push(fn);
      }
      await enter(mine);
      if (enough(found)) break;
    }
    await Promise.all(
      [...found].map(async ([path, functions]) => {
        this.#found.set(
          path,
          await Promise.all(functions.map(({ objectId, place, script }) => this.#keep({ objectId, place, script }))),
        );
      }),
    );
    return this.#found;
  }

  /** The same function, held beyond the walk that met it. */
  async #keep(fn: FoundFunction): Promise<FoundFunction> {
    const { result } = await this.#session.cdp.send('Runtime.callFunctionOn', {
      objectId: fn.objectId,
      functionDeclaration: 'function () { return this; }',
      objectGroup: 'devsandbox:functions',
      silent: true,
    });
    return result.objectId === undefined ? fn : { ...fn, objectId: result.objectId };
  }

  /** Active timers are held by a list in Node's own timers module, seen through the scope of `setTimeout`. */
  async #addTimers(
    add: (values: readonly Protocol.Runtime.RemoteObject[]) => Promise<unknown>,
    group: ObjectGroup,
  ): Promise<void> {
    const { result } = await this.#session.cdp.send('Runtime.evaluate', {
      expression: 'setTimeout',
      objectGroup: group.name,
    });
    if (result.objectId === undefined) return;
    const { scopesId } = await this.look(result.objectId);
    if (scopesId === undefined) return;
    for (const scope of await this.chain(scopesId)) {
      if (scope.type === 'global') continue;
      const lists = (await this.entries(scope)).filter(
        (each) => each.name === 'timerListMap' || each.name === 'immediateQueue',
      );
      await add(lists.flatMap((each) => (each.value ? [each.value] : [])));
    }
  }

  async #lookAtAll(arrayId: string): Promise<
    readonly {
      readonly objectId: string;
      readonly place: FunctionPlace | undefined;
      readonly scopesId: string | undefined;
    }[]
  > {
    const { result } = await this.#session.cdp.send('Runtime.getProperties', {
      objectId: arrayId,
      ownProperties: true,
    });
    const ids = result.flatMap(({ name, value }) =>
      /^\d+$/.test(name) && value?.objectId !== undefined ? [value.objectId] : [],
    );
    return Promise.all(ids.map(async (objectId) => ({ objectId, ...(await this.look(objectId)) })));
  }
}

const wrapperNames = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

function typeOf(description: string): ScopeInChain['type'] {
  const word = /^\w+/.exec(description)?.[0]?.toLowerCase();
  switch (word) {
    case 'closure':
    case 'module':
    case 'block':
    case 'class':
    case 'script':
    case 'global':
      return word;
    default:
      return 'other';
  }
}
