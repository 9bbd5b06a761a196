// Finds the calls of `bundleInjected` in the sources, so that the build makes the same bundles that a clone makes when
// they are first needed. A call must be literal, as src/core/common/bundle.ts says; one that is not fails the build.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import type { BundleOptions } from '../src/core/common/bundle.ts';

export interface InjectedCall {
  /** Path of the entry's source. */
  readonly entry: string;
  readonly options: BundleOptions;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Calls in the text of a file; `path` is absolute and anchors the entries. */
export function injectedCalls(path: string, text: string): readonly InjectedCall[] {
  if (!text.includes('bundleInjected(')) return [];
  const calls: InjectedCall[] = [];
  const visitor = new Visitor({
    CallExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'bundleInjected') return;
      const [entry, options] = node.arguments as readonly (Node | undefined)[];
      const url = /^new URL\(\s*(['"])([^'"]+)\1,\s*import\.meta\.url,?\s*\)$/.exec(slice(text, entry));
      if (!url || !options) throw new Error(`${path}: a call of bundleInjected is not literal`);
      calls.push({
        entry: fileURLToPath(new URL(url[2]!, pathToFileURL(path))),
        options: literal(text, path, slice(text, options)),
      });
    },
  });
  visitor.visit(parseSync(path, text).program);
  return calls;
}

const slice = (text: string, node: Node | undefined): string => (node ? text.slice(node.start, node.end) : '');

/** The value of an object literal that names nothing outside itself. */
function literal(text: string, path: string, source: string): BundleOptions {
  try {
    // Our own source, in a function without parameters: a name that is not global throws.
    return new Function(`"use strict"; return (${source.replace(/\}\s*as const$/, '}')});`)() as BundleOptions;
  } catch (error) {
    const line = text.slice(0, text.indexOf(source)).split('\n').length;
    throw new Error(`${path}:${line}: the options of bundleInjected are not literal`, { cause: error });
  }
}
