// %time: how long an expression or a cell takes, measured in the sandbox, without the way there and back.
import { CellFailure } from '../cell-failure.ts';
import { defineMagic, type MagicContext, type MagicResult } from '../declare.ts';
import { formatDuration } from '../quantities.ts';

async function time(context: MagicContext, code: string): Promise<MagicResult> {
  const result = await context.runCell(code);
  if (result.status !== 'ok') throw new CellFailure(result);
  context.output({ stream: 'stdout', text: `${formatDuration(result.duration)}\n` });
  return { data: { ms: Number(result.duration.toFixed(3)) }, display: { data: result.value ?? { 'text/plain': '' } } };
}

export const timeMagic = defineMagic({
  name: 'time',
  summary: 'measure how long code takes',
  main: {
    summary: 'measure how long code takes',
    positionals: [{ name: 'code', type: 'rest', about: 'an expression or statement' }],
    body: { name: 'cell', about: 'the code to measure', required: false, type: 'code' },
    examples: ['%time items.sort()', '%%time\nconst sorted = items.toSorted();'],
    run: (context, { values }) =>
      time(context, [values['code'], values['cell']].filter((part) => typeof part === 'string').join('\n')),
  },
});
