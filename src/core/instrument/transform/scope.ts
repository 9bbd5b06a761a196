// Which variable each identifier means, and which variables are ever assigned after their declaration: what decides
// whether a copy may hold a captured value or must go through an accessor to the original variable.
import { child, children, directChildren, isClass, isFunction, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { importers } from './module-runner.ts';

export interface Binding {
  readonly name: string;
  readonly scope: Scope;
  /** `namespace`: what another module exports, in a wrapped module; its members are imports. */
  readonly kind: 'variable' | 'function' | 'class' | 'parameter' | 'import' | 'namespace' | 'wrapper';
  /** Assigned somewhere besides its own initialiser. */
  assigned: boolean;
}

export class Scope {
  readonly parent: Scope | undefined;
  /** The function whose activation holds the variables, or undefined for the module. */
  readonly owner: Node | undefined;
  readonly node: Node;
  readonly names = new Map<string, Binding>();

  constructor(node: Node, parent: Scope | undefined, owner: Node | undefined) {
    this.node = node;
    this.parent = parent;
    this.owner = owner;
  }

  declare(name: string, kind: Binding['kind']): Binding {
    let binding = this.names.get(name);
    if (!binding) this.names.set(name, (binding = { name, scope: this, kind, assigned: false }));
    return binding;
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }
}

export interface Analysis {
  readonly module: Scope;
  /** Binding of the identifier that starts at an offset; globals are absent. */
  readonly bindings: ReadonlyMap<number, Binding>;
  /** Functions that use direct eval or `with`: their names cannot be resolved. */
  readonly dynamic: ReadonlySet<Node>;
  /** Scopes by the node that makes them. */
  readonly scopes: ReadonlyMap<Node, Scope>;
  /** For each function and class node: the function around it, if any. */
  readonly enclosing: ReadonlyMap<Node, Node | undefined>;
}

/** Names that Node's wrapper gives to a CommonJS module. */
export const wrapperNames = ['exports', 'require', 'module', '__filename', '__dirname'] as const;

const scopeMakers = new Set([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
]);

/** `x = await importer(…)`. */
function isNamespace(declarator: Node, importing: ReadonlySet<string>): boolean {
  const init = importing.size > 0 ? optional(declarator, 'init') : undefined;
  const call = init?.type === 'AwaitExpression' ? child(init, 'argument') : undefined;
  const callee = call?.type === 'CallExpression' ? child(call, 'callee') : undefined;
  return (
    child(declarator, 'id').type === 'Identifier' &&
    callee?.type === 'Identifier' &&
    importing.has(text(callee, 'name'))
  );
}

/** Identifiers bound by a pattern. */
export function patternNames(pattern: Node): readonly Node[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return children(pattern, 'properties').flatMap((property) =>
        patternNames(property.type === 'RestElement' ? child(property, 'argument') : child(property, 'value')),
      );
    case 'ArrayPattern':
      return children(pattern, 'elements').flatMap(patternNames);
    case 'RestElement':
      return patternNames(child(pattern, 'argument'));
    case 'AssignmentPattern':
      return patternNames(child(pattern, 'left'));
    default:
      return [];
  }
}

/** Resolves every identifier of a module; `wrapper`: names that another wrapper than Node's gives to it. */
export function analyse(program: Node, format: 'module' | 'commonjs', wrapper: readonly string[] = []): Analysis {
  const module = new Scope(program, undefined, undefined);
  for (const name of [...(format === 'commonjs' ? wrapperNames : []), ...wrapper]) module.declare(name, 'wrapper');
  const importing = new Set(wrapper.filter((name) => importers.has(name)));
  const scopes = new Map<Node, Scope>([[program, module]]);
  const enclosing = new Map<Node, Node | undefined>();
  const bindings = new Map<number, Binding>();
  const dynamic = new Set<Node>();

  // Pass 1: declarations.
  const declarePattern = (pattern: Node, scope: Scope, kind: Binding['kind']): void => {
    for (const name of patternNames(pattern)) scope.declare(text(name, 'name'), kind);
  };
  const functionScope = (scope: Scope): Scope => {
    let at = scope;
    while (at.parent && at.owner === at.parent.owner && at.node !== at.owner) at = at.parent;
    return at;
  };
  const declare = (node: Node, scope: Scope): void => {
    let inner = scope;
    if (isFunction(node)) {
      enclosing.set(node, scope.owner);
      if (node.type === 'FunctionDeclaration' && optional(node, 'id'))
        scope.declare(text(child(node, 'id'), 'name'), 'function');
      inner = new Scope(node, scope, node);
      scopes.set(node, inner);
      if (node.type === 'FunctionExpression' && optional(node, 'id'))
        inner.declare(text(child(node, 'id'), 'name'), 'function');
      if (node.type !== 'ArrowFunctionExpression') inner.declare('arguments', 'parameter');
      for (const parameter of children(node, 'params')) declarePattern(parameter, inner, 'parameter');
    } else if (isClass(node)) {
      enclosing.set(node, scope.owner);
      if (node.type === 'ClassDeclaration' && optional(node, 'id'))
        scope.declare(text(child(node, 'id'), 'name'), 'class');
      inner = new Scope(node, scope, scope.owner);
      scopes.set(node, inner);
      if (optional(node, 'id')) inner.declare(text(child(node, 'id'), 'name'), 'class');
    } else if (scopeMakers.has(node.type)) {
      inner = new Scope(node, scope, scope.owner);
      scopes.set(node, inner);
      const parameter = node.type === 'CatchClause' ? optional(node, 'param') : undefined;
      if (parameter) declarePattern(parameter, inner, 'variable');
    } else if (node.type === 'VariableDeclaration') {
      const holder = node['kind'] === 'var' ? functionScope(scope) : scope;
      for (const declarator of children(node, 'declarations'))
        declarePattern(
          child(declarator, 'id'),
          holder,
          scope === module && isNamespace(declarator, importing) ? 'namespace' : 'variable',
        );
    } else if (node.type.startsWith('Import') && node.type.endsWith('Specifier')) {
      scope.declare(text(child(node, 'local'), 'name'), 'import');
    }
    for (const item of directChildren(node)) declare(item, inner);
  };
  for (const item of directChildren(program)) declare(item, module);

  // Pass 2: references.
  const refer = (node: Node, scope: Scope): void => {
    const binding = scope.find(text(node, 'name'));
    if (binding) bindings.set(node.start, binding);
  };
  const assign = (target: Node, scope: Scope): void => {
    for (const name of patternNames(target)) {
      const binding = scope.find(text(name, 'name'));
      if (binding) binding.assigned = true;
    }
  };
  const markDynamic = (scope: Scope): void => {
    for (let at: Scope | undefined = scope; at; at = at.parent) if (at.owner) dynamic.add(at.owner);
  };
  const resolve = (node: Node, scope: Scope): void => {
    const inner = scopes.get(node) ?? scope;
    switch (node.type) {
      case 'Identifier':
        refer(node, scope);
        return;
      case 'MemberExpression':
        resolve(child(node, 'object'), inner);
        if (node['computed'] === true) resolve(child(node, 'property'), inner);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        if (node['computed'] === true) resolve(child(node, 'key'), inner);
        if (optional(node, 'value')) resolve(child(node, 'value'), inner);
        return;
      case 'LabeledStatement':
        resolve(child(node, 'body'), inner);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return;
      case 'ExportSpecifier':
        if (child(node, 'local').type === 'Identifier') refer(child(node, 'local'), scope);
        return;
      case 'AssignmentExpression':
        assign(child(node, 'left'), inner);
        break;
      case 'UpdateExpression':
        assign(child(node, 'argument'), inner);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        if (child(node, 'left').type !== 'VariableDeclaration') assign(child(node, 'left'), inner);
        break;
      case 'VariableDeclarator':
        // `var x; … x = 1` is found as an assignment; a `let` or `var` without initialiser gets its value later.
        if (!optional(node, 'init')) {
          const loop = inner.node.type === 'ForInStatement' || inner.node.type === 'ForOfStatement';
          if (!loop) assign(child(node, 'id'), inner);
        }
        break;
      case 'CallExpression':
        if (child(node, 'callee').type === 'Identifier' && text(child(node, 'callee'), 'name') === 'eval')
          markDynamic(inner);
        break;
      case 'WithStatement':
        markDynamic(inner);
        break;
      default:
    }
    for (const item of directChildren(node)) resolve(item, inner);
  };
  for (const item of directChildren(program)) resolve(item, module);
  return { module, bindings, scopes, dynamic, enclosing };
}
