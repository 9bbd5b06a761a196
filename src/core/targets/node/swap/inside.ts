// Speaks with the injected half of a swap (agent/swap), held by the inspector for our session alone.
import { bundleInjected } from '../../../common/bundle.ts';
import { fail } from '../../../common/errors.ts';
import type { Swap } from '../agent/swap/index.ts';
import { targetThrew, type NodeSession } from '../session.ts';

const objectGroup = 'devsandbox:swap';

export class Inside {
  readonly #session: NodeSession;
  readonly #objectId: string;

  private constructor(session: NodeSession, objectId: string) {
    this.#session = session;
    this.#objectId = objectId;
  }

  static async open(session: NodeSession): Promise<Inside> {
    const { code } = await bundleInjected(new URL('../agent/swap/index.ts', import.meta.url), { name: 'swap' });
    const { cdp } = session;
    const loaded = await session.measured(() =>
      cdp.send('Runtime.evaluate', { expression: code, silent: true, objectGroup }),
    );
    const created =
      loaded.result.objectId === undefined
        ? loaded
        : await cdp.send('Runtime.callFunctionOn', {
            objectId: session.agentId,
            functionDeclaration: 'function (made) { return made.createSwap(this.agent); }',
            arguments: [{ objectId: loaded.result.objectId }],
            silent: true,
            objectGroup,
          });
    if (created.exceptionDetails || created.result.objectId === undefined)
      throw fail('DS1030', { reason: created.exceptionDetails?.exception?.description ?? 'the swap did not load' });
    return new Inside(session, created.result.objectId);
  }

  async call<Name extends keyof Swap>(
    name: Name,
    ...args: Parameters<Swap[Name]>
  ): Promise<Awaited<ReturnType<Swap[Name]>>> {
    const answer = await this.#session.cdp.send('Runtime.callFunctionOn', {
      objectId: this.#objectId,
      functionDeclaration: `function (...a) { return this.${name}(...a); }`,
      arguments: args.map((value) => ({ value })),
      returnByValue: true,
      awaitPromise: true,
      silent: true,
      objectGroup,
    });
    if (answer.exceptionDetails) throw targetThrew(answer.exceptionDetails);
    return answer.result.value as Awaited<ReturnType<Swap[Name]>>;
  }

  async release(): Promise<void> {
    await this.#session.cdp.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => undefined);
  }
}
