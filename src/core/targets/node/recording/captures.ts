// Which live functions are captured so that every variable of a module is seen in some scope. Code that is evaluated in
// a captured function sees that function's own parameters and variables first, so it must not declare the name.
import { parseSync, Visitor } from 'oxc-parser';
import type { CapturedVariable } from '../../../instrument/transform/index.ts';
import type { VariableWanted } from '../agent/recording/units.ts';
import type { Inside } from './inside.ts';

export interface Candidate {
  readonly id: number;
  /** Text around which nothing but the module's scope lies. */
  readonly text: string;
}

/** Names that the text declares anywhere: more than are seen at its entry, which does no harm. */
export function declaredNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const forms = [`(${text}\n)`, `({${text}\n})`, `(class {${text}\n})`, `(class extends Object {${text}\n})`];
  const program = forms.map((form) => parseSync('text.js', form)).find((each) => each.errors.length === 0)?.program;
  // All names in it are better than none.
  if (!program) return new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  const pattern = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, name, ...rest } = node as { readonly type?: string; readonly name?: unknown };
    if (type === 'Identifier' && typeof name === 'string') names.add(name);
    for (const each of Object.values(rest))
      if (Array.isArray(each)) each.forEach(pattern);
      else pattern(each);
  };
  const fn = (node: { readonly id?: unknown; readonly params?: unknown }): void => {
    pattern(node.id);
    pattern((node as { params: unknown }).params ? { list: node.params } : undefined);
  };
  new Visitor({
    FunctionDeclaration: fn,
    FunctionExpression: fn,
    ArrowFunctionExpression: fn,
    ClassDeclaration: (node) => pattern(node.id),
    ClassExpression: (node) => pattern(node.id),
    VariableDeclarator: (node) => pattern(node.id),
    CatchClause: (node) => pattern(node.param),
  }).visit(program);
  names.add('arguments');
  return names;
}

const captureLimit = 8;

/** Captures as few candidates as show all variables; gives for each variable the scopes that show it. */
export async function captureModule(
  inside: Inside,
  variables: readonly CapturedVariable[],
  candidates: readonly Candidate[],
): Promise<{ readonly wanted: readonly VariableWanted[]; readonly tokens: readonly number[] }> {
  const waiting = candidates.map((each) => ({ ...each, declared: declaredNames(each.text) }));
  const captured: { readonly token: number; readonly declared: ReadonlySet<string> }[] = [];
  const covered = (name: string): number => captured.filter(({ declared }) => !declared.has(name)).length;
  let failures = 0;
  while (
    waiting.length > 0 &&
    captured.length < captureLimit &&
    failures < 40 &&
    variables.some(({ name }) => covered(name) === 0)
  ) {
    const gain = ({ declared }: (typeof waiting)[number]): number =>
      variables.filter(({ name }) => covered(name) === 0 && !declared.has(name)).length;
    waiting.sort((a, b) => gain(b) - gain(a));
    const next = waiting.shift()!;
    if (gain(next) === 0) break;
    const [result] = await inside.wait<({ readonly token: number } | { readonly problem: string })[]>('captureAll', [
      next.id,
    ]);
    if (result && 'token' in result) captured.push({ token: result.token, declared: next.declared });
    else failures++;
  }
  return {
    wanted: variables.map(({ name, mutable, kind }) => ({
      name,
      mutable,
      kind,
      tokens: captured.filter(({ declared }) => !declared.has(name)).map(({ token }) => token),
    })),
    tokens: captured.map(({ token }) => token),
  };
}
