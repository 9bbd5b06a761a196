// %allow: opens access to the target (edit, send, code, supervise), for good or for a time, and says what cells may
// reach besides it (fs, net, run, env, a package).
import { accessKinds } from '../../core/session/state.ts';
import { readPermissions } from '../permissions.ts';
import { defineMagic } from '../declare.ts';
import { sentence } from '../display/table.ts';
import { formatDuration } from '../quantities.ts';
import { fail } from '../../core/common/errors.ts';

export const allowMagic = defineMagic({
  name: 'allow',
  summary: 'open access to the target, or let cells reach the machine',
  main: {
    summary: 'open access to the target, or let cells reach the machine',
    positionals: [
      {
        name: 'what',
        type: 'string',
        many: true,
        required: true,
        about: `${accessKinds.join(', ')} for the target; fs, net, run, env, pkg:NAME for cells`,
        completer: 'access',
      },
    ],
    options: [
      {
        name: 'for',
        type: 'duration',
        word: true,
        about: 'how long, for access to the target',
        fallback: 'until %deny or detach',
      },
    ],
    examples: ['%allow edit for 10m', '%allow code send', '%allow fs', '%allow pkg:pg'],
    run: async ({ services }, { values }) => {
      const { kinds, grants, hasGrants } = readPermissions(values['what'] as readonly string[], 'allow');
      const forMs = values['for'] as number | undefined;
      if (forMs !== undefined && (hasGrants || forMs <= 0)) {
        throw fail('DS6005', {
          value: hasGrants ? 'for' : String(forMs),
          argument: 'for',
          magic: 'allow',
          expected: 'a time above 0, and only for edit, send, code or supervise',
        });
      }
      if (kinds.length > 0)
        services.session.apply({ type: 'access.allow', kinds, ...(forMs === undefined ? {} : { forMs }) });
      if (hasGrants) {
        services.session.apply({ type: 'grants.allow', grants });
        await services.setGrants(services.session.state.grants);
      }
      const data = { access: services.session.access(), grants: services.session.state.grants };
      const opened =
        kinds.length === 0
          ? []
          : [
              `${kinds.join(', ')} open${forMs === undefined ? '' : ` for ${formatDuration(forMs)}`}; %deny ${kinds.join(' ')} closes ${kinds.length > 1 ? 'them' : 'it'}, %audit shows what was done`,
            ];
      const reach = hasGrants
        ? [
            `cells may reach ${[...Object.keys(grants).filter((key) => key !== 'packages'), ...(grants.packages ?? [])].join(', ')}`,
          ]
        : [];
      return { data, display: sentence([...opened, ...reach].join('\n')) };
    },
  },
});
