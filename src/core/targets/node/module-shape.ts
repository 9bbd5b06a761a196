// What the text of a module says about its scopes: its own top-level names with their kinds, exports with the names
// behind them, and where its functions are.
import { parseSync, Visitor } from 'oxc-parser';

export type BindingKind = 'const' | 'let' | 'var' | 'function' | 'class' | 'import';

export interface FunctionRange {
  readonly start: number;
  readonly end: number;
  readonly isTopLevel: boolean;
  /** Names that its parameters and body declare: those that hide a variable outside. */
  readonly declares: ReadonlySet<string>;
}

export interface ModuleShape {
  readonly names: ReadonlyMap<string, BindingKind>;
  /** Exported name to the local one. */
  readonly exports: ReadonlyMap<string, string>;
  readonly functions: readonly FunctionRange[];
  /** The innermost function around a position (line and column from 0); undefined at the top level. */
  functionAt(line: number, column: number): FunctionRange | undefined;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function shapeOf(source: string, isModule: boolean): ModuleShape {
  const { program } = parseSync(isModule ? 'module.mjs' : 'module.cjs', source, {
    sourceType: isModule ? 'module' : 'commonjs',
  } as never);
  const names = new Map<string, BindingKind>();
  const exported = new Map<string, string>();
  for (const statement of program.body as unknown as readonly Node[]) declare(statement, names, exported);
  const found: { start: number; end: number }[] = [];
  const declarations: { readonly name: string; readonly at: number }[] = [];
  const add = (node: { start: number; end: number }): void => void found.push({ start: node.start, end: node.end });
  const declareAt = (pattern: unknown, at: number): void => {
    for (const name of patternNames(pattern)) declarations.push({ name, at });
  };
  const addFunction = (node: { start: number; end: number; params: readonly unknown[] }): void => {
    add(node);
    // Within the function, whatever comes first in it.
    for (const parameter of node.params) declareAt(parameter, node.start + 1);
  };
  new Visitor({
    FunctionDeclaration: (node) => {
      addFunction(node);
      declareAt(node.id, node.start);
    },
    FunctionExpression: (node) => {
      addFunction(node);
      declareAt(node.id, node.start + 1);
    },
    ArrowFunctionExpression: addFunction,
    VariableDeclarator: (node) => declareAt(node.id, node.start),
    ClassDeclaration: (node) => declareAt(node.id, node.start),
    ClassExpression: (node) => declareAt(node.id, node.start),
    CatchClause: (node) => declareAt(node.param, node.start),
    // A method's text begins at its name; the function in it at its parameters.
    MethodDefinition: add,
    Property: (node) => void (node.method && add(node)),
  }).visit(program);
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const functions = found.map((range) => ({
    ...range,
    // A method and the function in it are one.
    isTopLevel: !found.some(
      (other) => other !== range && other.start <= range.start && other.end >= range.end && other.end !== range.end,
    ),
    declares: new Set(declarations.filter(({ at }) => at > range.start && at < range.end).map(({ name }) => name)),
  }));
  const lineStarts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return {
    names,
    exports: exported,
    functions,
    functionAt(line, column) {
      const offset = (lineStarts[line] ?? source.length) + column;
      return functions.findLast((range) => range.start <= offset && offset < range.end);
    },
  };
}

function declare(statement: Node, names: Map<string, BindingKind>, exported: Map<string, string>): void {
  const nameOf = (node: unknown): string => {
    const { name, value } = node as { readonly name?: string; readonly value?: string };
    return name ?? value ?? '';
  };
  switch (statement.type) {
    case 'VariableDeclaration': {
      const kind = statement['kind'] === 'let' || statement['kind'] === 'var' ? statement['kind'] : 'const';
      for (const declarator of statement['declarations'] as readonly Node[])
        for (const name of patternNames(declarator['id'])) names.set(name, kind);
      break;
    }
    case 'FunctionDeclaration':
      if (statement['id']) names.set(nameOf(statement['id']), 'function');
      break;
    case 'ClassDeclaration':
      if (statement['id']) names.set(nameOf(statement['id']), 'class');
      break;
    case 'ImportDeclaration':
      for (const specifier of statement['specifiers'] as readonly Node[])
        names.set(nameOf(specifier['local']), 'import');
      break;
    case 'ExportNamedDeclaration': {
      const inner = statement['declaration'] as Node | null;
      if (inner) {
        const before = new Set(names.keys());
        declare(inner, names, exported);
        for (const name of names.keys()) if (!before.has(name)) exported.set(name, name);
      }
      if (!statement['source']) {
        for (const specifier of statement['specifiers'] as readonly Node[])
          exported.set(nameOf(specifier['exported']), nameOf(specifier['local']));
      }
      break;
    }
    case 'ExportDefaultDeclaration': {
      const inner = statement['declaration'] as Node;
      declare(inner, names, exported);
      if (inner.type === 'Identifier') break; // `export default x` copies the value
      if (inner['id']) exported.set('default', nameOf(inner['id']));
      break;
    }
    default:
  }
}

function patternNames(pattern: unknown): readonly string[] {
  if (typeof pattern !== 'object' || pattern === null) return [];
  const node = pattern as Node;
  switch (node.type) {
    case 'Identifier':
      return [node['name'] as string];
    case 'AssignmentPattern':
      return patternNames(node['left']);
    case 'RestElement':
      return patternNames(node['argument']);
    case 'ArrayPattern':
      return (node['elements'] as readonly unknown[]).flatMap(patternNames);
    case 'ObjectPattern':
      return (node['properties'] as readonly Node[]).flatMap((property) =>
        patternNames(property.type === 'Property' ? property['value'] : property),
      );
    default:
      return [];
  }
}
