// Destructuring. Data are taken apart natively; a foreign object is first read key by key through `$.o`, a foreign
// iterable step by step through `$.i`, so that each read is an ask.
import { child, children, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import type { Rewriter } from './rewrite.ts';

/** Keys that an object pattern reads, for `$.o`: `"a"`, `["a",[…]]` for a nested pattern, `"..."` for a rest. */
function patternSpec(pattern: Node): string | undefined {
  const parts: string[] = [];
  for (const property of children(pattern, 'properties')) {
    if (property.type === 'RestElement') {
      parts.push('"..."');
      continue;
    }
    if (property['computed'] === true) return undefined;
    const key = child(property, 'key');
    const name = JSON.stringify(key.type === 'Literal' ? String(key['value']) : text(key, 'name'));
    let value = child(property, 'value');
    if (value.type === 'AssignmentPattern') value = child(value, 'left');
    if (value.type === 'ObjectPattern') {
      const nested = patternSpec(value);
      if (nested === undefined) return undefined;
      parts.push(`[${name},${nested}]`);
    } else parts.push(value.type === 'ArrayPattern' ? `[${name},1]` : name);
  }
  return `[${parts.join(',')}]`;
}

/** A value about to be taken apart by `pattern`. */
export function destructured(value: string, pattern: Node, rewriter: Rewriter): string {
  const target = pattern.type === 'AssignmentPattern' ? child(pattern, 'left') : pattern;
  if (target.type === 'ArrayPattern') return `$.i(${rewriter.site(pattern)},${value})`;
  if (target.type !== 'ObjectPattern') return value;
  const spec = patternSpec(target);
  return spec === undefined ? value : `$.o(${rewriter.site(pattern)},${value},${spec})`;
}

export const isPattern = (node: Node): boolean => node.type === 'ObjectPattern' || node.type === 'ArrayPattern';

/** A target of an assignment stays a place that can be written: member accesses in it are not turned into calls. */
export function target(node: Node, rewriter: Rewriter): string {
  switch (node.type) {
    case 'MemberExpression': {
      const property = child(node, 'property');
      const own = property.type === 'PrivateIdentifier' ? rewriter.private(property) : undefined;
      if (own !== undefined) return `${own}.at(${rewriter.of(child(node, 'object'))}).v`;
      return `${rewriter.of(child(node, 'object'))}${node['computed'] === true ? `[${rewriter.of(property)}]` : `.${rewriter.slice(property.start, property.end)}`}`;
    }
    case 'Identifier':
      // A global that is assigned stays itself.
      return rewriter.outside(node) ?? text(node, 'name');
    case 'AssignmentPattern':
      return `${target(child(node, 'left'), rewriter)}=${rewriter.of(child(node, 'right'))}`;
    case 'RestElement':
      return `...${target(child(node, 'argument'), rewriter)}`;
    case 'ArrayPattern': {
      const elements = node['elements'] as readonly (Node | null)[];
      return `[${elements.map((item) => (item ? target(item, rewriter) : '')).join(',')}${elements.at(-1) === null ? ',' : ''}]`;
    }
    case 'ObjectPattern':
      return `{${children(node, 'properties')
        .map((property) => {
          if (property.type === 'RestElement') return target(property, rewriter);
          const key = child(property, 'key');
          const name = property['computed'] === true ? `[${rewriter.of(key)}]` : rewriter.slice(key.start, key.end);
          return `${name}:${target(child(property, 'value'), rewriter)}`;
        })
        .join(',')}}`;
    default:
      return rewriter.of(node);
  }
}

export const patternRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  ObjectPattern: target,
  ArrayPattern: target,
  VariableDeclarator: (node, rewriter) => {
    const value = optional(node, 'init');
    const pattern = child(node, 'id');
    if (!value) return rewriter.inside(node);
    return `${rewriter.of(pattern)}=${destructured(rewriter.of(value), pattern, rewriter)}`;
  },
};
