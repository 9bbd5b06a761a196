// %targets: the processes that could be attached to, and why others could not.
import type { TargetCandidate } from '../../core/targets/index.ts';
import { defineMagic } from '../declare.ts';
import { table } from '../display/table.ts';

export const targetsMagic = defineMagic({
  name: 'targets',
  summary: 'list the processes that can be attached to',
  main: {
    summary: 'list the processes that can be attached to, and why others cannot',
    run: async ({ services, style }) => {
      const targets = await services.listTargets();
      const display = table<TargetCandidate>(
        [
          { head: 'pid', cell: (each) => String(each.pid), right: true },
          { head: 'name', cell: (each) => each.name, flexible: true },
          { head: 'node', cell: (each) => each.runtimeVersion },
          { head: 'ports', cell: (each) => each.ports.map((port) => `:${port}`).join(' ') },
          {
            head: 'attachable',
            cell: (each) => (each.attachable ? 'yes' : `no: ${each.reason ?? 'unknown'}`),
            tone: (each) => (each.attachable ? 'good' : 'dim'),
            flexible: true,
          },
        ],
        targets,
        style,
        { empty: 'no Node.js process was found' },
      );
      return { data: targets, display };
    },
  },
});
