// The rewriting of a cell's statements; what it aims at is said in compile.ts.
import type MagicString from 'magic-string';
import { boundNames, childrenOf, isFunction, maybe, nameOf, node, nodes } from './ast.ts';
import type { Node } from './ast.ts';

const property = (name: string): string => (name === '__proto__' ? '["__proto__"]' : name);
const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/** Rewrites the body of a cell and gives the names it defines. */
export function rewriteStatements(program: Node, text: MagicString): readonly string[] {
  const rewriting = new Rewriting(text);
  rewriting.program(program);
  return [...rewriting.defined];
}

class Rewriting {
  readonly defined = new Set<string>();
  readonly #text: MagicString;
  readonly #head: string[] = [];
  #imports = 0;
  #anchor = 0;

  constructor(text: MagicString) {
    this.#text = text;
  }

  program(program: Node): void {
    const body = nodes(program, 'body');
    this.#anchor = body.find((statement) => statement.type !== 'ImportDeclaration')?.start ?? 0;
    const last = body.findLast((statement) => !isNothing(statement));
    for (const statement of body) this.#top(statement, statement === last);
    for (const statement of body) this.#inside(statement, [], false);
    if (this.#head.length > 0) this.#text.prepend(this.#head.join(' '));
  }

  #top(statement: Node, last: boolean): void {
    switch (statement.type) {
      case 'ExpressionStatement':
        if (last) this.#wrap(statement.start, statement, 'return { value: (', ') }');
        return;
      case 'VariableDeclaration':
        this.#declaration(statement, true);
        return;
      case 'FunctionDeclaration':
        this.#hoist(statement);
        return;
      case 'ClassDeclaration':
        this.#class(statement);
        return;
      case 'ImportDeclaration':
        this.#import(statement);
        return;
      case 'ExportNamedDeclaration': {
        const declaration = maybe(statement, 'declaration');
        if (!declaration) return void this.#text.remove(statement.start, statement.end);
        this.#text.remove(statement.start, declaration.start);
        return this.#top(declaration, false);
      }
      case 'ExportDefaultDeclaration':
        return this.#exportDefault(statement, last);
      case 'ExportAllDeclaration':
        this.#text.overwrite(
          statement.start,
          statement.end,
          `await __ds.import(${node(statement, 'source')['raw'] as string});`,
        );
        return;
      default:
    }
  }

  /** The rest of a statement from an offset on becomes an expression in `before … after`; parentheses stay inside. */
  #wrap(start: number, statement: Node, before: string, after: string): void {
    const ends = this.#text.original[statement.end - 1] === ';';
    const end = ends ? statement.end - 1 : statement.end;
    this.#text.appendRight(start, before).appendLeft(end, after);
    if (!ends) this.#text.appendLeft(end, ';');
  }

  #exportDefault(statement: Node, last: boolean): void {
    const declaration = node(statement, 'declaration');
    const start = statement.start + /^export\s+default\s*/.exec(this.#text.original.slice(statement.start))![0].length;
    this.#text.remove(statement.start, start);
    const named = maybe(declaration, 'id') !== undefined;
    if (named && declaration.type === 'FunctionDeclaration') this.#hoist(declaration);
    else if (named && declaration.type === 'ClassDeclaration') this.#class(declaration);
    else this.#wrap(start, statement, last ? 'return { value: (' : 'void (', last ? ') }' : ')');
  }

  /** Function declarations come first; without their own name inside, so that they see what the name means later. */
  #hoist(declaration: Node): void {
    const id = node(declaration, 'id');
    const name = nameOf(id);
    this.defined.add(name);
    this.#text.remove(id.start, id.end);
    this.#text.appendRight(declaration.start, `__ds.let({ ${property(name)}: `).appendLeft(declaration.end, ' });');
    this.#toFront(declaration);
  }

  #class(declaration: Node): void {
    const name = nameOf(node(declaration, 'id'));
    this.defined.add(name);
    this.#text.appendRight(declaration.start, `__ds.let({ ${property(name)}: `).appendLeft(declaration.end, ' });');
  }

  /** `statement`: may end in a semicolon of our own; else it is the head of a `for`. */
  #declaration(declaration: Node, statement: boolean): void {
    const kind = String(declaration['kind']);
    // `using` releases its resource when the cell ends, so its name ends there too.
    if (kind !== 'const' && kind !== 'let' && kind !== 'var') return;
    const declarators = nodes(declaration, 'declarations');
    this.#text.remove(declaration.start, declarators[0]!.start);
    for (const declarator of declarators) this.#declarator(declarator, kind);
    const ends = this.#text.original[declaration.end - 1] === ';';
    if (statement && !ends) this.#text.appendLeft(declaration.end, ';');
  }

  #declarator(declarator: Node, kind: 'const' | 'let' | 'var'): void {
    const id = node(declarator, 'id');
    const init = maybe(declarator, 'init');
    const names = boundNames(id);
    for (const name of names) this.defined.add(name);
    if (kind === 'var') this.#head.push(`__ds.var(${quoted(names)});`);
    const { start, end } = declarator;
    if (!init) {
      this.#text.overwrite(start, end, kind === 'var' ? 'void 0' : `__ds.let({ ${property(names[0]!)}: void 0 })`);
    } else if (id.type === 'Identifier') {
      const method = kind === 'const' ? 'const' : 'let';
      this.#text.overwrite(
        start,
        init.start,
        `__ds.${method}({ ${property(names[0]!)}: ${this.#between(id.end, init.start)}`,
      );
      this.#text.appendLeft(end, ' })');
    } else {
      this.#text.appendRight(start, names.length > 0 ? `(__ds.open(${quoted(names)}), (` : '((');
      this.#text.appendLeft(end, kind === 'const' && names.length > 0 ? `), __ds.seal(${quoted(names)}))` : '))');
    }
  }

  /** Opening parentheses between `=` and an initialiser, which the tree leaves out. */
  #between(start: number, end: number): string {
    return this.#text.original.slice(start, end).replace(/^\s*=\s*/, '');
  }

  #import(declaration: Node): void {
    const source = String(node(declaration, 'source')['raw']);
    const module = `__ds${(this.#imports += 1)}`;
    const bound = nodes(declaration, 'specifiers').map((specifier) => {
      const local = nameOf(node(specifier, 'local'));
      this.defined.add(local);
      const exported =
        specifier.type === 'ImportSpecifier'
          ? nameOf(node(specifier, 'imported'))
          : specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*';
      return `${JSON.stringify(local)}: ${JSON.stringify(exported)}`;
    });
    const load = `await __ds.import(${source})`;
    const code =
      bound.length > 0
        ? `const ${module} = ${load}; __ds.bind(${module}, ${source}, { ${bound.join(', ')} });`
        : `${load};`;
    this.#text.overwrite(declaration.start, declaration.end, code);
    this.#toFront(declaration);
  }

  /** Before the first statement that is no import. */
  #toFront(statement: Node): void {
    if (statement.start > this.#anchor) this.#text.move(statement.start, statement.end, this.#anchor);
  }

  /** What is rewritten below the top: `import()`, `import.meta`, `var` in blocks, names that an assignment creates. */
  #inside(item: Node, locals: readonly ReadonlySet<string>[], inFunction: boolean): void {
    if (item.type === 'ImportExpression') this.#text.update(item.start, item.start + 'import'.length, '__ds.import');
    if (item.type === 'MetaProperty' && nameOf(node(item, 'meta')) === 'import')
      this.#text.update(item.start, item.end, '__ds.meta');
    if (!inFunction) this.#assignment(item, locals);
    const inner = [...locals, ...blockNames(item)];
    for (const child of childrenOf(item)) {
      const isFunctionChild =
        inFunction || isFunction(child) || child.type === 'StaticBlock' || child.type === 'PropertyDefinition';
      if (!inFunction && child.type === 'VariableDeclaration' && child['kind'] === 'var') this.#innerVar(item, child);
      this.#inside(child, inner, isFunctionChild);
    }
  }

  #innerVar(parent: Node, declaration: Node): void {
    if (parent.type === 'ExportNamedDeclaration' || parent.type === 'Program') return;
    const loop = parent.type === 'ForInStatement' || parent.type === 'ForOfStatement';
    if (!loop) return this.#declaration(declaration, parent.type !== 'ForStatement');
    const pattern = node(nodes(declaration, 'declarations')[0]!, 'id');
    const names = boundNames(pattern);
    for (const name of names) this.defined.add(name);
    this.#head.push(`__ds.var(${quoted(names)});`);
    this.#text.remove(declaration.start, pattern.start);
  }

  /** `found = 1` without a declaration defines a variable, as `found = %magic …` does. */
  #assignment(item: Node, locals: readonly ReadonlySet<string>[]): void {
    if (item.type !== 'AssignmentExpression' || item['operator'] !== '=') return;
    for (const name of boundNames(node(item, 'left'))) {
      if (locals.some((names) => names.has(name)) || this.defined.has(name)) continue;
      this.#head.push(`__ds.assignable(${quoted([name])});`);
      this.defined.add(name);
    }
  }
}

/** An empty statement, or the `export {}` that stands where only types were imported. */
const isNothing = (statement: Node): boolean =>
  statement.type === 'EmptyStatement' ||
  (statement.type === 'ExportNamedDeclaration' &&
    !maybe(statement, 'declaration') &&
    !maybe(statement, 'source') &&
    nodes(statement, 'specifiers').length === 0);

/** Names that a node with a scope of its own declares for what is inside it. */
function blockNames(item: Node): readonly ReadonlySet<string>[] {
  const names = new Set<string>();
  const take = (declaration: Node | undefined): void => {
    if (!declaration) return;
    if (declaration.type === 'VariableDeclaration' && declaration['kind'] !== 'var') {
      for (const each of nodes(declaration, 'declarations'))
        for (const name of boundNames(node(each, 'id'))) names.add(name);
    } else if (
      (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
      maybe(declaration, 'id')
    ) {
      names.add(nameOf(node(declaration, 'id')));
    }
  };
  if (item.type === 'BlockStatement') nodes(item, 'body').forEach(take);
  else if (item.type === 'ForStatement') take(maybe(item, 'init'));
  else if (item.type === 'ForInStatement' || item.type === 'ForOfStatement') take(maybe(item, 'left'));
  else if (item.type === 'SwitchStatement')
    for (const branch of nodes(item, 'cases')) nodes(branch, 'consequent').forEach(take);
  else if (item.type === 'CatchClause' && maybe(item, 'param'))
    for (const name of boundNames(node(item, 'param'))) names.add(name);
  return names.size > 0 ? [names] : [];
}
