// Code that a person runs inside the target: TypeScript with top-level await; the value of its last expression.
import { parseSync, Visitor } from 'oxc-parser';
import { transformSync } from 'oxc-transform';
import { fail } from '../../common/errors.ts';
import type { Milliseconds } from '../../common/units.ts';
import type { LiveValue } from '../live-value.ts';
import { isCdpError, targetThrew, type NodeSession } from './session.ts';
import type { Values } from './values.ts';

let cells = 0;

export interface WrappedCode {
  /** A function's text that runs the code and gives its last expression. */
  readonly text: string;
  /** Whether it has an `await` of its own. Where it has none, its value needs no turn of the target's event loop. */
  readonly isAsync: boolean;
}

/** @internal */
export function wrapCode(code: string): WrappedCode {
  const { code: script, errors } = transformSync('cell.mts', code, { typescript: { onlyRemoveTypeImports: true } });
  if (errors.length > 0) throw fail('DS1029', { reason: `SyntaxError: ${errors[0]!.message}` });
  const { program } = parseSync('cell.mjs', script, { sourceType: 'module' });
  let depth = 0;
  let isAsync = false;
  const enter = (): void => void depth++;
  const leave = (): void => void depth--;
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    AwaitExpression: () => void (isAsync ||= depth === 0),
    ForOfStatement: (node) => void (isAsync ||= depth === 0 && node.await),
  }).visit(program);
  const last = program.body.at(-1);
  const body =
    last?.type === 'ExpressionStatement'
      ? `${script.slice(0, last.start)}return (${script.slice(last.expression.start, last.expression.end)});`
      : script;
  return { text: `(${isAsync ? 'async ' : ''}(require) => {${body}\n})`, isAsync };
}

export async function evaluateInside(
  session: NodeSession,
  values: Values,
  code: string,
  timeout: Milliseconds,
): Promise<LiveValue> {
  const { cdp } = session;
  const { text, isAsync } = wrapCode(code);
  const seconds = timeout / 1000;
  const start = performance.now();
  // `require` is the console's own, there while the expression is evaluated.
  const started = cdp.send('Runtime.evaluate', {
    expression: `${text}(require)\n//# sourceURL=devsandbox:cell/${++cells}`,
    includeCommandLineAPI: true,
    awaitPromise: isAsync,
    silent: true,
    timeout,
    objectGroup: 'devsandbox:evaluate',
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail('DS1028', { seconds })), timeout + 500);
  });
  try {
    const response = await Promise.race([started, late]);
    if (response.exceptionDetails) throw targetThrew(response.exceptionDetails);
    return await values.describe(response.result);
  } catch (error) {
    // V8 says of an evaluate that it terminated only that something went wrong.
    if (isCdpError(error) && performance.now() - start >= timeout) throw fail('DS1028', { seconds }, error);
    if (isCdpError(error) && /collected/.test(error.message))
      throw fail('DS1029', { reason: 'it waits for a promise that nothing can settle any more' }, error);
    throw error;
  } finally {
    clearTimeout(timer);
    started.catch(() => undefined);
  }
}
