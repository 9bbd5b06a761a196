// What runs in the isolate beneath the cells. The host connects its one call, then enters through the functions that
// `start` gives; every entry says for which cell it is made.
import './prelude.ts';
import { thrownData } from '../wire.ts';
import type { RawError, WireReply } from '../wire.ts';
import { forgetModules } from './app.ts';
import { bundleOf, jsonOf, textOf } from './display.ts';
import type { Bundle } from './display.ts';
import { installGlobals } from './globals.ts';
import type { World } from './globals.ts';
import { callBack, ownerOfCallback } from './handles.ts';
import { ask, connect, enterFor, forgetCell, settle } from './host.ts';
import { inspectAt, membersAt } from './look.ts';
import { exportNames, installLinks } from './modules.ts';
import type { FoundModule } from './modules.ts';
import { isProxy } from './proxies.ts';
import { assign, makeScope } from './scope.ts';
import { fire, forgetTimers, ownerOfTimer } from './timers.ts';

type CellFunction = (scope: object) => Promise<{ readonly value: unknown } | undefined>;

let scope: object = {};

export function rawError(thrown: unknown): RawError {
  if (typeof thrown === 'object' && thrown !== null && 'stack' in thrown && 'message' in thrown) {
    const error = thrown as Error & { code?: unknown };
    const name = String(error.name);
    const cause =
      error.cause === undefined
        ? ''
        : `\n  cause: ${error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : textOf(error.cause)}`;
    const inner =
      error instanceof AggregateError
        ? error.errors
            .map((each) => `\n  ${each instanceof Error ? `${each.name}: ${each.message}` : textOf(each)}`)
            .join('')
        : '';
    const code = typeof error.code === 'string' && /^DS\d{4}$/.test(error.code) ? { code: error.code } : {};
    return {
      name: code.code === undefined ? name : 'DevsandboxError',
      message: `${String(error.message)}${inner}${cause}`,
      ...code,
      stack: String(error.stack),
    };
  }
  return { name: 'Uncaught', message: textOf(thrown), stack: '' };
}

async function finish(cell: number, run: CellFunction): Promise<void> {
  try {
    const result = await run(scope);
    // A promise as the last value is awaited, as it would be at the top of a module.
    const value: unknown = result && (isProxy(result.value) ? result.value : await result.value);
    let bundle: Bundle | undefined;
    if (value !== undefined) {
      bundle = await bundleOf(value);
      assign('_', value);
    }
    enterFor(cell);
    ask('done', { result: { cell, status: 'ok', ...(bundle ? { value: bundle } : {}) } });
  } catch (error) {
    enterFor(cell);
    ask('done', { result: { cell, status: 'error', error: rawError(error) } });
  }
}

/** Entries by name: JSON in, JSON out. */
const entries: Record<string, (parameters: never) => unknown> = {
  timer: ({ id }: { id: number }) => fire(id),
  settle: ({ ticket, reply }: { ticket: number | string; reply: WireReply }) => settle(ticket, reply),
  callback: ({ id, receiver, args }: { id: number; receiver: unknown; args: unknown }) => callBack(id, receiver, args),
  members: ({ path }: { path: string[] }) => membersAt(path),
  inspect: ({ path, ticket }: { path: string[]; ticket: number }) =>
    void inspectAt(path).then(
      (answer) => ask('answer', { ticket, answer }),
      () => ask('answer', { ticket, answer: { found: false, data: {} } }),
    ),
  assign: ({ name, json }: { name: string; json: unknown }) => assign(name, json),
  forget: ({ cell }: { cell: number }) => {
    forgetTimers(cell);
    forgetCell(cell);
  },
  names: ({ found, id }: { found: FoundModule; id: string }) => exportNames(found, id),
  target: () => forgetModules(),
  environment: ({ env }: { env: Record<string, string> }) =>
    void Object.assign((globalThis as unknown as { process: { env: object } }).process.env, env),
  ping: () => 'pong',
};

export interface InsideApi {
  enter(cell: number, method: string, json: string): string;
  run(cell: number, body: CellFunction): void;
  /** Value of an expression as JSON, for `$(expr)`. */
  json(cell: number, body: CellFunction): void;
  owner(kind: 'timer' | 'callback', id: number): number;
}

export function start(call: (method: string, json: string) => string, worldJson: string): InsideApi {
  connect(call);
  const world = JSON.parse(worldJson) as World;
  installGlobals(world);
  installLinks();
  scope = makeScope(world.cwd);
  return {
    enter(cell, method, json) {
      enterFor(cell);
      try {
        const value = entries[method]!(JSON.parse(json) as never);
        return JSON.stringify({ value: value === undefined ? null : value });
      } catch (error) {
        if (method === 'timer' || method === 'callback') ask('uncaught', { error: rawError(error) });
        return JSON.stringify({ error: thrownData(error) });
      }
    },
    run(cell, body) {
      enterFor(cell);
      void finish(cell, body);
    },
    json(cell, body) {
      enterFor(cell);
      void evaluateJson(cell, body);
    },
    owner: (kind, id) => (kind === 'timer' ? ownerOfTimer(id) : ownerOfCallback(id)),
  };
}

async function evaluateJson(cell: number, body: CellFunction): Promise<void> {
  try {
    const result = await body(scope);
    const value: unknown = result && (await result.value);
    const bundle = await bundleOf(value);
    const json = 'application/json' in bundle ? bundle['application/json'] : jsonOf(value);
    ask('done', { result: { cell, status: 'ok', value: json === undefined ? {} : { 'application/json': json } } });
  } catch (error) {
    ask('done', { result: { cell, status: 'error', error: rawError(error) } });
  }
}
