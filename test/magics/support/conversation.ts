// A conversation whose cells are run by plain functions in this process: enough to see what the engine makes of a cell.
// Isolates are tested in test/core/sandbox and test/integration/four-doors.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from '../../../src/core/session/session.ts';
import { ms } from '../../../src/core/common/units.ts';
import { fail } from '../../../src/core/common/errors.ts';
import type { CellResult, CellRunner, RunListeners } from '../../../src/core/sandbox/ports.ts';
import { Conversation } from '../../../src/magics/conversation.ts';
import { plainStyle } from '../../../src/magics/display/style.ts';
import { toCellError } from '../../../src/magics/display/errors.ts';
import { LazyRunner } from '../../../src/magics/lazy-runner.ts';
import type { Services } from '../../../src/magics/services.ts';

export interface TestConversation extends AsyncDisposable {
  readonly engine: Conversation;
  readonly services: Services;
  readonly scope: Record<string, unknown>;
  readonly started: () => number;
  /** Outputs and displays in order, as text. */
  readonly shown: string[];
  readonly listeners: RunListeners;
}

export function startConversation(overrides: Partial<Services> = {}): TestConversation {
  const folder = mkdtempSync(join(tmpdir(), 'conversation-'));
  const session = new Session({ auditPath: join(folder, 'audit.jsonl') });
  const scope: Record<string, unknown> = {};
  const shown: string[] = [];
  let started = 0;
  const never = (): Promise<never> => Promise.reject(fail('DS6099', { message: 'not part of this test' }));
  const services: Services = {
    session,
    tapesDirectory: join(folder, 'tapes'),
    recording: undefined,
    target: () => {
      throw fail('DS1003');
    },
    listTargets: () => Promise.resolve([]),
    attach: never,
    detach: () => Promise.resolve(),
    requireAccess: (kind, operation) => session.requireAccess(kind, operation),
    setGrants: () => Promise.resolve(),
    timetravel: never,
    livestate: never,
    types: { errorsOf: () => Promise.resolve({ problem: 'not part of this test' }) },
    experiments: never,
    ...overrides,
  };
  const runner = new LazyRunner(() => {
    started += 1;
    return Promise.resolve(runIn(scope, () => engine));
  });
  const engine: Conversation = new Conversation({
    services,
    runner,
    style: () => plainStyle,
    bindings: () => ({}),
    close: () => Promise.resolve(),
  });
  return {
    engine,
    services,
    scope,
    shown,
    started: () => started,
    listeners: {
      output: ({ text }) => void shown.push(text),
      display: ({ data }) => void shown.push(String(data['text/plain'])),
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      session[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

function runIn(scope: Record<string, unknown>, engine: () => Conversation): CellRunner {
  let interrupt: (() => void) | undefined;
  const session = {
    line: (...args: unknown[]) => engine().invokeFromCell('line', undefined, args),
    lsmagic: (...args: unknown[]) => engine().invokeFromCell('lsmagic', undefined, args),
  };
  const evaluate = async (body: string): Promise<unknown> =>
    new Function(
      'scope',
      'session',
      `with (new Proxy(scope, { has: (own, name) => name !== 'session' })) return (async () => { ${body} })()`,
    )(scope, session) as unknown;
  return {
    run: async (code): Promise<CellResult> => {
      const cut = new Promise<never>((_, reject) => (interrupt = () => reject(fail('DS2001'))));
      try {
        const lines = code.trimEnd().split('\n');
        const last = lines.pop()!;
        const value = await Promise.race([evaluate(`${lines.join('\n')}\nreturn ${last.replace(/^;/, '')}`), cut]);
        return { status: 'ok', duration: ms(1), defined: [], value: { 'text/plain': String(value) } };
      } catch (error) {
        return {
          status: String(error).includes('DS2001') ? 'interrupted' : 'error',
          duration: ms(1),
          defined: [],
          error: toCellError(error),
        };
      }
    },
    interrupt: () => Promise.resolve(interrupt?.()),
    complete: (code, cursor) =>
      Promise.resolve({ start: cursor, end: cursor, items: [{ text: code, kind: 'variable' }] }),
    inspect: () => Promise.resolve({ found: false, data: {} }),
    isComplete: (code) => ({ status: code.endsWith('{') ? 'incomplete' : 'complete', indent: '' }),
    assign: (name, json) => Promise.resolve(void (scope[name] = json)),
    evaluateJson: (expression) => evaluate(`return ${expression}`),
    setGrants: () => Promise.resolve(),
    reset: () => Promise.resolve(Object.keys(scope).forEach((name) => delete scope[name])),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
