// Finds the live functions of own code: the walk runs in the target, a few milliseconds at a time; V8 tells from here
// where each function is written and what its scopes hold. Nothing is stopped and no code of the app runs.
import type { ModulePlan } from '../../../instrument/transform/index.ts';
import type { Script, Scripts } from '../scripts.ts';
import { walkGroup, type Inside } from './inside.ts';
import type { OwnModule } from './own-modules.ts';

export interface LiveFunction {
  readonly id: number;
  readonly module: number;
  readonly index: number;
  /** Also found by the walk before: no passing closure of a request. */
  readonly lasting: boolean;
}

const batch = 128;

/** Walks once. */
export async function walk(
  inside: Inside,
  own: readonly OwnModule[],
  scripts: Scripts,
): Promise<readonly LiveFunction[]> {
  const { cdp } = inside.session;
  const moduleByScript = new Map(own.map((each, at) => [each.scriptId, at]));
  const places = own.map((each) => new Places(each));
  const entered = new Set<string>();
  await inside.call('discovery.begin');
  await addTimers(inside);
  for (;;) {
    while (!(await inside.call<boolean>('discovery.run', 4)));
    const taken = await inside.remote('discovery.take', batch);
    const [kinds, functions] = await Promise.all([inside.call<number[]>('discovery.kinds'), lookAtAll(inside, taken)]);
    if (kinds.length === 0) break;
    const known: [at: number, module: number, index: number][] = [];
    const scopes: { readonly objectId: string; readonly how: readonly [own: boolean, last: number] }[] = [];
    const bound = functions.flatMap((each) => each.bound.map((objectId) => ({ objectId })));
    for (let at = 0; at < bound.length; at += 64) await inside.call('discovery.addBound', ...bound.slice(at, at + 64));
    functions.forEach(({ scriptId, line, column, scopesId }, at) => {
      const script = scriptId === undefined ? undefined : scripts.byId(scriptId);
      if (!script) return;
      const module = moduleByScript.get(script.id);
      const index =
        module === undefined || kinds[at] === 0 ? undefined : places[module]!.functionAt(line, column, kinds[at] === 2);
      if (module !== undefined && index !== undefined) known.push([at, module, index]);
      if (scopesId === undefined || isInternal(script)) return;
      // All functions of a script end in the same scope: it is looked at once.
      scopes.push({ objectId: scopesId, how: [module !== undefined, entered.has(script.id) ? outermost : 0] });
      entered.add(script.id);
    });
    if (known.length > 0) await inside.call('discovery.learn', known);
    for (let at = 0; at < scopes.length; at += 16) {
      const some = scopes.slice(at, at + 16);
      await inside.call(
        'discovery.addScopes',
        some.map(({ how }) => how),
        ...some.map(({ objectId }) => ({ objectId })),
      );
    }
    await cdp.send('Runtime.releaseObjectGroup', { objectGroup: walkGroup });
  }
  return inside.call<LiveFunction[]>('discovery.list');
}

const isInternal = (script: Script): boolean =>
  script.url.startsWith('node:') || script.url.startsWith('devsandbox:') || script.url === '';

/** Scopes at the end of each function's chain that are no function's: the global one, that of scripts, the module's. */
const outermost = 2;

const boundParts = new Set(['[[TargetFunction]]', '[[BoundThis]]', '[[BoundArgs]]']);

interface Looked {
  readonly scriptId: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly scopesId: string | undefined;
  /** What a bound function is bound to. */
  readonly bound: readonly string[];
}

async function lookAtAll(inside: Inside, arrayId: string): Promise<readonly Looked[]> {
  const { cdp } = inside.session;
  const { result } = await cdp.send('Runtime.getProperties', { objectId: arrayId, ownProperties: true });
  const ids = result.flatMap(({ name, value }) =>
    /^\d+$/.test(name) && value?.objectId !== undefined ? [value.objectId] : [],
  );
  return Promise.all(
    ids.map(async (objectId) => {
      const { internalProperties = [] } = await cdp.send('Runtime.getProperties', { objectId, ownProperties: true });
      const place = internalProperties.find((each) => each.name === '[[FunctionLocation]]')?.value?.value as
        | { scriptId: string; lineNumber: number; columnNumber: number }
        | undefined;
      return {
        scriptId: place?.scriptId,
        line: place?.lineNumber ?? 0,
        column: place?.columnNumber ?? 0,
        scopesId: internalProperties.find((each) => each.name === '[[Scopes]]')?.value?.objectId,
        bound: internalProperties.flatMap(({ name, value }) =>
          boundParts.has(name) && value?.objectId !== undefined ? [value.objectId] : [],
        ),
      };
    }),
  );
}

/** Active timers are held by lists in Node's own timers module, seen through the scope of `setTimeout`. */
async function addTimers(inside: Inside): Promise<void> {
  const { cdp } = inside.session;
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'setTimeout', objectGroup: walkGroup });
  if (result.objectId === undefined) return;
  const { internalProperties = [] } = await cdp.send('Runtime.getProperties', {
    objectId: result.objectId,
    ownProperties: true,
  });
  const scopesId = internalProperties.find((each) => each.name === '[[Scopes]]')?.value?.objectId;
  if (scopesId === undefined) return;
  for (const { value: scope } of (await cdp.send('Runtime.getProperties', { objectId: scopesId, ownProperties: true }))
    .result) {
    if (scope?.objectId === undefined || !scope.description?.startsWith('Closure')) continue;
    const variables = (await cdp.send('Runtime.getProperties', { objectId: scope.objectId, ownProperties: true }))
      .result;
    for (const { name, value } of variables)
      if ((name === 'timerListMap' || name === 'immediateQueue') && value?.objectId !== undefined)
        await inside.call('discovery.addTimers', { objectId: value.objectId });
  }
}

/** From V8's place of a function (its parameters, of a class its constructor's) to its number. */
class Places {
  readonly #plan: ModulePlan;
  readonly #script: OwnModule['script'];
  readonly #lineStarts: number[] = [0];

  constructor({ plan, script }: Pick<OwnModule, 'plan' | 'script'>) {
    this.#plan = plan;
    this.#script = script;
    for (const match of (script?.text ?? plan.input.source).matchAll(/\r\n|[\n\r\u2028\u2029]/g))
      this.#lineStarts.push(match.index + match[0].length);
  }

  functionAt(line: number, column: number, isClass: boolean): number | undefined {
    let offset = (this.#lineStarts[line] ?? 0) + column;
    if (this.#script) {
      const { start, startLine, startColumn } = this.#script;
      offset = (this.#lineStarts[line - startLine] ?? 0) + column - (line === startLine ? startColumn : 0) - start;
    }
    let found: number | undefined;
    for (const { index, start, end, kind } of this.#plan.functions) {
      if (start > offset || end <= offset || (kind === 'class') !== isClass) continue;
      // They come in source order, so the last that contains it is the innermost.
      found = index;
    }
    return found;
  }
}
