// Which code of a module is strict: all of an ECMAScript module and of a file that says so, classes, and functions that
// say so. The copies of the rest must be sloppy, because there a write that is refused goes by in silence.
import { children, isClass, optional } from './ast.ts';
import type { Node } from './ast.ts';

const directive = /^\s*(?:(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*['"]use strict['"]/;

/** @param functions functions and classes of the module */
export function strictTest(
  source: string,
  format: 'module' | 'commonjs',
  functions: readonly Node[],
): (node: Node) => boolean {
  if (format === 'module' || directive.test(source)) return () => true;
  const strict = functions.filter((node) => isClass(node) || saysSo(node));
  return ({ start, end }) => strict.some((around) => around.start <= start && around.end >= end);
}

function saysSo(fn: Node): boolean {
  const body = optional(fn, 'body');
  return body?.type === 'BlockStatement' && children(body, 'body').some((each) => each['directive'] === 'use strict');
}
