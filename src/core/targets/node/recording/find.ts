// Finds the live functions of own code: the walk runs in the target, a few milliseconds at a time, and asks V8 there;
// which function of a source each is, is told here. Nothing is stopped and no code of the app runs.
import type { ModulePlan } from '../../../instrument/transform/index.ts';
import type { MetFunction, ScriptIds } from '../agent/recording/discovery.ts';
import type { Scripts } from '../scripts.ts';
import type { Inside } from './inside.ts';
import type { OwnModule } from './own-modules.ts';

export interface LiveFunction {
  readonly id: number;
  readonly module: number;
  readonly index: number;
  /** Also found by the walk before: no passing closure of a request. */
  readonly lasting: boolean;
}

/** Walks once. */
export async function walk(
  inside: Inside,
  own: readonly OwnModule[],
  scripts: Scripts,
): Promise<readonly LiveFunction[]> {
  const places = new Map(own.map((each, module) => [each.scriptId, { module, of: new Places(each) }]));
  const ids: ScriptIds = {
    own: [...places.keys()],
    internal: [...scripts.all()]
      .filter(({ url }) => url.startsWith('node:') || url.startsWith('devsandbox:') || url === '')
      .map(({ id }) => id),
  };
  const met = await inside.wait<readonly MetFunction[]>('find', ids);
  return met.flatMap(({ id, scriptId, line, column, isClass, lasting }) => {
    const { module, of } = places.get(scriptId)!;
    const index = of.functionAt(line, column, isClass);
    return index === undefined ? [] : [{ id, module, index, lasting }];
  });
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
