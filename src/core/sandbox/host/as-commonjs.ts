// An ES module that CommonJS requires: the isolate waits at that moment and cannot evaluate a module, so it is rewritten
// into a function body. Exports stay live; imports are read when the module starts.
import MagicString from 'magic-string';
import { parseSync } from 'oxc-parser';
import { fail } from '../../common/errors.ts';
import type { ModuleSource } from './module-source.ts';

interface Item {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const field = (item: Item, name: string): Item => item[name] as Item;
const list = (item: Item, name: string): readonly Item[] => item[name] as Item[];
const nameOf = (item: Item): string => String(item['name'] ?? item['value']);

/** @throws DS2014 when it awaits at its top */
export function asCommonJs(source: ModuleSource, specifier: string, root: string): string {
  const program = parseSync('module.js', source.code, { lang: 'js', sourceType: 'module' }).program as unknown as Item;
  const text = new MagicString(source.code);
  const head: string[] = [`Object.defineProperty(exports, '__esModule', { value: true });`];
  let imports = 0;
  const expose = (exported: string, expression: string): void =>
    void head.push(
      `Object.defineProperty(exports, ${JSON.stringify(exported)}, { enumerable: true, configurable: true, get: () => ${expression} });`,
    );
  const take = (from: Item): string => {
    const name = `__m${(imports += 1)}`;
    head.push(`const ${name} = require(${JSON.stringify(nameOf(from))});`);
    return name;
  };
  const main = (module: string): string => `(${module} && ${module}.__esModule ? ${module}.default : ${module})`;
  for (const statement of list(program, 'body')) {
    const { start, end } = statement;
    if (statement.type === 'ImportDeclaration') {
      const module = take(field(statement, 'source'));
      for (const each of list(statement, 'specifiers')) {
        const local = nameOf(field(each, 'local'));
        const value =
          each.type === 'ImportNamespaceSpecifier'
            ? module
            : each.type === 'ImportDefaultSpecifier' || nameOf(field(each, 'imported')) === 'default'
              ? main(module)
              : `${module}[${JSON.stringify(nameOf(field(each, 'imported')))}]`;
        head.push(`const ${local} = ${value};`);
      }
      text.remove(start, end);
    } else if (statement.type === 'ExportAllDeclaration') {
      const module = take(field(statement, 'source'));
      const exported = statement['exported'] as Item | null;
      if (exported) expose(nameOf(exported), module);
      else
        head.push(
          `for (const key of Object.keys(${module})) if (key !== 'default' && !(key in exports)) Object.defineProperty(exports, key, { enumerable: true, configurable: true, get: () => ${module}[key] });`,
        );
      text.remove(start, end);
    } else if (statement.type === 'ExportNamedDeclaration') {
      const declaration = statement['declaration'] as Item | null;
      if (declaration) {
        for (const name of declaredNames(declaration)) expose(name, name);
        text.remove(start, declaration.start);
        continue;
      }
      const module = statement['source'] ? take(field(statement, 'source')) : undefined;
      for (const each of list(statement, 'specifiers')) {
        const local = nameOf(field(each, 'local'));
        const read =
          module === undefined ? local : local === 'default' ? main(module) : `${module}[${JSON.stringify(local)}]`;
        expose(nameOf(field(each, 'exported')), read);
      }
      text.remove(start, end);
    } else if (statement.type === 'ExportDefaultDeclaration') {
      const declaration = field(statement, 'declaration');
      const named = /^(Function|Class)Declaration$/.test(declaration.type) && declaration['id'];
      if (named) text.remove(start, declaration.start);
      else
        text.update(
          start,
          declaration.start,
          `const __default = ${source.code.slice(start, declaration.start).replace(/^export\s+default/, '')}`,
        );
      expose('default', named ? nameOf(named as Item) : '__default');
    }
  }
  text.prepend(`"use strict"; ${head.join(' ')} `);
  const code = text.toString();
  // Top-level await does not parse in a function.
  if (
    parseSync('function.js', `(function () {${code}\n})`, { lang: 'js', sourceType: 'script' }).errors.some(
      (error) => error.severity === 'Error',
    )
  ) {
    throw fail('DS2014', { specifier, reason: 'CommonJS requires it and it awaits at its top', package: root });
  }
  return code;
}

function declaredNames(declaration: Item): readonly string[] {
  if (declaration['id']) return [nameOf(field(declaration, 'id'))];
  const names: string[] = [];
  const visit = (pattern: Item | null): void => {
    if (!pattern) return;
    if (pattern.type === 'Identifier') names.push(nameOf(pattern));
    else if (pattern.type === 'ObjectPattern')
      for (const each of list(pattern, 'properties'))
        visit(each.type === 'RestElement' ? field(each, 'argument') : field(each, 'value'));
    else if (pattern.type === 'ArrayPattern') list(pattern, 'elements').forEach(visit);
    else if (pattern.type === 'AssignmentPattern') visit(field(pattern, 'left'));
    else if (pattern.type === 'RestElement') visit(field(pattern, 'argument'));
  };
  for (const each of list(declaration, 'declarations')) visit(field(each, 'id'));
  return names;
}
