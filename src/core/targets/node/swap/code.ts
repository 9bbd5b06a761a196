// The text of a new function, as an expression that can be compiled in the scope of the old one.
import { parseSync, Visitor } from 'oxc-parser';
import { transformSync } from 'oxc-transform';
import { fail } from '../../../common/errors.ts';

export interface FunctionCode {
  /** An expression `(home) => function`: methods that use `super` get their home's prototype. */
  readonly expression: string;
}

let edits = 0;

export function functionCode(source: string, originalSource: string, name: string): FunctionCode {
  const text = source.trim();
  const key = JSON.stringify(name);
  const asExpression = `({ __proto__: home, [${key}]: (${text}\n) })[${key}]`;
  const asMethod = `({ __proto__: home, ${text}\n})`;
  const form = parses(asExpression) ? asExpression : parses(asMethod) ? asMethod : undefined;
  if (!form)
    throw fail('DS5042', {
      name,
      problem: parseSync('edit.ts', `(${text}\n)`).errors[0]?.message ?? 'it is no function',
    });
  const hidden = hiddenNames(`(${form})`, originalSource);
  if (hidden.length > 0)
    throw fail('DS5040', {
      name,
      reason: `its new code uses ${hidden.join(', ')} from outside, where the old code had a variable of its own with that name`,
      remedy: `name the outer variable differently, or declare ${hidden[0]} in the new code`,
    });
  const wrapped =
    form === asMethod
      ? `((o) => { for (const k of Reflect.ownKeys(o)) { const d = Reflect.getOwnPropertyDescriptor(o, k); return d.value ?? d.get ?? d.set; } })(${form})`
      : form;
  const { code, errors } = transformSync('edit.ts', `void ((home) => ${wrapped});`, {
    typescript: { onlyRemoveTypeImports: true },
  });
  if (errors.length > 0) throw fail('DS5042', { name, problem: errors[0]!.message });
  const expression = code
    .trim()
    .replace(/^void\s*/, '')
    .replace(/;\s*$/, '');
  return { expression: `${expression}\n//# sourceURL=devsandbox:edit/${++edits}/${encodeURIComponent(name)}` };
}

const parses = (expression: string): boolean => parseSync('edit.ts', `(${expression});`).errors.length === 0;

/** Names that the new code takes from outside and that the frame of the old function hides. */
function hiddenNames(code: string, originalSource: string): readonly string[] {
  const text = parses(originalSource) ? `(${originalSource})` : `({ ${originalSource} })`;
  const inside = declaredNames(text);
  if (inside.size === 0) return [];
  const own = declaredNames(code);
  const used = new Set<string>();
  const { program } = parseSync('edit.ts', `${code};`);
  const notReferences = new Set<number>();
  const unless = (computed: boolean, start: number) => void (computed || notReferences.add(start));
  new Visitor({
    MemberExpression: (node) => unless(node.computed, node.property.start),
    Property: (node) => unless(node.computed || node.shorthand, node.key.start),
    MethodDefinition: (node) => unless(node.computed, node.key.start),
    PropertyDefinition: (node) => unless(node.computed, node.key.start),
    Identifier: (node) => void (notReferences.has(node.start) || used.add(node.name)),
  }).visit(program);
  return [...used].filter((name) => inside.has(name) && !own.has(name));
}

/** Parameters and variables of the outermost function, and its own name where it is an expression's. */
function declaredNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const { program, errors } = parseSync('edit.ts', `${text};`);
  if (errors.length > 0) return names;
  const pattern = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type } = node as { type?: string };
    if (type === 'Identifier') names.add((node as { name: string }).name);
    else if (type === 'AssignmentPattern') pattern((node as { left: unknown }).left);
    else if (type === 'Property') pattern((node as { value: unknown }).value);
    else
      for (const part of ['elements', 'properties', 'argument', 'parameter'] as const) {
        const child = (node as Record<string, unknown>)[part];
        if (Array.isArray(child)) child.forEach(pattern);
        else pattern(child);
      }
  };
  const parameters = (node: { params: readonly unknown[] }) => node.params.forEach(pattern);
  new Visitor({
    FunctionDeclaration: (node) => (parameters(node), pattern(node.id)),
    FunctionExpression: parameters,
    ArrowFunctionExpression: parameters,
    VariableDeclarator: (node) => pattern(node.id),
    ClassDeclaration: (node) => pattern(node.id),
    CatchClause: (node) => pattern(node.param),
  }).visit(program);
  return names;
}
