// The agent: what we put into a target. It is bundled, sent as text and evaluated; the front holds it through a remote
// object id, so nothing of it is on globalThis. It lives as long as its lifeline: when that ends, everything is undone.
import type * as Inspector from 'node:inspector';
import type * as Net from 'node:net';
import type * as Util from 'node:util';
import type * as Vm from 'node:vm';
import { makeRedaction } from '../../../instrument/runtime/redaction.ts';
import { makeCapture, type Capture, type CaptureResult } from './capture.ts';
import { makeDescriber, type Describer } from './describe.ts';
import { makeHandles, type Handles } from './handles.ts';
import { openLink, type AgentLink } from './link.ts';
import { makeLoader, type Loader } from './loader.ts';
import { makeMembers, type Members } from './members.ts';
import { makeState, type State } from './state.ts';
import type { Types } from './shape.ts';
import { writeConst } from './write-const.ts';
import { makeTurns } from './turns.ts';
import { withTimeLimit } from './time-limit.ts';
import { makeUndo } from './undo.ts';
import { makeWalk } from './walk.ts';

export interface AgentOptions {
  readonly port: number;
  readonly token: string;
  /** Pid of the front, told to another devsandbox that finds the target taken. */
  readonly frontPid: number;
  /** We opened the inspector, so we close it. */
  readonly closeInspector: boolean;
  /** Whether to take the lock of the process; an agent in a worker thread leaves that to the one of the main thread. */
  readonly takeLock: boolean;
  readonly secretNames: readonly string[];
}

export interface AgentFacts {
  readonly pid: number;
  readonly version: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
}

export interface Pauses {
  readonly count: number;
  readonly longest: number;
  readonly total: number;
}

/** What other rooms inject may rely on. */
export interface Agent {
  readonly link: AgentLink;
  readonly handles: Handles;
  readonly describer: Describer;
  readonly members: Members;
  readonly capture: Capture;
  readonly state: State;
  readonly loader: Loader;
  readonly types: Types;
  /** Loads a builtin module of Node. */
  builtin(name: string): unknown;
  /** Registers what undoes a change; the last registered is the first undone. */
  onDetach(action: () => void): () => void;
  /** Runs it and counts its time as a pause of the target that we caused. */
  paused<T>(run: () => T): T;
}

interface Lock {
  readonly frontPid: number;
  readonly leave: () => void;
  /** What createAgent gave, for a front that lost its remote object id; undefined with the wrong token. */
  readonly api: (token: string) => unknown;
  readonly moveInspector: (token: string) => void;
  /** Makes the agent close the inspector when it leaves: another devsandbox had opened it and is dead. */
  readonly ownInspector: () => void;
}

const lockKey = Symbol.for('devsandbox.lock');
const linkBudget = 64 * 1024 * 1024;
const handleLimit = 20_000;

export function createAgent(options: AgentOptions, builtin: (name: string) => unknown) {
  const util = builtin('util') as typeof Util;
  const inspector = builtin('inspector') as typeof Inspector;
  const { types } = util;
  const undo = makeUndo();
  const handles = makeHandles(handleLimit);
  const redaction = makeRedaction(options.secretNames);
  const describer = makeDescriber(types, handles, redaction);
  const members = makeMembers(types, describer);
  const capture = makeCapture(inspector, types);
  const turns = makeTurns();
  const later = setImmediate;
  const pauses = { count: 0, longest: 0, total: 0 };
  let link: AgentLink | undefined;
  let left = false;
  let { closeInspector } = options;

  const addPause = (ms: number): void => {
    pauses.count++;
    pauses.total += ms;
    if (ms > pauses.longest) pauses.longest = ms;
  };

  function paused<T>(run: () => T): T {
    const start = performance.now();
    try {
      return run();
    } finally {
      addPause(performance.now() - start);
    }
  }

  /** All but the lifeline's socket, which may be closed in a turn of its own only. */
  function leaveNow(): void {
    if (left) return;
    left = true;
    undo.run();
    capture.dispose();
    handles.clear();
    if (options.takeLock) Reflect.deleteProperty(process, lockKey);
    if (closeInspector) {
      // Not now: this may run inside a message of the very inspector that is to be closed.
      later(() => {
        try {
          inspector.close();
        } catch {
          // It was closed by someone else.
        }
      });
    }
  }

  function leave(): void {
    leaveNow();
    // Who is in a hurry may have interrupted the app.
    later(() => link?.close());
  }

  const agent: Agent = {
    get link() {
      return link!;
    },
    handles,
    describer,
    members,
    capture,
    types,
    loader: makeLoader(types, builtin),
    state: makeState({ types, handles, describer, members, capture, paused }),
    builtin,
    onDetach: undo.onDetach,
    paused,
  };

  const api = {
    agent,
    state: agent.state,
    loader: agent.loader,
    capture,
    makeWalk: () => makeWalk({ types }),
    describeOne: (value: unknown, name?: string) => describer.describe(value, name),
    /** Takes the lock and opens the lifeline. Gives the front's pid of whoever holds the target instead. */
    start(): AgentFacts | { readonly takenBy: number } {
      if (options.takeLock) {
        const lock = Reflect.getOwnPropertyDescriptor(process, lockKey)?.value as Lock | undefined;
        if (lock) return { takenBy: lock.frontPid };
        const own: Lock = {
          frontPid: options.frontPid,
          leave: leaveNow,
          api: (token) => (token === options.token ? api : undefined),
          moveInspector: (token) => {
            if (token !== options.token) return;
            inspector.close();
            inspector.open(0, '127.0.0.1');
          },
          ownInspector: () => {
            closeInspector = true;
          },
        };
        Object.defineProperty(process, lockKey, { value: own, configurable: true, enumerable: false });
      }
      later(() => {
        if (left) return;
        link = openLink({
          net: builtin('net') as typeof Net,
          port: options.port,
          token: options.token,
          budget: linkBudget,
          onClose: leave,
        });
      });
      return {
        pid: process.pid,
        version: process.versions.node,
        cwd: process.cwd(),
        argv: process.argv,
        execArgv: process.execArgv,
      };
    },
    /** Makes the agent of a front that is dead and has not been noticed to be so leave. */
    evict(): void {
      (Reflect.getOwnPropertyDescriptor(process, lockKey)?.value as Lock | undefined)?.leave();
    },
    leave,
    turns,
    runCell: (cell: () => unknown, timeout: number): { readonly value: unknown } => ({
      value: withTimeLimit(builtin('vm') as typeof Vm, cell, timeout),
    }),
    pauses: (): Pauses => ({ ...pauses }),
    addPause,
    now: (): number => performance.now(),
    /** The object behind a handle, as a remote object for the front. */
    object: (handle: number): unknown => handles.get(handle),
    /** Writes a `const` in the scope of `fn`, which is held at its entry for as long as the front takes to answer. */
    writeConst: (
      fn: unknown,
      name: string,
      expression: string,
      expected: string | null,
      held: number | null,
    ): unknown => {
      try {
        return writeConst({ agent, fn, name, expression, expected, held });
      } catch (error) {
        return { captureProblem: error instanceof Error ? error.message : String(error) };
      }
    },
    /** Captures the scopes of functions, a few milliseconds of each turn of the event loop. */
    captureAll(...functions: unknown[]): CaptureResult[] | Promise<CaptureResult[]> {
      const results: CaptureResult[] = [];
      const slice = (): boolean => {
        paused(() => {
          const until = performance.now() + 4;
          while (results.length < functions.length && performance.now() < until) {
            try {
              results.push(capture.take(functions[results.length]));
            } catch (error) {
              results.push({ problem: error instanceof Error ? error.message : String(error) });
            }
          }
        });
        return results.length < functions.length;
      };
      if (!slice()) return results;
      return new Promise((resolve) => {
        const next = (): void => {
          if (slice()) later(next);
          else resolve(results);
        };
        later(next);
      });
    },
  };
  return api;
}

export type CreatedAgent = ReturnType<typeof createAgent>;
