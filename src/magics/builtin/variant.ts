// %variant: another version of a function, compared with the present one on recorded inputs.
import { fail } from '../../core/common/errors.ts';
import type { ComparisonReport, Variant } from '../../features/experiments/types.ts';
import { defineMagic } from '../declare.ts';
import { sentence, table } from '../display/table.ts';
import type { TextStyle } from '../display/style.ts';
import { ratioChart } from '../display/timeline.ts';
import { formatCount, formatDuration } from '../quantities.ts';
import { nearest } from '../suggest.ts';
import { findTape } from '../tapes.ts';
import type { Services } from '../services.ts';

function find(services: Services, name: string): Variant | undefined {
  if (name === 'current') return undefined;
  const { variants } = services.session.state;
  const variant = variants.find((each) => each.name === name);
  if (variant) return variant;
  const near = nearest(name, ['current', ...variants.map((each) => each.name)]);
  throw fail('DS8001', { name: near ? `${name} (${near}?)` : name });
}

export const variantMagic = defineMagic({
  name: 'variant',
  summary: 'define another version of a function and compare it on recorded inputs',
  implied: 'list',
  main: {
    summary: 'define another version of a function',
    positionals: [{ name: 'name', type: 'string', required: true, about: 'what the variant is called' }],
    options: [
      {
        name: 'of',
        type: 'name',
        word: true,
        required: true,
        about: 'FILE#FUNCTION that it replaces',
        completer: 'liveName',
      },
    ],
    body: { name: 'source', about: 'the function', required: true, type: 'code' },
    examples: [
      '%%variant fixed of src/cart.ts#total\nfunction total(items) { return items.filter(Boolean).reduce((sum, item) => sum + item.price, 0); }',
    ],
    run: async ({ services }, { values }) => {
      const name = String(values['name']);
      const [module, fn] = splitPlace(String(values['of']));
      if (!/^[A-Za-z_][\w-]*$/.test(name) || name === 'current')
        throw fail('DS6005', {
          value: name,
          argument: 'name',
          magic: 'variant',
          expected: 'a word other than current',
        });
      const variant: Variant = { name, module, fn, source: String(values['source']).trim() };
      const tape = services.session.state.tapes.findLast((each) => !each.open)?.path;
      await (await services.experiments()).checkVariant(variant, tape);
      services.session.apply({ type: 'variant.defined', variant });
      return {
        data: variant,
        display: sentence(`variant ${name} of ${module}#${fn}; %variant compare ${name} current runs both on a tape`),
      };
    },
  },
  subcommands: {
    list: {
      summary: 'list the variants of this session',
      run: async ({ services, style }) => {
        const { variants } = services.session.state;
        const columns = [
          { head: 'variant', cell: (each: Variant) => each.name },
          { head: 'of', cell: (each: Variant) => `${each.module}#${each.fn}` },
          { head: 'source', cell: (each: Variant) => each.source, flexible: true },
        ];
        return {
          data: variants,
          display: table(columns, variants, style, {
            empty: 'no variants; %%variant NAME of FILE#FUNCTION defines one',
          }),
        };
      },
    },
    compare: {
      summary: 'run two variants on the inputs of a tape: results value by value, time as a ratio with its interval',
      positionals: [
        {
          name: 'a',
          type: 'string',
          required: true,
          about: 'a variant, or current: the code as it was recorded',
          completer: 'variant',
        },
        { name: 'b', type: 'string', required: true, about: 'what it is compared with', completer: 'variant' },
      ],
      options: [
        {
          name: 'on',
          type: 'string',
          word: true,
          about: 'id or path of the tape',
          fallback: 'the last one',
          completer: 'tape',
        },
        { name: 'rounds', type: 'number', about: 'how often each pair is run' },
        { name: 'seed', type: 'number', about: 'seed of the bootstrap' },
      ],
      examples: ['%variant compare fixed current', '%variant compare fixed current --on 7f3a'],
      run: async ({ services, style, signal, progress }, { values }) => {
        const a = find(services, String(values['a']));
        const b = find(services, String(values['b']));
        const tape = await findTape(services, values['on'] as string | undefined);
        const report = await (
          await services.experiments()
        ).compareVariants(tape, a, b, {
          signal,
          progress,
          ...(values['rounds'] === undefined ? {} : { rounds: Number(values['rounds']) }),
          ...(values['seed'] === undefined ? {} : { seed: Number(values['seed']) }),
        });
        return { data: report, display: showComparison(report, style) };
      },
    },
  },
});

function splitPlace(place: string): readonly [string, string] {
  const at = place.indexOf('#');
  if (at < 1 || at === place.length - 1)
    throw fail('DS6005', {
      value: place,
      argument: 'of',
      magic: 'variant',
      expected: 'FILE#FUNCTION, such as src/cart.ts#total',
    });
  return [place.slice(0, at), place.slice(at + 1)];
}

type Side = ComparisonReport['a'];

const stops = (kind: 'unanswered' | 'unfinished') => ({
  head: kind,
  cell: (side: Side) => side[kind].toLocaleString('en-US'),
  right: true,
  tone: (side: Side) => (side[kind] > 0 ? ('warn' as const) : undefined),
});

/** What a side rests on that its calls were not told on the tape. */
function assumptions({ name, borrowed, adapted, unanswered }: Side): string[] {
  return [
    ...(borrowed > 0 ? [`${name}: ${formatCount(borrowed, 'call')} used an answer of another call`] : []),
    ...(adapted > 0 ? [`${name}: ${formatCount(adapted, 'call')} used an answer of its own to other arguments`] : []),
    ...(unanswered > 0
      ? [`${name}: ${formatCount(unanswered, 'call')} asked what the tape does not answer, and neither succeeded nor failed`]
      : []),
  ];
}

function showComparison(report: ComparisonReport, style: TextStyle) {
  const { a, b, ratio, recommendation, others } = report;
  const left = [a, b].reduce((sum, side) => sum + side.unanswered + side.unfinished, 0);
  const shown = table(
    [
      { head: 'variant', cell: (side: typeof a) => side.name },
      { head: 'calls', cell: (side) => side.calls.toLocaleString('en-US'), right: true },
      {
        head: 'failed',
        cell: (side) => side.failed.toLocaleString('en-US'),
        right: true,
        tone: (side) => (side.failed > 0 ? 'bad' : undefined),
      },
      ...(left > 0 ? [stops('unanswered'), stops('unfinished')] : []),
      { head: 'runs', cell: (side) => side.runs.toLocaleString('en-US'), right: true },
      { head: 'median', cell: (side) => formatDuration(side.medianMs), right: true },
    ],
    [a, b],
    style,
    {
      notes: [
        `${formatCount(report.pairs, 'call')} compared, same result on ${report.same.toLocaleString('en-US')}`,
        `same result on ${others.same.toLocaleString('en-US')} of ${formatCount(others.calls, 'other call')} (those in requests that failed on neither side)`,
        ...report.differences.map((each) => `  #${each.call} ${each.name}: ${a.name} ${each.a}, ${b.name} ${each.b}`),
        ...[a, b].flatMap(assumptions),
        ...report.stopped.map(
          (each) => `  #${each.call} ${each.name}: ${each.variant} ${each.kind} at ${each.place || '?'}: ${each.ask}`,
        ),
        ratio
          ? `${a.name} takes ${ratio.median.toFixed(2)}x the time of ${b.name} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]`
          : 'too few runs for a ratio of times',
        recommendation.choose === undefined
          ? `no recommendation: ${recommendation.reason}`
          : `recommended: ${recommendation.choose}: ${recommendation.reason}`,
      ],
    },
  );
  if (!ratio) return shown;
  const chart = ratioChart(
    [{ label: `${a.name} / ${b.name}`, value: ratio.median, low: ratio.low, high: ratio.high }],
    'ratio of times',
  );
  return { data: { ...shown.data, ...chart } };
}
