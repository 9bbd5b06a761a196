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
import { frameTypes, openLink, type AgentLink } from './link.ts';
import { makeLoader, type Loader } from './loader.ts';
import { makeMembers, type Members } from './members.ts';
import { makeState, type State } from './state.ts';
import { makeStopwatch, type Stopwatch } from './stopwatch.ts';
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
  /** What switching on V8's debugger took; 0 while it is off. */
  readonly debugger: number;
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
  readonly stopwatch: Stopwatch;
}

interface Lock {
  readonly frontPid: number;
  readonly leave: () => void;
  /** What createAgent gave, for a front that lost its remote object id; undefined with the wrong token. */
  readonly api: (token: string) => unknown;
  /** Makes the agent close the inspector when it leaves: another devsandbox had opened it and is dead. */
  readonly ownInspector: () => void;
  /** The opposite: another one is about to use it. Gives whether it would have been closed. */
  readonly disownInspector: () => boolean;
}

const lockKey = Symbol.for('devsandbox.lock');
const linkBudget = 64 * 1024 * 1024;
const handleLimit = 20_000;
/** Milliseconds. */
const connectionsEndWithin = 100;

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
  const setTimer = setTimeout;
  const pauses = { count: 0, longest: 0, total: 0, debugger: 0 };
  let link: AgentLink | undefined;
  let left = false;
  let { closeInspector } = options;

  const addPause = (ms: number): void => {
    pauses.count++;
    pauses.total += ms;
    if (ms > pauses.longest) pauses.longest = ms;
  };

  const stopwatch = makeStopwatch();
  const measured = new Map<number, () => number>();

  function paused<T>(run: () => T): T {
    const stopped = stopwatch();
    try {
      return run();
    } finally {
      addPause(stopped());
    }
  }

  const unlock = (): void => {
    if (options.takeLock) Reflect.deleteProperty(process, lockKey);
  };

  /** Undoes everything. An inspector that is to be closed stays until the front has gone, and with it the lock. */
  function leave(): void {
    if (left) return;
    left = true;
    undo.run();
    capture.dispose();
    handles.clear();
    if (!closeInspector) unlock();
  }

  /**
   * The front has gone. It is a moment until the inspector's thread has seen so too, and a Node 20 whose inspector is
   * closed while somebody is connected to it may crash.
   */
  function frontGone(): void {
    leave();
    const end = (): void => {
      unlock();
      try {
        if (closeInspector) inspector.close();
      } catch {
        // It was closed by someone else.
      }
    };
    if (closeInspector) setTimer(end, connectionsEndWithin).unref();
    else end();
  }

  const moveInspector = (): void => {
    inspector.close();
    inspector.open(0, '127.0.0.1');
  };

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
    state: makeState({ types, handles, describer, members, capture, paused, stopwatch }),
    builtin,
    onDetach: undo.onDetach,
    paused,
    stopwatch,
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
          leave: () => {
            leave();
            unlock();
          },
          api: (token) => (token === options.token ? api : undefined),
          ownInspector: () => {
            closeInspector = true;
          },
          disownInspector: () => {
            const owned = closeInspector;
            closeInspector = false;
            return owned;
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
          onClose: frontGone,
        });
        link.onFrame(frameTypes.move, moveInspector);
      });
      return {
        pid: process.pid,
        version: process.versions.node,
        cwd: process.cwd(),
        argv: process.argv,
        execArgv: process.execArgv,
      };
    },
    /** Keeps the agent of a front that is dead from closing the inspector that we use; from now on that is ours to do. */
    takeInspector(): void {
      const lock = Reflect.getOwnPropertyDescriptor(process, lockKey)?.value as Lock | undefined;
      if (lock?.disownInspector()) closeInspector = true;
    },
    /** Makes the agent of a front that is dead and has not been noticed to be so leave. */
    evict(): void {
      (Reflect.getOwnPropertyDescriptor(process, lockKey)?.value as Lock | undefined)?.leave();
    },
    leave,
    moveInspector,
    turns,
    runCell: (cell: () => unknown, timeout: number): { readonly value: unknown } => ({
      value: withTimeLimit(builtin('vm') as typeof Vm, cell, timeout),
    }),
    pauses: (): Pauses => ({ ...pauses }),
    /** A request of the inspector that runs no code of ours is counted by what is called before and after it. */
    pauseBegins: (id: number): void => void measured.set(id, stopwatch()),
    pauseEnds(id: number, isDebugger: boolean): void {
      const ms = measured.get(id)?.();
      measured.delete(id);
      if (ms === undefined) return;
      addPause(ms);
      if (isDebugger) pauses.debugger = ms;
    },
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
