// %deny: takes back what %allow gave.
import { accessKinds } from '../../core/session/state.ts';
import { defineMagic } from '../declare.ts';
import { sentence } from '../display/table.ts';
import { readPermissions } from '../permissions.ts';

export const denyMagic = defineMagic({
  name: 'deny',
  summary: 'take back what %allow gave',
  main: {
    summary: 'take back what %allow gave',
    positionals: [
      {
        name: 'what',
        type: 'string',
        many: true,
        about: 'as in %allow; without: all access to the target',
        completer: 'access',
      },
    ],
    examples: ['%deny edit', '%deny', '%deny fs'],
    run: async ({ services }, { values }) => {
      const { kinds, grants, hasGrants } = readPermissions(
        (values['what'] as readonly string[] | undefined) ?? accessKinds,
        'deny',
      );
      if (kinds.length > 0) services.session.apply({ type: 'access.deny', kinds });
      if (hasGrants) {
        services.session.apply({ type: 'grants.deny', grants });
        await services.setGrants(services.session.state.grants);
      }
      const data = { access: services.session.access(), grants: services.session.state.grants };
      return { data, display: sentence(`access is ${data.access}`) };
    },
  },
});
