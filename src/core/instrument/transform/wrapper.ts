// Modules that a loader of its own (a test runner's) evaluates as a script: one function around the text of the module,
// whose parameters stand for what Node's loaders give. What is inside is a module like any other once the wrapper is
// taken off; its parameters stay variables that it captures.
import { parseSync } from 'oxc-parser';
import { child, children, isFunction, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { exporters } from './module-runner.ts';

export interface WrappedModule {
  /** The text inside the wrapper, without what only tells the loader of exports: spaces are in its place. */
  readonly source: string;
  /** Where that text begins in the script. */
  readonly start: number;
  /** Parameters of the wrapper. */
  readonly wrapper: readonly string[];
  readonly format: 'module' | 'commonjs';
}

/** Undefined when the script is anything but one function. */
export function unwrap(script: string): WrappedModule | undefined {
  if (!/^\s*(?:['"]use strict['"];?\s*)?\(*\s*(?:async\b|function\b|\()/.test(script)) return undefined;
  const { program, errors } = parseSync('script.js', script, { lang: 'js', sourceType: 'script' });
  if (errors.some((error) => error.severity === 'Error')) return undefined;
  const [only, ...others] = statements(program as unknown as Node);
  if (others.length > 0 || only?.type !== 'ExpressionStatement') return undefined;
  let loader = child(only, 'expression');
  while (loader.type === 'ParenthesizedExpression') loader = child(loader, 'expression');
  if (!isFunction(loader)) return undefined;
  const parameters = children(loader, 'params');
  let body = child(loader, 'body');
  // Without a parameter it is no loader's, but a function of somebody.
  if (parameters.length === 0 || parameters.some(({ type }) => type !== 'Identifier') || body.type !== 'BlockStatement')
    return undefined;
  const [block, ...rest] = statements(body);
  if (block?.type === 'BlockStatement' && rest.length === 0) body = block;
  const start = body.start + 1;
  let source = script.slice(start, body.end - 1);
  for (const statement of children(body, 'body')) {
    if (!isExport(statement)) continue;
    const from = statement.start - start;
    const to = statement.end - start;
    source = source.slice(0, from) + source.slice(from, to).replace(/[^\r\n]/g, ' ') + source.slice(to);
  }
  return {
    source,
    start,
    wrapper: parameters.map((parameter) => text(parameter, 'name')),
    format: loader['async'] === true ? 'module' : 'commonjs',
  };
}

const statements = (block: Node): readonly Node[] =>
  children(block, 'body').filter((statement) => typeof statement['directive'] !== 'string');

/** `exporter(…)` or `Object.defineProperty(exporter, …)`. */
function isExport(statement: Node): boolean {
  const call = statement.type === 'ExpressionStatement' ? child(statement, 'expression') : undefined;
  if (call?.type !== 'CallExpression') return false;
  const callee = child(call, 'callee');
  const told = callee.type === 'MemberExpression' ? children(call, 'arguments')[0] : callee;
  const isDefine =
    callee.type !== 'MemberExpression' || text(optional(callee, 'property') ?? callee, 'name') === 'defineProperty';
  return isDefine && told?.type === 'Identifier' && exporters.has(text(told, 'name'));
}
