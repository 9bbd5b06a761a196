// The functions of a module as the recorder sees them: which exist, where, and whether a copy of each can stand alone.
import { child, children, directChildren, isClass, isFunction, LineTable, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { constructions } from './construction.ts';
import type { Construction } from './construction.ts';
import { listPrivates } from './privates.ts';
import type { Privates } from './privates.ts';
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
  /** There is one for each activation of something: its variables, or its `this`, are no module's. */
  readonly isClosure: boolean;
  /** Number of the class it is a member of, or -1. */
  readonly ofClass: number;
  /** It is a member whose key is computed. */
  readonly isComputed: boolean;
  /** Why no copy of it can be made on its own, or undefined. */
  readonly unsupported: string | undefined;
}

export interface FunctionTable {
  readonly list: readonly FunctionInfo[];
  readonly nodes: readonly Node[];
  readonly indexOf: ReadonlyMap<Node, number>;
  readonly privates: Privates & { readonly construction: (node: Node) => Construction };
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

function unsupportedReason(
  node: Node,
  owner: Node | undefined,
  analysis: Analysis,
  privates: Privates,
): string | undefined {
  if (analysis.dynamic.has(node)) return 'it uses eval or with';
  if (node.type === 'ArrowFunctionExpression') {
    if (usesSuper(node)) return 'an arrow that uses super of the method around it';
    // Of a function around it they are a variable like others; a module's are its loader's.
    const takesArguments = uses(
      node,
      (item) => item.type === 'Identifier' && item['name'] === 'arguments' && !analysis.bindings.has(item.start),
      true,
    );
    if (takesArguments) return 'an arrow that uses arguments of the module';
  }
  if (owner?.type === 'Property' && usesSuper(node)) return 'an object method that uses super';
  const usesInner = uses(
    node,
    (item) =>
      item.type === 'PrivateIdentifier' && !privates.uses.has(item.start) && !isWithinClass(node, item, privates),
    false,
  );
  if (privates.inner.has(node)) return 'a class with #private members that was made inside a function';
  if (usesInner) return 'it uses private names of a class that was made inside a function';
  return undefined;
}

/** Whether the class whose private name is used stands in the function itself. */
const isWithinClass = (node: Node, name: Node, { inner }: Privates): boolean =>
  [...inner].some(
    (each) => each.start >= node.start && each.end <= node.end && each.start <= name.start && name.end <= each.end,
  );

/** Bindings that a block of the module's own level makes anew each time it is passed. */
function capturesBlock(node: Node, analysis: Analysis): boolean {
  return uses(
    node,
    (item) => {
      const binding = item.type === 'Identifier' ? analysis.bindings.get(item.start) : undefined;
      return (
        binding !== undefined &&
        binding.scope.owner === undefined &&
        binding.scope !== analysis.module &&
        !isClass(binding.scope.node) &&
        !(binding.scope.node.start >= node.start && binding.scope.node.end <= node.end)
      );
    },
    false,
  );
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
  const privates = listPrivates(program);

  const add = (
    node: Node,
    owner: Node | undefined,
    inferred: string | undefined,
    ofClass: number,
    isInField: boolean,
  ): void => {
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
      isClosure: outerNode !== undefined || isInField || capturesBlock(node, analysis),
      ofClass,
      isComputed: member && owner['computed'] === true,
      unsupported: unsupportedReason(node, owner, analysis, privates),
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

  const visit = (node: Node, parent: Node | undefined, ofClass: number, isInField: boolean): void => {
    let inside = -1;
    let field = isInField;
    if (isFunction(node)) {
      const member = parent && (parent.type === 'MethodDefinition' || parent.type === 'Property') ? parent : undefined;
      const isMember = parent?.type === 'MethodDefinition';
      add(node, member, inferredName(parent, node), isMember ? ofClass : -1, isInField);
    } else if (isClass(node)) {
      add(node, undefined, inferredName(parent, node), -1, isInField);
      inside = list.length - 1;
    } else if (node.type === 'ClassBody' || node.type === 'MethodDefinition') inside = ofClass;
    else if (node.type === 'PropertyDefinition' || node.type === 'StaticBlock') field = true;
    for (const item of directChildren(node)) visit(item, node, inside, field);
  };
  for (const item of children(program, 'body')) visit(item, undefined, -1, false);
  return { list, nodes, indexOf, privates: { ...privates, construction: constructions(program, analysis) } };
}
