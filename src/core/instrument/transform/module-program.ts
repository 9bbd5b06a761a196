// An ECMAScript module as a whole. In the running process its imports and exports stay as they are written, so bindings
// are live and hoisting, cycles and temporal dead zones are the engine's own. A replay has no modules: there the same text
// is the body of a generator, whose first step makes the functions and whose second runs the module; imports are read
// from `$M`, and exports told to the helpers as accessors.
import { child, children, optional, text } from './ast.ts';
import type { Node } from './ast.ts';
import { classValue } from './rewrite-classes.ts';
import { declaredHere, defaultName } from './rewrite-functions.ts';
import { Rewriter, type RewriteInput } from './rewrite.ts';
import { patternNames } from './scope.ts';
import {
  accessors,
  awaitsAtTop,
  constantNames,
  hashbang,
  letFor,
  plainConstants,
  programSymbol,
  stateNames,
} from './program.ts';
import type { Program } from './program.ts';

/** What a declaration takes from another module. */
interface Link {
  readonly node: Node;
  readonly specifier: string;
  /** Names that the other module exports; `*`: all of them as one object; `**`: all but the default, to be exported again. */
  readonly names: readonly string[];
  /** Names that this module has for them; none for what is only exported again. */
  readonly locals: readonly string[];
  /** The namespace that stands for it in the running module, where no name does. */
  readonly namespace: string | undefined;
}

/** `[exported name, text that reads it]`, or the link and the name there. */
type Export = readonly [name: string, local: string] | readonly [name: string, link: number, there: string];

const nameOf = (node: Node): string => (node.type === 'Literal' ? String(node['value']) : text(node, 'name'));
const isDefaultFunction = (node: Node): boolean => node.type === 'FunctionDeclaration' && !optional(node, 'id');

class Declarations {
  readonly links: Link[] = [];
  readonly exports: Export[] = [];

  constructor(statements: readonly Node[]) {
    for (const statement of statements) this.#add(statement);
  }

  #link(node: Node, names: readonly string[], locals: readonly string[]): number {
    const namespace = locals.length === 0 ? `$n${this.links.length}` : undefined;
    this.links.push({ node, specifier: String(child(node, 'source')['value']), names, locals, namespace });
    return this.links.length - 1;
  }

  #add(statement: Node): void {
    switch (statement.type) {
      case 'ImportDeclaration': {
        const specifiers = children(statement, 'specifiers');
        if (specifiers.length === 0) return;
        const there = (each: Node): string =>
          each.type === 'ImportDefaultSpecifier'
            ? 'default'
            : each.type === 'ImportNamespaceSpecifier'
              ? '*'
              : nameOf(child(each, 'imported'));
        this.#link(
          statement,
          specifiers.map(there),
          specifiers.map((each) => text(child(each, 'local'), 'name')),
        );
        return;
      }
      case 'ExportAllDeclaration': {
        const exported = optional(statement, 'exported');
        const link = this.#link(statement, [exported ? '*' : '**'], []);
        this.exports.push(exported ? [nameOf(exported), link, '*'] : ['*', link, '**']);
        return;
      }
      case 'ExportDefaultDeclaration': {
        const declared = child(statement, 'declaration');
        const id = declared.type.endsWith('Declaration') ? optional(declared, 'id') : undefined;
        this.exports.push(['default', id ? text(id, 'name') : defaultName]);
        return;
      }
      case 'ExportNamedDeclaration': {
        const declared = optional(statement, 'declaration');
        if (declared) {
          const ids =
            declared.type === 'VariableDeclaration'
              ? children(declared, 'declarations').flatMap((each) => patternNames(child(each, 'id')))
              : [child(declared, 'id')];
          for (const id of ids) this.exports.push([text(id, 'name'), text(id, 'name')]);
          return;
        }
        const specifiers = children(statement, 'specifiers');
        if (!optional(statement, 'source')) {
          for (const each of specifiers)
            this.exports.push([nameOf(child(each, 'exported')), nameOf(child(each, 'local'))]);
          return;
        }
        if (specifiers.length === 0) return;
        const names = specifiers.map((each) => nameOf(child(each, 'local')));
        const link = this.#link(statement, names, []);
        specifiers.forEach((each, at) => this.exports.push([nameOf(child(each, 'exported')), link, names[at]!]));
        return;
      }
      default:
    }
  }
}

/** The declaration that a statement exports, or the statement. */
const declared = (statement: Node): Node =>
  statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
    ? (optional(statement, 'declaration') ?? statement)
    : statement;

/** @param number of the module's top */
export function moduleProgram(input: RewriteInput, program: Node, path: string, number: number): Program {
  const statements = children(program, 'body');
  const { links, exports } = new Declarations(statements);
  const isAsync = statements.some(awaitsAtTop);
  const variables = stateNames(input.analysis);
  const plain = statements.map(declared);
  const constants = plainConstants(plain, input.analysis);
  const written = constantNames(plain);
  const usesMeta = /\bimport\s*\.\s*meta\b/.test(input.source);

  const form = (inReplay: boolean): { readonly begin: string; readonly body: string } => {
    const rewriter = new Rewriter(input, program, { inReplay, isAsync });
    const list = links.map(({ node, specifier, names, locals, namespace }) => {
      const site = rewriter.site(node);
      const head = `${site},${JSON.stringify(specifier)},${JSON.stringify(names)}`;
      if (inReplay) return `[${head},0,${JSON.stringify(locals)}]`;
      const read = names.map((name, at) =>
        namespace === undefined
          ? locals[at]!
          : name === '*'
            ? namespace
            : name === '**'
              ? `{...${namespace}}`
              : `${namespace}[${JSON.stringify(name)}]`,
      );
      return `[${head},()=>[${read.join(',')}]]`;
    });
    const meta = inReplay ? '$m' : usesMeta ? 'import.meta' : 'void 0';
    const named = plain.filter(isDefaultFunction).map(() => `$.dn(${defaultName});`);
    const isWritten = (name: string): boolean => inReplay && (constants.has(name) || !written.has(name));
    const begin = `var $t;${declaredHere(plain, rewriter, 'var')}${named.join('')}${accessors(number, variables, inReplay, isWritten)}`;
    let body = `const $x=$.me(${number},${meta},${isAsync ? 1 : 0},[${list.join(',')}]);`;
    let at = hashbang(input.source);
    for (const statement of statements) {
      body += rewriter.slice(at, statement.start) + statementText(statement, rewriter, inReplay, constants);
      at = statement.end;
    }
    return { begin, body: `${body}${rewriter.slice(at, input.source.length)}\n;$.ml(${number});` };
  };
  const running = form(false);
  const replayed = form(true);
  // Behind all others, because modules are evaluated in the order in which they are first named.
  const more = links.flatMap(({ node, namespace }) => {
    if (namespace === undefined) return [];
    const source = child(node, 'source');
    return [
      `import*as ${namespace} from${input.source.slice(source.start, node.end).replace(/;?\s*$/, ';')}`.replaceAll(
        '\n',
        ' ',
      ),
    ];
  });
  const told = exports.map(([name, where, there]) =>
    there === undefined
      ? `[${JSON.stringify(name)},()=>${localRead(String(where), input)}]`
      : `[${JSON.stringify(name)},${where},${JSON.stringify(there)}]`,
  );
  return {
    variables,
    running: `import $ from"data:text/javascript,export default globalThis[Symbol.for('${programSymbol}')]";${running.begin}${running.body}${more.join('')}`,
    replayed: `(function($,$M,$A){"use strict";return [$.mg(${number},${isAsync ? 'async ' : ''}function*($m){try{$.ex(${number},[${told.join(',')}]);${replayed.begin}$m=yield;${replayed.body}}catch($e){throw $.mx(${number},$e)}})];})\n//# sourceURL=devsandbox:copy/${path}`,
  };
}

/** An import that is exported again is read where it came from. */
const localRead = (name: string, { analysis }: RewriteInput): string =>
  analysis.module.names.get(name)?.kind === 'import' ? `$M.${name}` : name;

function statementText(statement: Node, rewriter: Rewriter, inReplay: boolean, constants: ReadonlySet<string>): string {
  const verbatim = rewriter.slice(statement.start, statement.end);
  const blank = (): string => verbatim.replace(/[^\r\n]+/g, '');
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return inReplay ? blank() : verbatim;
    case 'ExportNamedDeclaration': {
      const inner = optional(statement, 'declaration');
      if (!inner) return inReplay ? blank() : verbatim;
      const code = letFor(inner, rewriter.of(inner), inReplay, constants);
      return `${inReplay ? '' : 'export '}${code}`;
    }
    case 'ExportDefaultDeclaration': {
      const inner = child(statement, 'declaration');
      const isHoisted = inner.type === 'FunctionDeclaration';
      if (isHoisted || (inner.type === 'ClassDeclaration' && optional(inner, 'id')))
        return `${inReplay ? '' : 'export default '}${rewriter.of(inner)}`;
      const value = inner.type === 'ClassDeclaration' ? classValue(inner, rewriter) : rewriter.of(inner);
      return `${inReplay ? `const ${defaultName}=` : 'export default '}(${value});`;
    }
    default:
      return letFor(statement, rewriter.of(statement), inReplay, constants);
  }
}
