// Code that a person runs inside the target: TypeScript with top-level await; the value of its last expression.
import { parseSync, Visitor } from 'oxc-parser';
import { transformSync } from 'oxc-transform';
import { fail, isDevsandboxError } from '../../common/errors.ts';
import type { Milliseconds } from '../../common/units.ts';
import type { LiveValue } from '../live-value.ts';
import { isCdpError, Remote, targetThrew, type NodeSession } from './session.ts';
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
  const { text, isAsync } = wrapCode(code);
  const seconds = timeout / 1000;
  using group = session.group();
  const run = async (): Promise<LiveValue> => {
    // `require` is the console's own, there while the expression is evaluated. Nothing of the code runs yet.
    const made = await session.cdp.send('Runtime.evaluate', {
      expression: `(require => () => ${text}(require))(require)\n//# sourceURL=devsandbox:cell/${++cells}`,
      includeCommandLineAPI: true,
      silent: true,
      objectGroup: group.name,
    });
    if (made.exceptionDetails) throw targetThrew(made.exceptionDetails);
    const box = await session.remoteIn(group, 'runCell', new Remote(made.result.objectId!), timeout);
    const response = await session.cdp.send('Runtime.callFunctionOn', {
      objectId: box.objectId!,
      functionDeclaration: 'function () { return this.value; }',
      awaitPromise: isAsync,
      silent: true,
      objectGroup: group.name,
    });
    if (response.exceptionDetails) throw targetThrew(response.exceptionDetails);
    return values.describe(response.result);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail('DS1028', { seconds })), timeout + 500);
  });
  const running = run();
  try {
    return await Promise.race([running, late]);
  } catch (error) {
    if (isDevsandboxError(error) && /ERR_SCRIPT_EXECUTION_TIMEOUT|Script execution timed out/.test(error.message))
      throw fail('DS1028', { seconds }, error);
    if (isCdpError(error) && /collected/.test(error.message))
      throw fail('DS1029', { reason: 'it waits for a promise that nothing can settle any more' }, error);
    throw error;
  } finally {
    clearTimeout(timer);
    running.catch(() => undefined);
  }
}
