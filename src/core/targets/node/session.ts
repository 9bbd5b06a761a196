// What the parts of this room share about one attached thread: the inspector, the agent, its lifeline. NodeTarget
// delegates to functions that take this; recording and swapping build on it.
import type { Protocol } from 'devtools-protocol';
import { fail } from '../../common/errors.ts';
import type { Milliseconds } from '../../common/units.ts';
import type { PauseReport, TargetInfo } from '../target.ts';
import type { Agent, CreatedAgent, Pauses } from './agent/index.ts';
import { CdpError, type CdpClient } from './cdp.ts';
import type { FrontLink } from './link.ts';
import { Scripts } from './scripts.ts';

/** A value in the target, as an argument of a call there. */
export class Remote {
  readonly objectId: string;
  constructor(objectId: string) {
    this.objectId = objectId;
  }
}

export interface ObjectGroup extends Disposable {
  readonly name: string;
}

let groups = 0;

/** Any value that the inspector gave, primitive or not. */
export class RemoteValue {
  readonly value: Protocol.Runtime.RemoteObject;
  constructor(value: Protocol.Runtime.RemoteObject) {
    this.value = value;
  }
}

function argumentOf(arg: unknown): Protocol.Runtime.CallArgument {
  if (arg instanceof Remote) return { objectId: arg.objectId };
  if (!(arg instanceof RemoteValue)) return arg === undefined ? {} : { value: arg };
  const { objectId, unserializableValue, value } = arg.value;
  return objectId !== undefined
    ? { objectId }
    : unserializableValue !== undefined
      ? { unserializableValue }
      : value === undefined && arg.value.subtype !== 'null'
        ? {}
        : { value };
}

export class NodeSession {
  readonly cdp: CdpClient;
  readonly link: FrontLink;
  readonly info: TargetInfo;
  /** Remote object id of what createAgent gave. */
  readonly agentId: string;
  #scripts: Promise<Scripts> | undefined;

  constructor(options: { cdp: CdpClient; link: FrontLink; info: TargetInfo; agentId: string }) {
    this.cdp = options.cdp;
    this.link = options.link;
    this.info = options.info;
    this.agentId = options.agentId;
  }

  /**
   * Scripts by id and URL. The first use switches V8's debugger on, which stops the target for 40 to 80 ms: only what
   * cannot do without asks for them (variables of modules, sources, scopes, recordings, edits).
   */
  scripts(): Promise<Scripts> {
    return (this.#scripts ??= Scripts.enable(this));
  }

  get hasScripts(): boolean {
    return this.#scripts !== undefined;
  }

  /**
   * Calls a method of the agent by its path (`state.read`) and gives its result as JSON. Arguments are JSON or
   * {@link Remote}; several calls sent without awaiting in between go out as one burst.
   */
  async invoke<T>(path: string, ...args: readonly unknown[]): Promise<T> {
    const result = await this.#call(path, args, true);
    return result.value as T;
  }

  /** Like {@link invoke}, for a result that stays in the target, held until we detach. */
  async invokeRemote(path: string, ...args: readonly unknown[]): Promise<Protocol.Runtime.RemoteObject> {
    return this.#call(path, args, false);
  }

  /** Like {@link invokeRemote}; the result, and whatever is read from it, is held until the group is disposed of. */
  async remoteIn(
    group: ObjectGroup,
    path: string,
    ...args: readonly unknown[]
  ): Promise<Protocol.Runtime.RemoteObject> {
    return this.#call(path, args, false, group.name);
  }

  /** What the inspector holds for us it holds strongly: temporary things go into a group. */
  group(): ObjectGroup {
    const name = `devsandbox:${++groups}`;
    return {
      name,
      [Symbol.dispose]: () => {
        if (this.cdp.isOpen) this.cdp.send('Runtime.releaseObjectGroup', { objectGroup: name }).catch(() => undefined);
      },
    };
  }

  /** Calls a function given as text, with `agent` ({@link Agent}) as first parameter, in the target; for other engineers' code. */
  async withAgent<T>(functionText: string, ...args: readonly unknown[]): Promise<T> {
    const result = await this.#callText(`function (...a) { return (${functionText})(this.agent, ...a); }`, args, true);
    return result.value as T;
  }

  async withAgentRemote(functionText: string, ...args: readonly unknown[]): Promise<Protocol.Runtime.RemoteObject> {
    return this.#callText(`function (...a) { return (${functionText})(this.agent, ...a); }`, args, false);
  }

  async pauses(): Promise<PauseReport> {
    const { count, longest, total, debugger: once } = await this.invoke<Pauses>('pauses');
    return {
      count,
      longest: longest as Milliseconds,
      total: total as Milliseconds,
      ...(once > 0 && { debugger: once as Milliseconds }),
    };
  }

  /** Runs requests of the inspector and counts the time they hold the target as a pause. */
  async measured<T>(run: () => Promise<T>, isDebugger = false): Promise<T> {
    // Sent as one burst, so the target handles the three without another turn of its event loop in between.
    const id = ++turns;
    const before = this.invoke('pauseBegins', id);
    const result = run();
    await Promise.all([before, this.invoke('pauseEnds', id, isDebugger)]);
    return result;
  }

  async #call(
    path: string,
    args: readonly unknown[],
    returnByValue: boolean,
    group?: string,
  ): Promise<Protocol.Runtime.RemoteObject> {
    if (!inTurn.has(path))
      return this.#callText(`function (...a) { return this.${path}(...a); }`, args, returnByValue, group);
    const id = ++turns;
    const taken = this.#callText(
      `function (id, ...a) { return this.turns.take(id, () => this.${path}(...a)); }`,
      [id, ...args],
      returnByValue,
      group,
    );
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const hurried = new Promise<Protocol.Runtime.RemoteObject>((resolve, reject) => {
      const hurry = (): void => {
        // Sent as one burst; where nothing was left to hurry, or its result is still to come, `taken` gives it.
        const isDone = this.#callText('function (id) { return this.turns.hurry(id); }', [id], true);
        const outcome = this.#callText('function (id) { return this.turns.outcome(id); }', [id], returnByValue, group);
        outcome.catch(() => undefined);
        isDone
          .then(({ value }) => {
            if (value === true) void outcome.then(resolve, reject);
            else if (value === null && !isOver) timer = setTimeout(hurry, hurryAgain);
          })
          .catch(() => undefined);
      };
      timer = setTimeout(hurry, turnWithin);
    });
    taken.catch(() => undefined);
    try {
      return await Promise.race([taken, hurried]);
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  }

  async #callText(
    functionDeclaration: string,
    args: readonly unknown[],
    returnByValue: boolean,
    objectGroup?: string,
  ): Promise<Protocol.Runtime.RemoteObject> {
    const response = await this.cdp.send('Runtime.callFunctionOn', {
      objectId: this.agentId,
      functionDeclaration,
      arguments: args.map(argumentOf),
      returnByValue,
      awaitPromise: givesPromise(functionDeclaration),
      silent: true,
      ...(objectGroup !== undefined && { objectGroup }),
    });
    if (response.exceptionDetails) throw targetThrew(response.exceptionDetails);
    return response.result;
  }
}

/** What changes the app's state, runs its code, or uses its queues: in a turn of its own, see agent/turns.ts. */
const inTurn: ReadonlySet<string> = new Set([
  'captureAll',
  'leave',
  'runCell',
  'state.call',
  'state.write',
  'state.writePrivate',
  'state.writeVariable',
  'writeConst',
]);
/** A process that has had no turn of its event loop for so long is in a loop of its own: then not in a turn. */
const turnWithin = 300;
const hurryAgain = 10;
let turns = 0;

// Only these give promises: awaiting a plain value through the inspector has been seen to fail.
const givesPromise = (text: string): boolean => text.includes('this.turns.take(');

export function targetThrew(details: Protocol.Runtime.ExceptionDetails): Error {
  const reason = (details.exception?.description ?? details.exception?.value?.toString() ?? details.text).split(
    '\n',
    1,
  )[0]!;
  return fail('DS1029', { reason });
}

export const isCdpError = (error: unknown): error is CdpError => error instanceof CdpError;
export type { Agent, CreatedAgent };
