// What cells ask of the front: `app.*` reads go to the target, whatever changes it passes the access check and the
// audit trail first, and `session.…` runs magics.
import { fail } from '../core/common/errors.ts';
import type { FrontPort } from '../core/sandbox/ports.ts';
import type { AccessKind } from '../core/session/session.ts';
import type { Services } from './services.ts';

interface InvokeParameters {
  readonly magic: string;
  readonly subcommand?: string;
  readonly args?: readonly unknown[];
}

export interface FrontOptions {
  readonly services: Services;
  readonly invoke: (magic: string, subcommand: string | undefined, args: readonly unknown[]) => Promise<unknown>;
}

/** What each request needs besides an attached target; absent: reading. */
const needed: Readonly<Record<string, AccessKind>> = { 'app.write': 'edit', 'app.delete': 'edit', 'app.call': 'code', 'app.evaluate': 'code', 'app.send': 'send' };

export function createFront({ services, invoke }: FrontOptions): FrontPort {
  return {
    request: async (method, parameters) => {
      if (method === 'session.invoke') {
        const { magic, subcommand, args } = parameters as InvokeParameters;
        return invoke(magic, subcommand, args ?? []);
      }
      if (!method.startsWith('app.')) throw fail('DS6099', { message: `unknown request ${method}` });
      const target = services.target();
      const kind = needed[method];
      if (kind) services.requireAccess(kind, `${method} ${JSON.stringify(parameters).slice(0, 200)}`);
      const { answerAppRequest } = await import('../core/sandbox/index.ts');
      return answerAppRequest(target, method, parameters);
    },
  };
}
