// Whether a text can stand in for a function, before anything is run with it.
import { parseSync } from 'oxc-parser';
import { fail } from '../../core/common/errors.ts';
import type { Variant } from './types.ts';

/** Whether the text is one function: `function …`, an arrow, `export function …`, or a method as in a class. */
function isOneFunction(source: string): boolean {
  const expression = parseSync('variant.ts', `(${source.replace(/^\s*export\s+(default\s+)?/, '')}\n)`);
  const statement = expression.program.body[0];
  if (
    expression.errors.length === 0 &&
    expression.program.body.length === 1 &&
    statement?.type === 'ExpressionStatement'
  ) {
    let inner = statement.expression;
    while (inner.type === 'ParenthesizedExpression') inner = inner.expression;
    return inner.type === 'FunctionExpression' || inner.type === 'ArrowFunctionExpression';
  }
  const method = parseSync('variant.ts', `class Variant { ${source}\n}`);
  const owner = method.program.body[0];
  return (
    method.errors.length === 0 &&
    method.program.body.length === 1 &&
    owner?.type === 'ClassDeclaration' &&
    owner.body.body.length === 1 &&
    owner.body.body[0]?.type === 'MethodDefinition'
  );
}

export function checkSyntax(variant: Variant): void {
  if (isOneFunction(variant.source)) return;
  // A bare `name() {}` is a method; whatever else fails to parse is explained as the function it was meant to be.
  const parsed = parseSync('variant.ts', variant.source);
  const problem = parsed.errors[0]?.message ?? 'it is not one function';
  throw fail('DS8004', { name: variant.name, problem });
}
