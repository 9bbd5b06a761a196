// What cells ask of the front: `app.*` reads go to the target, whatever changes it passes the access check and the
// audit trail first, and `session.…` runs magics.
import { fail } from '../core/common/errors.ts';
import type { FrontPort } from '../core/sandbox/ports.ts';
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

export function createFront({ services, invoke }: FrontOptions): FrontPort {
  return {
    request: async (method, parameters) => {
      if (method === 'session.invoke') {
        const { magic, subcommand, args } = parameters as InvokeParameters;
        return invoke(magic, subcommand, args ?? []);
      }
      if (!method.startsWith('app.')) throw fail('DS6099', { message: `unknown request ${method}` });
      // `fetch` asks this before every request, also when nothing is attached.
      if (method === 'app.ports' && !services.session.state.target) return [];
      const target = services.target();
      const { answerAppRequest } = await import('../core/sandbox/index.ts');
      return answerAppRequest(target, method, parameters, {
        access: (kind: 'edit' | 'code', operation: string) => services.requireAccess(kind, operation),
        edit: async (name, expression, holder) =>
          (await services.livestate()).editValue(target, name, expression, {
            types: services.types,
            ...(holder === undefined ? {} : { holder }),
          }),
      });
    },
  };
}
