// A whole module, instrumented where it stands: for a program that is recorded from its first line. Nothing is captured
// and no function is copied, so variables, hoisting, live bindings and `this` stay what they are; only operations are
// replaced. The top of the module is own code that the loader enters, and a call on the tape like any other. A replay
// runs the same text as a function, because an isolate has no modules.
import { child, children, directChildren, isClass, isFunction, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { declaredHere } from './rewrite-functions.ts';
import { Rewriter, type RewriteInput } from './rewrite.ts';
import { patternNames, wrapperNames } from './scope.ts';
import type { Analysis } from './scope.ts';

/** The object through which a running module finds `$`, kept under this symbol of the registry. */
export const programSymbol = 'devsandbox.program';

export interface Program {
  /** What the loader gets in the place of the text of the module. */
  readonly running: string;
  /** An expression, as that of a unit: `(function($, $M, $A) { … return [top]; })`. */
  readonly replayed: string;
  /** Variables of the module whose values are own state. */
  readonly variables: readonly string[];
}

/** Why a module must stay as it is, or undefined: instrumented, it would not compute what it does. */
export function programProblem(program: Node, analysis: Analysis): string | undefined {
  const look = (node: Node): string | undefined => {
    if (node.type === 'WithStatement') return 'it uses with';
    if (node.type === 'CallExpression') {
      const callee = child(node, 'callee');
      if (callee.type === 'Identifier' && text(callee, 'name') === 'eval' && !analysis.bindings.has(callee.start))
        return 'it uses eval';
    }
    for (const item of directChildren(node)) {
      const found = look(item);
      if (found) return found;
    }
    return undefined;
  };
  for (const scope of analysis.scopes.values())
    for (const name of scope.names.keys())
      if (reserved.test(name)) return `it declares ${name}, a name that instrumented code has for itself`;
  return look(program);
}

const reserved = /^\$(?:[MAtxeqwasm]?|default|(?:q|p|n|v|it)\d*)$/;

const directivesOf = (statements: readonly Node[]): number => {
  const count = statements.findIndex((item) => typeof item['directive'] !== 'string');
  return count === -1 ? statements.length : count;
};

/** Names of variables at the top that are constants and are not written to either. */
export function plainConstants(statements: readonly Node[], analysis: Analysis): ReadonlySet<string> {
  const found = new Set<string>();
  for (const statement of statements) {
    if (statement.type !== 'VariableDeclaration' || text(statement, 'kind') !== 'const') continue;
    for (const declarator of children(statement, 'declarations'))
      for (const name of patternNames(child(declarator, 'id'))) found.add(text(name, 'name'));
  }
  for (const name of [...found]) if (analysis.module.names.get(name)?.assigned) found.delete(name);
  return found;
}

export const stateNames = (analysis: Analysis): readonly string[] =>
  [...analysis.module.names.values()]
    .filter(({ kind, assigned }) => kind === 'variable' || (assigned && (kind === 'function' || kind === 'class')))
    .map(({ name }) => name);

/** @param number of the module's top */
export function commonJsProgram(input: RewriteInput, program: Node, path: string, number: number): Program {
  const statements = children(program, 'body');
  const leading = statements.slice(0, directivesOf(statements));
  const rest = statements.slice(leading.length);
  const variables = stateNames(input.analysis);
  const written = (inReplay: boolean): string => {
    const rewriter = new Rewriter(input, program, { inReplay, isAsync: false });
    const constants = plainConstants(rest, input.analysis);
    let out = leading.map((item) => rewriter.slice(item.start, item.end)).join('');
    out += `var $t;${declaredHere(rest, rewriter)}${accessors(number, variables, inReplay, (name) => inReplay && isWritable(name, rest, constants))}`;
    let at = leading.at(-1)?.end ?? hashbang(input.source);
    out += '\n'.repeat(input.source.slice(0, at).split('\n').length - 1);
    for (const statement of rest) {
      out += rewriter.slice(at, statement.start) + letFor(statement, rewriter.of(statement), inReplay, constants);
      at = statement.end;
    }
    return `$.tp(${number},(function(${wrapperNames.join(',')}){${out}${rewriter.slice(at, input.source.length)}\n}))`;
  };
  return {
    variables,
    running: `const $=globalThis[Symbol.for("${programSymbol}")];return ${written(false)}.apply(this,arguments);`,
    replayed: `(function($,$M,$A){return [${written(true)}];})\n//# sourceURL=devsandbox:copy/${path}`,
  };
}

/** Length of a first line that only the shell reads. */
export const hashbang = (source: string): number =>
  source.startsWith('#!') ? (/^[^\r\n]*/.exec(source)?.[0].length ?? 0) : 0;

const isWritable = (name: string, statements: readonly Node[], constants: ReadonlySet<string>): boolean =>
  constants.has(name) || !constantNames(statements).has(name);

export const constantNames = (statements: readonly Node[]): ReadonlySet<string> =>
  new Set(
    statements
      .filter((item) => item.type === 'VariableDeclaration' && text(item, 'kind') === 'const')
      .flatMap((item) => children(item, 'declarations'))
      .flatMap((item) => patternNames(child(item, 'id')))
      .map((item) => text(item, 'name')),
  );

/** A constant is a variable in a replay, so that a counterfactual can change it. */
export function letFor(statement: Node, code: string, inReplay: boolean, constants: ReadonlySet<string>): string {
  if (!inReplay || statement.type !== 'VariableDeclaration' || text(statement, 'kind') !== 'const') return code;
  const names = children(statement, 'declarations').flatMap((item) => patternNames(child(item, 'id')));
  return names.every((name) => constants.has(text(name, 'name'))) ? code.replace(/^const/, 'let') : code;
}

/** Tells the helpers how the module's own variables are read, and in a replay written. */
export function accessors(
  number: number,
  names: readonly string[],
  inReplay: boolean,
  isWritten: (name: string) => boolean,
): string {
  if (names.length === 0 && !inReplay) return '';
  const list = names.map(
    (name) => `[${JSON.stringify(name)},()=>${name}${isWritten(name) ? `,$v=>{${name}=$v}` : ''}]`,
  );
  return `$.st(${number},[${list.join(',')}]);`;
}

/** Whether a module awaits outside of its functions. */
export function awaitsAtTop(node: Node): boolean {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node['await'] === true)) return true;
  if (isFunction(node)) return false;
  if (isClass(node)) {
    // Only computed keys and the parent are evaluated outside of functions.
    const outside = [optional(node, 'superClass'), ...children(child(node, 'body'), 'body').flatMap(computedKey)];
    return outside.some((each) => each !== undefined && awaitsAtTop(each));
  }
  return directChildren(node).some(awaitsAtTop);
}

const computedKey = (member: Node): readonly Node[] => (member['computed'] === true ? [child(member, 'key')] : []);
