// Speaks with the injected half of a swap (agent/swap), held by the inspector for our session alone. `call` names one of
// its functions and passes objects of the target by id.
import { bundleInjected } from '../../../common/bundle.ts';
import type { CdpClient } from '../cdp.ts';
import type { CdpResult } from '../cdp-domains.ts';

export type ObjectId = string;
export const objectGroup = 'devsandbox:swap';
type Remote = CdpResult<'Runtime.callFunctionOn'>['result'];
export type Property = CdpResult<'Runtime.getProperties'>['result'][number];

/** Node's own modules, whatever the version and the module system of the app. */
const builtin = `(name) => process.getBuiltinModule ? process.getBuiltinModule(name) : process.mainModule.require(name)`;

export class Inside {
  readonly cdp: CdpClient;
  #exports: ObjectId = '';
  #builtin: ObjectId = '';

  constructor(cdp: CdpClient) {
    this.cdp = cdp;
  }

  async load(): Promise<void> {
    const { code } = await bundleInjected(new URL('../agent/swap/index.ts', import.meta.url), { name: 'swap' });
    this.#exports = await this.#evaluate(code);
    this.#builtin = await this.#evaluate(builtin);
  }

  /** For arguments: Node's builtin modules by name. */
  get builtin(): { readonly objectId: ObjectId } {
    return { objectId: this.#builtin };
  }

  async call(
    name: string,
    args: readonly unknown[],
    options: { readonly value?: boolean; readonly wait?: boolean } = {},
  ): Promise<Remote> {
    return this.on(
      this.#exports,
      `function (...args) { return this[${JSON.stringify(name)}](...args); }`,
      args,
      options,
    );
  }

  async on(
    objectId: ObjectId,
    body: string,
    args: readonly unknown[],
    options: { readonly value?: boolean; readonly wait?: boolean } = {},
  ): Promise<Remote> {
    const reply = await this.cdp.send('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: body,
      arguments: args.map((arg) => (isObject(arg) ? { objectId: arg.objectId } : { value: arg })),
      objectGroup,
      silent: true,
      returnByValue: options.value ?? false,
      ...(options.wait && { awaitPromise: true }),
    });
    if (reply.exceptionDetails)
      throw new Error(reply.exceptionDetails.exception?.description?.split('\n')[0] ?? reply.exceptionDetails.text);
    return reply.result;
  }

  async properties(objectId: ObjectId): Promise<CdpResult<'Runtime.getProperties'>> {
    return this.cdp.send('Runtime.getProperties', { objectId, ownProperties: true });
  }

  /** Members of an array of the target, by id. */
  async items(array: ObjectId): Promise<readonly ObjectId[]> {
    const { result } = await this.properties(array);
    return result.flatMap((property) =>
      /^\d+$/.test(property.name) && property.value?.objectId ? [property.value.objectId] : [],
    );
  }

  async release(): Promise<void> {
    await this.cdp.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => undefined);
  }

  async #evaluate(expression: string): Promise<ObjectId> {
    const reply = await this.cdp.send('Runtime.evaluate', { expression, objectGroup, silent: true });
    if (!reply.result.objectId || reply.exceptionDetails)
      throw new Error(reply.exceptionDetails?.exception?.description ?? 'the agent did not load');
    return reply.result.objectId;
  }
}

const isObject = (value: unknown): value is { objectId: ObjectId } =>
  typeof value === 'object' && value !== null && 'objectId' in value;
