// Whether a new value is of the kind that is there now, as far as its text says so without running it. A warning, as a
// person may well want another kind; but that a function becomes something else is nearly always meant otherwise.
import { parseSync, type Expression } from 'oxc-parser';
import type { LiveValue } from '../../core/targets/live-value.ts';
import type { Problem } from './types.ts';

export function compareShapes(name: string, expression: string, present: LiveValue): readonly Problem[] {
  const next = kindOf(expression);
  const now =
    present.kind === 'object'
      ? present.subtype === 'object'
        ? present.className
        : present.className || present.subtype
      : present.kind;
  if (next === undefined || now === 'undefined' || now === 'null' || present.kind === 'redacted') return [];
  if (now === 'function')
    return next === 'function'
      ? [
          {
            severity: 'warning',
            check: 'shape',
            message: `this writes one reference; %%edit ${name} changes the function wherever it is held`,
          },
        ]
      : [{ severity: 'error', check: 'shape', message: notAFunction(name, next) }];
  if (next === now) return [];
  return [
    { severity: 'warning', check: 'shape', message: `it is of type ${next} and the present value is of type ${now}` },
  ];
}

export const notAFunction = (name: string, next: string): string =>
  `it is of type ${next} and the present value is a function, whose code is changed by %%edit ${name} or session.edit.code(name, source)`;

/** Kind of the value of an expression where its outermost form tells; undefined where only running it would. */
function kindOf(expression: string): string | undefined {
  const { program, errors } = parseSync('value.ts', `void (${expression}\n)`);
  const statement = errors.length === 0 ? program.body[0] : undefined;
  if (statement?.type !== 'ExpressionStatement' || statement.expression.type !== 'UnaryExpression') return undefined;
  return kindOfNode(statement.expression.argument);
}

function kindOfNode(node: Expression): string | undefined {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return kindOfNode(node.expression);
    case 'Literal':
      if (node.value === null && !('regex' in node) && !('bigint' in node)) return 'null';
      return 'regex' in node && node.regex ? 'RegExp' : typeof node.value;
    case 'TemplateLiteral':
      return 'string';
    case 'ObjectExpression':
      return 'Object';
    case 'ArrayExpression':
      return 'Array';
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassExpression':
      return 'function';
    case 'NewExpression':
      return node.callee.type === 'Identifier' ? node.callee.name : undefined;
    case 'UnaryExpression':
      if (node.operator === '!' || node.operator === 'delete') return 'boolean';
      if (node.operator === 'typeof') return 'string';
      if (node.operator === 'void') return 'undefined';
      return node.operator === '+' ? 'number' : kindOfNode(node.argument);
    case 'Identifier':
      return node.name === 'undefined'
        ? 'undefined'
        : node.name === 'NaN' || node.name === 'Infinity'
          ? 'number'
          : undefined;
    default:
      return undefined;
  }
}
