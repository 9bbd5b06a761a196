// Talks to the part of a recording that runs in the target: calls its methods by path, with JSON.
import { bundleInjected } from '../../../common/bundle.ts';
import { fail } from '../../../common/errors.ts';
import type { RecordingStart } from '../agent/recording/index.ts';
import { targetThrew, type NodeSession } from '../session.ts';

/** Everything the inspector holds for a recording, so that it can be let go at once. */
export const objectGroup = 'devsandbox:recording';

export class Inside {
  readonly session: NodeSession;
  readonly #objectId: string;

  private constructor(session: NodeSession, objectId: string) {
    this.session = session;
    this.#objectId = objectId;
  }

  static async open(session: NodeSession, options: RecordingStart): Promise<Inside> {
    const { code } = await bundleInjected(new URL('../agent/recording/index.ts', import.meta.url), {
      name: 'recording',
    });
    const exported = await session.measured(() =>
      session.cdp.send('Runtime.evaluate', { expression: code, silent: true, objectGroup }),
    );
    if (exported.exceptionDetails || exported.result.objectId === undefined)
      throw fail('DS1030', {
        reason: exported.exceptionDetails?.exception?.description ?? 'the recorder did not load',
      });
    const { objectId } = exported.result;
    const created = await session.cdp.send('Runtime.callFunctionOn', {
      objectId: session.agentId,
      functionDeclaration: 'function (made, options) { return made.createRecording(this.agent, options); }',
      arguments: [{ objectId }, { value: options }],
      silent: true,
      objectGroup,
    });
    if (created.exceptionDetails || created.result.objectId === undefined)
      throw fail('DS1030', {
        reason: created.exceptionDetails?.exception?.description ?? 'the recorder did not start',
      });
    return new Inside(session, created.result.objectId);
  }

  /** Gives its result as JSON. */
  async call<T>(path: string, ...args: readonly unknown[]): Promise<T> {
    return (await this.#send(path, args, false)).value as T;
  }

  /** The same for a method that gives a promise. */
  async wait<T>(path: string, ...args: readonly unknown[]): Promise<T> {
    return (await this.#send(path, args, true)).value as T;
  }

  async release(): Promise<void> {
    await this.session.cdp.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => undefined);
  }

  async #send(path: string, args: readonly unknown[], awaitPromise: boolean) {
    const answer = await this.session.cdp.send('Runtime.callFunctionOn', {
      objectId: this.#objectId,
      functionDeclaration: `function (...a) { return this.${path}(...a); }`,
      arguments: args.map((value) => ({ value })),
      returnByValue: true,
      awaitPromise,
      silent: true,
      objectGroup,
    });
    if (answer.exceptionDetails) throw targetThrew(answer.exceptionDetails);
    return answer.result;
  }
}
