// %attach: begins to look at a running process, without a restart and read-only.
import { defineMagic } from '../declare.ts';
import { sentence } from '../display/table.ts';
import { formatCount, formatDuration } from '../quantities.ts';

export const attachMagic = defineMagic({
  name: 'attach',
  summary: 'attach to a running process, read-only',
  main: {
    summary: 'attach to a running process, read-only',
    positionals: [
      {
        name: 'target',
        type: 'string',
        required: true,
        about: 'pid, :port of the app, process name, script path or inspector URL',
        completer: 'target',
      },
    ],
    examples: ['%attach 4242', '%attach :8080', '%attach shop'],
    run: async ({ services, progress }, { values }) => {
      progress(`attaching to ${String(values['target'])} …`);
      const target = await services.attach(String(values['target']));
      const own = (await target.modules()).filter((module) => module.own).length;
      const pauses = target.pauses();
      const access = services.session.access();
      const { name, runtimeVersion, pid } = target.info;
      const data = { ...target.info, ownModules: own, access, pauses };
      return {
        data,
        display: sentence(
          `attached  ${name} (Node ${runtimeVersion}, pid ${pid}, ${formatCount(own, 'own module')}, ${access})  ${formatDuration(pauses.total)} pause`,
        ),
      };
    },
  },
});
