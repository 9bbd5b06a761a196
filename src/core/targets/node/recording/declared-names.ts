// Which names the text of a function declares itself: code that is evaluated in its scope sees those first, so it does
// not show what they mean in the module.
import { parseSync, Visitor } from 'oxc-parser';

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
