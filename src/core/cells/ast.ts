// The little that the cells' compiler needs to know of a tree (ESTree, as oxc-parser gives it).
import { visitorKeys } from 'oxc-parser';

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

export const node = (parent: Node, field: string): Node => parent[field] as Node;

export const nodes = (parent: Node, field: string): readonly Node[] => {
  const value = parent[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

export const maybe = (parent: Node, field: string): Node | undefined => {
  const value = parent[field];
  return isNode(value) ? value : undefined;
};

export const nameOf = (identifier: Node): string => String(identifier['name'] ?? identifier['value']);

export function* childrenOf(parent: Node): Generator<Node> {
  for (const key of visitorKeys[parent.type] ?? []) {
    const value = parent[key];
    if (isNode(value)) yield value;
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield item;
  }
}

export const isFunction = (item: Node): boolean =>
  item.type === 'FunctionDeclaration' || item.type === 'FunctionExpression' || item.type === 'ArrowFunctionExpression';

/** Names bound by a pattern, in source order. */
export function boundNames(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'ObjectPattern':
      return nodes(pattern, 'properties').flatMap((property) =>
        boundNames(node(property, property.type === 'RestElement' ? 'argument' : 'value')),
      );
    case 'ArrayPattern':
      return nodes(pattern, 'elements').flatMap(boundNames);
    case 'RestElement':
      return boundNames(node(pattern, 'argument'));
    case 'AssignmentPattern':
      return boundNames(node(pattern, 'left'));
    default:
      return [];
  }
}
