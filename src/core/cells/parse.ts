// TypeScript to JavaScript, and what is wrong with a cell that is neither.
import { parseSync } from 'oxc-parser';
import { transformSync } from 'oxc-transform';
import type { EncodedSourceMap } from '@jridgewell/trace-mapping';
import { fail } from '../common/errors.ts';
import type { DevsandboxError } from '../common/errors.ts';
import type { Node } from './ast.ts';
import { placeAt } from '../common/code-frame.ts';

export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
}

interface Diagnostic {
  readonly severity: string;
  readonly message: string;
  readonly labels: readonly { readonly start: number; readonly end: number }[];
}

const problemOf = (diagnostics: readonly Diagnostic[]): SyntaxProblem | undefined => {
  const found = diagnostics.find((each) => each.severity === 'Error');
  // The last label is where reading stopped; the ones before it are what it conflicts with.
  return found && { message: found.message.replaceAll('`', "'"), offset: found.labels.at(-1)?.start ?? 0 };
};

/** First syntax error of a cell as typed. */
export const findProblem = (code: string): SyntaxProblem | undefined =>
  problemOf(parseSync('cell.ts', code, { lang: 'ts', sourceType: 'module', showSemanticErrors: true }).errors);

/** An object at the start of a cell is a value, not a block: `{ a: 1 }`. */
export function readsAsObject(code: string): boolean {
  if (!/^\s*\{[^]*\}\s*$/.test(code)) return false;
  return (
    findProblem(`(${code}\n)`) === undefined &&
    findProblem(`({}, ${code}\n)`) === undefined &&
    /^\s*\{\s*(\}|\.\.\.|[^{}();]*?[:,}])/.test(code)
  );
}

export interface PlainScript {
  readonly code: string;
  readonly map: EncodedSourceMap;
  readonly program: Node;
}

/** @throws DS2010 with the place when it is no TypeScript */
export function toJavaScript(code: string, name: string): PlainScript {
  const problem = findProblem(code);
  if (problem) throw syntaxError(code, name, problem);
  const result = transformSync(`${name}.ts`, code, {
    lang: 'ts',
    sourceType: 'module',
    target: 'esnext',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  });
  const second = problemOf(result.errors);
  if (second || !result.map) throw syntaxError(code, name, second ?? { message: 'cannot be compiled', offset: 0 });
  const parsed = parseSync('cell.js', result.code, { lang: 'js', sourceType: 'module', preserveParens: false });
  return {
    code: result.code,
    map: result.map as unknown as EncodedSourceMap,
    program: parsed.program as unknown as Node,
  };
}

function syntaxError(code: string, name: string, problem: SyntaxProblem): DevsandboxError {
  const place = placeAt(code, problem.offset);
  return fail('DS2010', { problem: problem.message, place: `${name}:${place.line}:${place.column}`, ...place });
}
