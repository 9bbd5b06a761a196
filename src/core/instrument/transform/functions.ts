// The functions of a module as the recorder sees them: which exist, where, and whether a copy of each can stand alone.
import { child, children, directChildren, isClass, isFunction, LineTable, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import type { Analysis } from './scope.ts';

export interface FunctionInfo {
  /** Number within the module, in source order; classes are counted too. */
  readonly index: number;
  readonly kind: 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor' | 'class' | 'module';
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** Range of the text that `Function.prototype.toString` gives. */
  readonly start: number;
  readonly end: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly isStatic: boolean;
  /** Number of the function around it (its activation holds this one's captured variables), or -1. */
  readonly outer: number;
  /** Number of the class it is a member of, or -1. */
  readonly ofClass: number;
  /** Why no copy of it can be made on its own, or undefined. */
  readonly unsupported: string | undefined;
}

export interface FunctionTable {
  readonly list: readonly FunctionInfo[];
  readonly nodes: readonly Node[];
  readonly indexOf: ReadonlyMap<Node, number>;
}

/** A node that occurs in a function's own code; functions inside are entered only when they share its `this`. */
function uses(root: Node, wanted: (node: Node) => boolean, intoArrowsOnly: boolean): boolean {
  const visit = (node: Node): boolean => {
    if (wanted(node)) return true;
    if (node !== root && intoArrowsOnly && isFunction(node) && node.type !== 'ArrowFunctionExpression') return false;
    return directChildren(node).some(visit);
  };
  return visit(root);
}

export const usesThis = (node: Node): boolean => uses(node, (item) => item.type === 'ThisExpression', true);
const usesSuper = (node: Node): boolean => uses(node, (item) => item.type === 'Super', true);
const usesPrivate = (node: Node): boolean => uses(node, (item) => item.type === 'PrivateIdentifier', false);

function unsupportedReason(node: Node, owner: Node | undefined, analysis: Analysis): string | undefined {
  if (analysis.dynamic.has(node)) return 'it uses eval or with';
  if (node.type === 'ArrowFunctionExpression') {
    if (usesSuper(node)) return 'an arrow that uses super of the method around it';
    const takesArguments = uses(
      node,
      (item) =>
        item.type === 'Identifier' &&
        item['name'] === 'arguments' &&
        analysis.bindings.get(item.start)?.scope.node !== undefined,
      true,
    );
    if (takesArguments) return 'an arrow that uses arguments of the function around it';
  }
  if (owner?.type === 'Property' && usesSuper(node)) return 'an object method that uses super';
  if (isClass(node) && usesPrivate(node)) return 'a class with #private members';
  return undefined;
}

const keyName = (member: Node): string => {
  const key = child(member, 'key');
  if (member['computed'] === true) return '[computed]';
  if (key.type === 'PrivateIdentifier') return `#${text(key, 'name')}`;
  return key.type === 'Literal' ? String(key['value']) : text(key, 'name');
};

/** Lists the functions and classes of a module. */
export function listFunctions(program: Node, source: string, analysis: Analysis): FunctionTable {
  const list: FunctionInfo[] = [];
  const nodes: Node[] = [];
  const indexOf = new Map<Node, number>();
  const lines = new LineTable(source);

  const add = (node: Node, owner: Node | undefined, inferred: string | undefined, ofClass: number): void => {
    const member =
      owner !== undefined &&
      (owner.type === 'MethodDefinition' ||
        (owner.type === 'Property' && (owner['method'] === true || owner['kind'] !== 'init')));
    const isStatic = owner?.['static'] === true;
    let start = member ? owner.start : node.start;
    if (member && isStatic) start += (/^static\s+/.exec(source.slice(start, owner.end))?.[0] ?? '').length;
    const place = lines.at(start);
    const id = optional(node, 'id');
    const declared = id ? text(id, 'name') : (inferred ?? '');
    const memberKind = member ? String(owner['kind']) : '';
    const outerNode = analysis.enclosing.get(node);
    nodes.push(node);
    indexOf.set(node, list.length);
    list.push({
      index: list.length,
      kind: isClass(node)
        ? 'class'
        : memberKind === 'get'
          ? 'getter'
          : memberKind === 'set'
            ? 'setter'
            : memberKind === 'constructor'
              ? 'constructor'
              : member
                ? 'method'
                : node.type === 'ArrowFunctionExpression'
                  ? 'arrow'
                  : 'function',
      name: member ? keyName(owner) : declared,
      line: place.line,
      column: place.column,
      start,
      end: member ? owner.end : node.end,
      isAsync: node['async'] === true,
      isGenerator: node['generator'] === true,
      isStatic,
      outer: outerNode ? (indexOf.get(outerNode) ?? -1) : -1,
      ofClass,
      unsupported: unsupportedReason(node, owner, analysis),
    });
  };

  const inferredName = (parent: Node | undefined, node: Node): string | undefined => {
    if (!parent) return undefined;
    if (parent.type === 'VariableDeclarator' && child(parent, 'id').type === 'Identifier')
      return text(child(parent, 'id'), 'name');
    if (
      (parent.type === 'AssignmentExpression' || parent.type === 'AssignmentPattern') &&
      child(parent, 'right') === node
    ) {
      const left = child(parent, 'left');
      if (left.type === 'Identifier') return text(left, 'name');
      if (left.type === 'MemberExpression' && left['computed'] !== true) return text(child(left, 'property'), 'name');
    }
    if (parent.type === 'Property' || parent.type === 'PropertyDefinition') return keyName(parent);
    if (parent.type === 'ExportDefaultDeclaration') return 'default';
    return undefined;
  };

  const visit = (node: Node, parent: Node | undefined, ofClass: number): void => {
    let inside = -1;
    if (isFunction(node)) {
      const member = parent && (parent.type === 'MethodDefinition' || parent.type === 'Property') ? parent : undefined;
      add(node, member, inferredName(parent, node), parent?.type === 'MethodDefinition' ? ofClass : -1);
    } else if (isClass(node)) {
      add(node, undefined, inferredName(parent, node), -1);
      inside = list.length - 1;
    } else if (node.type === 'ClassBody' || node.type === 'MethodDefinition') inside = ofClass;
    for (const item of directChildren(node)) visit(item, node, inside);
  };
  for (const item of children(program, 'body')) visit(item, undefined, -1);
  return { list, nodes, indexOf };
}
