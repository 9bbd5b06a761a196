// A comparison of two variants: what each did, where they differ, what a side rests on, and what follows.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';
import type { ComparisonReport } from '../../features/experiments/types.ts';
import { formatCount, formatDuration } from '../quantities.ts';
import type { TextStyle } from './style.ts';
import { table } from './table.ts';
import { ratioChart } from './timeline.ts';

type Side = ComparisonReport['a'];

const shownDifferences = 5;

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
    ...(adapted > 0 ? [`${name}: ${formatCount(adapted, 'call')} used an answer of their own to other arguments`] : []),
    ...(unanswered > 0
      ? [`${name}: ${formatCount(unanswered, 'call')} asked something that the tape does not answer: no result`]
      : []),
  ];
}

export function showComparison(report: ComparisonReport, style: TextStyle): DisplayOutput {
  const { a, b, ratio, recommendation, others } = report;
  const left = [a, b].reduce((sum, side) => sum + side.unanswered + side.unfinished, 0);
  const more = report.different - Math.min(report.differences.length, shownDifferences);
  const shown = table(
    [
      { head: 'variant', cell: (side: Side) => side.name },
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
        ...report.differences
          .slice(0, shownDifferences)
          .map((each) => `  #${each.call} ${each.name}: ${a.name} ${each.a}, ${b.name} ${each.b}`),
        ...(more > 0
          ? [`  … ${more.toLocaleString('en-US')} more ${more === 1 ? 'call differs' : 'calls differ'}`]
          : []),
        ...[a, b].flatMap(assumptions),
        ...report.stopped.map(
          (each) => `  #${each.call} ${each.name}: ${each.variant} ${each.kind} at ${each.place || '?'}: ${each.ask}`,
        ),
        ratio
          ? `${a.name} takes ${ratio.median.toFixed(2)}x the time of ${b.name} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}] (${Math.round(ratio.confidence * 100)} % interval, ${formatCount(ratio.rounds, 'round')})`
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
