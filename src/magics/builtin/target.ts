// %%target: runs a cell inside the target itself. The only way code of a cell gets there, and asked for by name.
import { ms, type Milliseconds } from '../../core/common/units.ts';
import { defineMagic } from '../declare.ts';
import { liveText } from '../display/live-value.ts';
import { sentence } from '../display/table.ts';

export const targetMagic = defineMagic({
  name: 'target',
  summary: 'run a cell inside the target; needs code access',
  main: {
    summary: 'run a cell inside the target; needs code access',
    options: [{ name: 'timeout', type: 'duration', about: 'longest time to wait', fallback: '5s' }],
    body: { name: 'code', about: 'JavaScript with top-level await', required: true, type: 'code' },
    examples: ['%%target\nprocess.memoryUsage().heapUsed'],
    run: async ({ services }, { values }) => {
      const target = services.target();
      const code = String(values['code']);
      services.requireAccess('code', `%%target ${code.slice(0, 500)}`);
      const value = await target.evaluate(code, (values['timeout'] as Milliseconds | undefined) ?? ms(5000));
      return { data: value, display: sentence(liveText(value)) };
    },
  },
});
