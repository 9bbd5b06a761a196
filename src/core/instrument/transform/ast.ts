// Parsing for the instrumenter, and the little that all of it needs to know of the tree (ESTree, as oxc-parser gives it).
import { parseSync, visitorKeys } from 'oxc-parser';
import { fail } from '../../common/errors.ts';

/** Any node. Fields beyond these are read through {@link child} and {@link children}, by the names ESTree gives them. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Node).type === 'string' &&
  typeof (value as Node).start === 'number';

/** `(a.b)` means `a.b` where a place or a callee is asked for. */
export const bare = (node: Node): Node =>
  node.type === 'ParenthesizedExpression' ? bare(node['expression'] as Node) : node;

export function child(node: Node, field: string): Node {
  const value = node[field];
  if (!isNode(value)) throw new TypeError(`${node.type}.${field} is no node`);
  return value;
}

export function optional(node: Node, field: string): Node | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The nodes of a list field; holes of array patterns are left out. */
export function children(node: Node, field: string): readonly Node[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export const text = (node: Node, field: string): string => String(node[field]);

/** Children in source order, each once: shorthand properties give the same range for key and value. */
export function directChildren(node: Node): readonly Node[] {
  const found: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) found.push(item);
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return found.filter(
    (item, index) => index === 0 || item.start >= (found[index - 1] as Node).end || item.start === item.end,
  );
}

export const isFunction = (node: Node): boolean =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

export const isClass = (node: Node): boolean => node.type === 'ClassDeclaration' || node.type === 'ClassExpression';

/**
 * Parses a module as the target runs it: JavaScript, types already gone.
 * @throws DS4010 when it does not parse
 */
export function parseModule(source: string, path: string, format: 'module' | 'commonjs'): Node {
  const result = parseSync(path, source, {
    lang: 'js',
    // CommonJS bodies may return at the top and use `arguments`; the parser's script goal with a return is its own type.
    sourceType: format === 'module' ? 'module' : 'commonjs',
    // Regenerated text keeps the parentheses that its parts had.
    preserveParens: true,
  });
  const first = result.errors.find((error) => error.severity === 'Error');
  if (first) throw fail('DS4010', { path, problem: first.message });
  return result.program as unknown as Node;
}

/** Line and column (both from 1) of offsets in one text. */
export class LineTable {
  readonly #starts: number[] = [0];

  constructor(source: string) {
    for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}

/** Line breaks in a piece of code. */
export const breaks = (code: string): number => code.split('\n').length - 1;
