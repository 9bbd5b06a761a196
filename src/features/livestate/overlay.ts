// The text of a module in which one function is another, for the type checker. Where the new function leaves types out
// that the present one declares (people write what runs, and that has none), it gets those of the present one.
import { parseSync, type Function as FunctionNode, type ArrowFunctionExpression, type ParamPattern } from 'oxc-parser';
import { shapeOf, stripExport } from './check.ts';
import { textOf, type WrittenFunction } from './function-source.ts';

export interface Overlay {
  readonly text: string;
  /** Where the new function is in it. */
  readonly start: number;
  readonly end: number;
}

type Code = FunctionNode | ArrowFunctionExpression;

/** Undefined where no valid module comes of it: then there is nothing to check. */
export function overlayFunction(written: WrittenFunction, source: string): Overlay | undefined {
  const after = stripExport(source);
  const shape = shapeOf(after);
  if (!shape || shape.form === 'class') return undefined;
  const typed = /\.[cm]?tsx?$/.test(written.path) ? withTypesOf(after, textOf(written)) : after;
  const [prefix, body, suffix] = placed(written, typed, shape.form);
  const before = written.text.slice(0, written.start) + prefix;
  const text = `${before}${body}${suffix}${written.text.slice(written.end)}`;
  if (parseSync(written.path, text).errors.length > parseSync(written.path, written.text).errors.length)
    return undefined;
  return { text, start: before.length, end: before.length + body.length };
}

/** The new function in the form that its place asks for. */
function placed(
  { form, name }: WrittenFunction,
  code: string,
  shape: 'function' | 'arrow' | 'method' | 'accessor',
): readonly [prefix: string, body: string, suffix: string] {
  const isMethod = shape === 'method' || shape === 'accessor';
  switch (form) {
    case 'class member':
      return isMethod ? ['', code, ''] : [`${name} = `, code, ';'];
    case 'object member':
      return isMethod ? ['', code, ''] : [`${name}: `, code, ''];
    case 'expression':
      return isMethod ? ['({ ', code, ` })[${JSON.stringify(name ?? '')}]`] : ['', code, ''];
    case 'declaration': {
      const renamed =
        name === undefined ? code : code.replace(/^((?:async\s+)?function(?:\s*\*)?)\s*[\w$]*/, `$1 ${name}`);
      if (shape === 'function') return ['', renamed, ''];
      return name === undefined ? ['(', code, ')'] : [`const ${name} = `, code, ';'];
    }
  }
}

/** @internal Takes over parameter types, type parameters and the return type, where the new text has none. */
export function withTypesOf(code: string, present: string): string {
  const from = functionIn(present);
  const to = functionIn(code);
  if (!from || !to) return code;
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const insert = (at: number, text: string): void =>
    // A line break would move what follows.
    void insertions.push({ at, text: text.replaceAll(/\s*\n\s*/g, ' ') });
  const old = from.node.params.map(targetOf);
  to.node.params.forEach((parameter, index) => {
    const target = targetOf(parameter);
    const model = old[index];
    if (!target || !model?.typeAnnotation || target.typeAnnotation) return;
    if (target.kind === 'rest' ? model.kind !== 'rest' : model.kind === 'rest') return;
    const optional = model.optional && !target.hasDefault && target.kind === 'name' ? '?' : '';
    insert(target.end - to.offset, optional + from.text.slice(model.typeAnnotation.start, model.typeAnnotation.end));
  });
  const open = to.text.indexOf('(', to.node.type === 'ArrowFunctionExpression' ? to.node.start : nameEnd(to.node));
  const { body } = to.node;
  const arrow = to.node.type === 'ArrowFunctionExpression' && body ? to.text.lastIndexOf('=>', body.start) : -1;
  // `x => …` has nowhere to put them.
  const hasParentheses = arrow < 0 || (open >= 0 && open < (to.node.params[0]?.start ?? arrow));
  if (!hasParentheses) return code;
  if (from.node.typeParameters && !to.node.typeParameters)
    insert(open - to.offset, from.text.slice(from.node.typeParameters.start, from.node.typeParameters.end));
  if (from.node.returnType && !to.node.returnType && body)
    insert(
      (arrow < 0 ? body.start : arrow) - to.offset,
      `${from.text.slice(from.node.returnType.start, from.node.returnType.end)} `,
    );
  return insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), code);
}

const nameEnd = (node: Code): number =>
  node.type === 'ArrowFunctionExpression' ? node.start : (node.id?.end ?? node.start);

interface Parameter {
  readonly kind: 'name' | 'pattern' | 'rest';
  readonly end: number;
  readonly typeAnnotation: { readonly start: number; readonly end: number } | null | undefined;
  readonly optional: boolean;
  readonly hasDefault: boolean;
}

function targetOf(parameter: ParamPattern): Parameter | undefined {
  const node = parameter as unknown as {
    readonly type: string;
    readonly end: number;
    readonly left?: ParamPattern;
    readonly optional?: boolean;
    readonly typeAnnotation?: Parameter['typeAnnotation'];
  };
  if (node.type === 'AssignmentPattern') {
    const left = targetOf(node.left!);
    return left && { ...left, hasDefault: true };
  }
  const kind =
    node.type === 'Identifier'
      ? 'name'
      : node.type === 'RestElement'
        ? 'rest'
        : node.type.endsWith('Pattern')
          ? 'pattern'
          : undefined;
  return (
    kind && {
      kind,
      end: node.end,
      typeAnnotation: node.typeAnnotation,
      optional: node.optional === true,
      hasDefault: false,
    }
  );
}

/** The one function that a text is; `offset`: where the text begins in what was parsed. */
function functionIn(code: string): { readonly node: Code; readonly text: string; readonly offset: number } | undefined {
  const asExpression = `(${code}\n)`;
  const expression = parseSync('function.ts', asExpression);
  const statement = expression.program.body[0];
  if (expression.errors.length === 0 && statement?.type === 'ExpressionStatement') {
    let node = statement.expression;
    while (node.type === 'ParenthesizedExpression') node = node.expression;
    if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression')
      return { node, text: asExpression, offset: 1 };
  }
  const prefix = '(class { ';
  const asMethod = `${prefix}${code}\n})`;
  const method = parseSync('function.ts', asMethod);
  const holder = method.program.body[0];
  let node = method.errors.length === 0 && holder?.type === 'ExpressionStatement' ? holder.expression : undefined;
  while (node?.type === 'ParenthesizedExpression') node = node.expression;
  const member = node?.type === 'ClassExpression' ? node.body.body[0] : undefined;
  return member?.type === 'MethodDefinition'
    ? { node: member.value, text: asMethod, offset: prefix.length }
    : undefined;
}
