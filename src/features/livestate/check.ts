// What is wrong with a new value or a new function before it reaches the process. A syntax error stops the edit; a
// change of shape is a warning, as types advise and do not block.
import { parseSync } from 'oxc-parser';
import type { Problem } from './types.ts';

export function checkExpression(expression: string): readonly Problem[] {
  if (expression.trim() === '') return [{ severity: 'error', check: 'syntax', message: 'there is no value' }];
  const prefix = 'void (\n';
  const text = `${prefix}${expression}\n)`;
  const errors = syntaxErrors(text, 1);
  if (errors.length > 0) return errors;
  const { program } = parseSync('value.ts', text);
  return program.body.length === 1
    ? []
    : [{ severity: 'error', check: 'syntax', message: 'it is more than one expression' }];
}

export interface FunctionShape {
  /** `method`: its text is only valid inside an object or class. */
  readonly form: 'function' | 'arrow' | 'method' | 'accessor' | 'class';
  readonly async: boolean;
  readonly generator: boolean;
  readonly parameters: number;
}

/** What kind of function a text is, or undefined when it is none. */
export function shapeOf(source: string): FunctionShape | undefined {
  const asExpression = parseSync('function.ts', `(${stripExport(source)}\n)`);
  if (asExpression.errors.length === 0) {
    const statement = asExpression.program.body[0];
    let node =
      statement?.type === 'ExpressionStatement' && asExpression.program.body.length === 1
        ? statement.expression
        : undefined;
    while (node?.type === 'ParenthesizedExpression') node = node.expression;
    if (node?.type === 'ClassExpression') return { form: 'class', async: false, generator: false, parameters: 0 };
    if (node?.type === 'FunctionExpression' || node?.type === 'ArrowFunctionExpression')
      return {
        form: node.type === 'FunctionExpression' ? 'function' : 'arrow',
        async: node.async,
        generator: node.generator,
        parameters: node.params.length,
      };
  }
  const asMethod = parseSync('function.ts', `(class { ${source}\n})`);
  const statement = asMethod.errors.length === 0 ? asMethod.program.body[0] : undefined;
  let node = statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
  while (node?.type === 'ParenthesizedExpression') node = node.expression;
  const method = node?.type === 'ClassExpression' && node.body.body.length === 1 ? node.body.body[0] : undefined;
  if (method?.type !== 'MethodDefinition') return undefined;
  return {
    form: method.kind === 'method' || method.kind === 'constructor' ? 'method' : 'accessor',
    async: method.value.async,
    generator: method.value.generator,
    parameters: method.value.params.length,
  };
}

export function checkFunction(source: string, present: string): readonly Problem[] {
  const shape = shapeOf(source);
  if (!shape) {
    const errors = syntaxErrors(`(${stripExport(source)}\n)`, 0);
    return errors.length > 0 ? errors : [{ severity: 'error', check: 'syntax', message: 'it is not one function' }];
  }
  if (shape.form === 'class')
    return [
      { severity: 'error', check: 'syntax', message: 'a class cannot be replaced as a function; edit its methods' },
    ];
  const before = shapeOf(present);
  if (!before) return [];
  const problems: Problem[] = [];
  const warn = (message: string) => problems.push({ severity: 'warning', check: 'shape', message });
  if (shape.generator !== before.generator)
    problems.push({
      severity: 'error',
      check: 'syntax',
      message: `it is ${shape.generator ? 'a' : 'no'} generator and the present one is ${before.generator ? 'one' : 'not'}`,
    });
  if (shape.async !== before.async)
    warn(
      shape.async
        ? 'it is async and the present one is not: callers get a promise'
        : 'it is not async and the present one is: callers get no promise',
    );
  if (shape.parameters !== before.parameters)
    warn(`it takes ${shape.parameters} parameters and the present one ${before.parameters}`);
  if (shape.form === 'arrow' && before.form !== 'arrow' && /\b(this|arguments)\b/.test(source))
    problems.push({
      severity: 'error',
      check: 'syntax',
      message: 'an arrow function has no `this` and `arguments` of its own; write it with `function`',
    });
  return problems;
}

/** `export function f` and `export default function f`, as they stand in a file. */
export const stripExport = (source: string): string =>
  source
    .trim()
    .replace(/^export\s+(default\s+)?(?=(async\s+)?function\b)/, '')
    .replace(/;\s*$/, '');

function syntaxErrors(text: string, linesBefore: number): readonly Problem[] {
  return parseSync('edit.ts', text).errors.map((error) => {
    const at = error.labels[0]?.start;
    const message = error.message;
    return at === undefined
      ? { severity: 'error' as const, check: 'syntax' as const, message }
      : {
          severity: 'error' as const,
          check: 'syntax' as const,
          message,
          line: Math.max(1, text.slice(0, at).split('\n').length - linesBefore),
        };
  });
}
