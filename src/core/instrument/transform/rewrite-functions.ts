// Functions of a copy: each knows when foreign code enters it, and each closure is marked as own when it is
// made. `$.on` is true while own code runs; a function that starts while it is false was called by foreign code, and
// `$.e` records the entry. Async functions leave and come back at their awaits, so they keep a state object in `$x`.
import { breaks, child, children, directChildren, isClass, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { destructured, isPattern } from './rewrite-patterns.ts';
import type { Rewriter } from './rewrite.ts';

interface Shape {
  readonly parameters: string;
  /** The arguments as the function sees them, as an array-like expression. */
  readonly args: string;
  /** Statements that take pattern parameters apart. */
  readonly unpack: string;
}

/** What a parameter binds: a name or a pattern. */
const bound = (parameter: Node): Node =>
  parameter.type === 'AssignmentPattern'
    ? child(parameter, 'left')
    : parameter.type === 'RestElement'
      ? child(parameter, 'argument')
      : parameter;

function shapeOf(node: Node, rewriter: Rewriter): Shape {
  const parameters: string[] = [];
  const args: string[] = [];
  let unpack = '';
  const given = children(node, 'params');
  // Patterns are taken apart in the body, so defaults are computed there too: each sees what stands before it.
  const late = given.map(bound).some(isPattern);
  for (const parameter of given) {
    const inner = bound(parameter);
    let name: string;
    let taken = '';
    if (late && parameter.type === 'AssignmentPattern') {
      name = rewriter.fresh('p');
      const isPlain = !isPattern(inner);
      const to = isPlain ? text(inner, 'name') : rewriter.of(inner);
      const whole = `${name}=${name}===void 0?(${rewriter.of(child(parameter, 'right'))}):${name};`;
      unpack += `${whole}var ${to}=${isPlain ? name : destructured(name, inner, rewriter)};`;
      // `length` counts up to the first default.
      parameters.push(`${name}=void 0`);
      args.push(name);
      continue;
    }
    if (isPattern(inner)) {
      name = rewriter.fresh('p');
      taken = `var ${rewriter.of(inner)}=${destructured(name, inner, rewriter)};`;
    } else name = text(inner, 'name');
    if (parameter.type === 'RestElement') {
      parameters.push(`...${name}`);
      args.push(`...${name}`);
    } else if (parameter.type !== 'AssignmentPattern') {
      parameters.push(name);
      args.push(name);
    } else if (isLate(node, child(parameter, 'right'), rewriter)) {
      parameters.push(`${name}=$.z`);
      args.push(`${name}===$.z?void 0:${name}`);
      unpack += `if(${name}===$.z)${name}=${rewriter.of(child(parameter, 'right'))};`;
    } else {
      parameters.push(`${name}=${rewriter.of(child(parameter, 'right'))}`);
      args.push(name);
    }
    unpack += taken;
  }
  return {
    parameters: parameters.join(','),
    args: node.type === 'ArrowFunctionExpression' ? `[${args.join(',')}]` : 'arguments',
    unpack,
  };
}

/**
 * Whether a default is computed after the function was entered, so that what it asks belongs to the call. Of a generator
 * it is computed when it is made, and a variable of the body must not hide what the default means.
 */
function isLate(node: Node, value: Node, rewriter: Rewriter): boolean {
  if (value.type === 'Literal' || node['generator'] === true) return false;
  const { scopes } = rewriter.input.analysis;
  const hidden = new Set(scopes.get(child(node, 'body'))?.names.keys());
  for (const { name, kind } of scopes.get(node)?.names.values() ?? []) if (kind !== 'parameter') hidden.add(name);
  const names = (at: Node): boolean =>
    (at.type === 'Identifier' && hidden.has(text(at, 'name'))) || directChildren(at).some(names);
  return hidden.size === 0 || !names(value);
}

function directives(body: Node, rewriter: Rewriter): { readonly text: string; readonly rest: readonly Node[] } {
  const statements = children(body, 'body');
  const count = statements.findIndex((item) => typeof item['directive'] !== 'string');
  const leading = count === -1 ? statements : statements.slice(0, count);
  return {
    text: leading.map((item) => rewriter.slice(item.start, item.end)).join(''),
    rest: statements.slice(leading.length),
  };
}

/** Marks for the functions declared directly in a block, which exist from its start. */
export function declaredHere(statements: readonly Node[], rewriter: Rewriter, keyword = 'const'): string {
  return statements
    .filter((item) => item.type === 'FunctionDeclaration')
    .map((item) => `${keyword} $q${numberOf(item, rewriter)}=$.fd(${numberOf(item, rewriter)},${declaredName(item)});`)
    .join('');
}

/** Only a default export may be declared without a name. */
export const defaultName = '$default';
const declaredName = (node: Node): string => {
  const id = optional(node, 'id');
  return id ? text(id, 'name') : defaultName;
};

export const numberOf = (node: Node, rewriter: Rewriter): number =>
  rewriter.input.functionNumber(rewriter.input.functions.indexOf.get(node) ?? 0);

/** Of a member of a program: the key is kept until the class or object is finished, and its function marked by it. */
export const computedKey = (key: Node, value: Node, rewriter: Rewriter): string =>
  rewriter.program ? `$.ks(${numberOf(value, rewriter)},${rewriter.of(key)})` : rewriter.of(key);

/** Parameters and body of a function, from its opening parenthesis on. */
export function parametersAndBody(node: Node, rewriter: Rewriter, isConstructor: boolean, self_ = ''): string {
  rewriter.functionStack.push(node);
  // How the function names itself on entry: its own identity where it has one, else its number.
  const number = self_ === '' ? String(numberOf(node, rewriter)) : self_;
  const shape = shapeOf(node, rewriter);
  const arrow = node.type === 'ArrowFunctionExpression';
  const self = isConstructor ? 'void 0' : arrow ? 'void 0' : 'this';
  const body = child(node, 'body');
  let inner: string;
  let head = '';
  if (body.type === 'BlockStatement') {
    const parts = directives(body, rewriter);
    head = parts.text;
    let text_ = '';
    let at: number | undefined = parts.rest[0] ? body.start + 1 : undefined;
    for (const statement of children(body, 'body')) if (typeof statement['directive'] === 'string') at = statement.end;
    for (const statement of parts.rest) {
      text_ += rewriter.slice(at ?? statement.start, statement.start) + rewriter.of(statement);
      at = statement.end;
    }
    inner = declaredHere(parts.rest, rewriter) + text_ + (at === undefined ? '' : rewriter.slice(at, body.end - 1));
  } else inner = returned(rewriter.of(body), node);
  rewriter.functionStack.pop();

  // Parameters stand in one line in the copy: their line breaks come back before the first statement.
  const lead = '\n'.repeat(Math.max(0, breaks(rewriter.slice(node.start, body.start)) - breaks(shape.parameters)));
  const watch = rewriter.input.watch === true ? watched(node, body, rewriter) : '';
  const make = (enter: string, thrown: string, end: string): string =>
    `(${shape.parameters})${arrow ? '=>' : ''}{${head}${lead}const $x=${enter};${watch ? 'let $w;' : ''}try{${watch}${shape.unpack}${inner}${/\/\/[^\n]*$/.test(inner) ? '\n' : ''}}catch($e){throw ${thrown}}finally{${end}}}`;
  if (node['generator'] === true && node['async'] !== true)
    return make(`$.gs(${numberOf(node, rewriter)})`, '$e', '$.gl($x)');
  if (node['async'] === true && node['generator'] === true)
    return make(`$.ag(${numberOf(node, rewriter)})`, '$.ax($x,$e)', '$.al($x)');
  if (node['async'] === true)
    return make(`$.as(${number},${self},${shape.args})`, watch ? '$.ax($x,$e,$w)' : '$.ax($x,$e)', '$.al($x)');
  return make(
    `$.on?null:$.e(${number},${self},${shape.args}${isConstructor ? ',new.target' : ''})`,
    watch ? '$.x($x,$e,$w)' : '$.x($x,$e)',
    '$.l($x)',
  );
}

/** Lets the helpers read the variables of the activation by name. */
function watched(node: Node, body: Node, rewriter: Rewriter): string {
  const { scopes } = rewriter.input.analysis;
  const names = [...(scopes.get(node)?.names.keys() ?? []), ...(scopes.get(body)?.names.keys() ?? [])].filter(
    (name) => name !== 'arguments',
  );
  return names.length === 0 ? '$w=undefined;' : `$w=[($n)=>eval($n),${JSON.stringify([...new Set(names)])}];`;
}

function returned(value: string, around: Node): string {
  if (around['generator'] === true) return `return ${value};`;
  return `return ${around['async'] === true ? '$.av' : '$.v'}($x,${value});`;
}

/** Gives an anonymous function the name that it would have had where it stood. */
export function named(code: string, node: Node, rewriter: Rewriter): string {
  const info = rewriter.input.functions.list[rewriter.input.functions.indexOf.get(node) ?? -1];
  if (!info || info.name === '' || info.name === '__proto__' || optional(node, 'id')) return code;
  return `({${JSON.stringify(info.name)}:${code}})[${JSON.stringify(info.name)}]`;
}

function functionExpression(node: Node, rewriter: Rewriter): string {
  const id = optional(node, 'id');
  const start = `${node['async'] === true ? 'async ' : ''}function${node['generator'] === true ? '*' : ''} ${id ? text(id, 'name') : ''}`;
  return `$.f(${numberOf(node, rewriter)},($q)=>(${named(`${start}${parametersAndBody(node, rewriter, false, '$q')}`, node, rewriter)}))`;
}

export const functionRules: Readonly<Record<string, (node: Node, rewriter: Rewriter) => string>> = {
  FunctionExpression: (node, rewriter) => {
    // The value of a method: its key and modifiers stand in the member, only the rest is rewritten here.
    const isMemberValue = rewriter.slice(node.start, node.start + 1) === '(';
    return isMemberValue ? parametersAndBody(node, rewriter, false) : functionExpression(node, rewriter);
  },
  FunctionDeclaration: (node, rewriter) => {
    if (node === rewriter.root) return functionExpression(node, rewriter);
    const number = numberOf(node, rewriter);
    // In a cycle of modules a function may be called before its module, and so its marking, has begun.
    const self = rewriter.program && rewriter.functionStack.length === 0 ? `($q${number}||${number})` : `$q${number}`;
    const start = `${node['async'] === true ? 'async ' : ''}function${node['generator'] === true ? '*' : ''} ${declaredName(node)}`;
    return `${start}${parametersAndBody(node, rewriter, false, self)}`;
  },
  ArrowFunctionExpression: (node, rewriter) =>
    `$.f(${numberOf(node, rewriter)},($q)=>(${named(`${node['async'] === true ? 'async ' : ''}${parametersAndBody(node, rewriter, false, '$q')}`, node, rewriter)}))`,
  BlockStatement: (node, rewriter) => {
    const marks = declaredHere(children(node, 'body'), rewriter);
    const inner = rewriter.inside(node);
    return marks === '' ? inner : `{${marks}${inner.slice(1)}`;
  },
  ReturnStatement: (node, rewriter) => {
    const around = rewriter.functionStack.at(-1);
    const value = optional(node, 'argument');
    // Without a function around it is the return of a CommonJS module.
    if (!value || !around || isClass(around)) return rewriter.inside(node);
    return returned(rewriter.of(value), around);
  },
};
