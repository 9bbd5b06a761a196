// Tapes, calls, checks and counterfactuals as people read them.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';
import type { CallSummary, Gap } from '../../core/tape/events.ts';
import type {
  CallList,
  CallReport,
  CheckReport,
  Divergence,
  MomentReport,
  TapeReport,
  WithReport,
} from '../../features/timetravel/types.ts';
import { formatBytes, formatCount, formatDuration } from '../quantities.ts';
import { longestPause } from './pauses.ts';
import { timeline } from './timeline.ts';
import { oneLine, paint, type TextStyle } from './style.ts';
import { fields, table } from './table.ts';

export const tapeLine = (tape: TapeReport): string =>
  [
    `tape ${tape.tape}  ${formatDuration(tape.duration)}`,
    formatCount(tape.calls, 'call'),
    `${tape.failed.toLocaleString('en-US')} failed`,
    formatBytes(tape.bytes),
    ...(tape.dropped > 0 ? [`${formatCount(tape.dropped, 'event')} dropped`] : []),
    ...(tape.pauses && tape.pauses.count > 0 ? [`longest pause ${longestPause(tape.pauses)}`] : []),
    ...(tape.complete ? [] : ['cut short: readable up to its last block']),
    tape.gaps > 0 ? `${formatCount(tape.gaps, 'thing')} not captured (%tape gaps)` : 'nothing left out',
  ].join(' · ');

export const showTapes = (tapes: readonly TapeReport[], style: TextStyle): DisplayOutput =>
  table(
    [
      { head: 'tape', cell: (tape: TapeReport) => tape.tape },
      { head: 'target', cell: (tape) => tape.target, flexible: true },
      { head: 'recorded', cell: (tape) => tape.createdAt.slice(0, 19).replace('T', ' ') },
      { head: 'length', cell: (tape) => formatDuration(tape.duration), right: true },
      { head: 'calls', cell: (tape) => tape.calls.toLocaleString('en-US'), right: true },
      {
        head: 'failed',
        cell: (tape) => tape.failed.toLocaleString('en-US'),
        right: true,
        tone: (tape) => (tape.failed > 0 ? 'bad' : undefined),
      },
      {
        head: 'gaps',
        cell: (tape) => String(tape.gaps),
        right: true,
        tone: (tape) => (tape.gaps > 0 ? 'warn' : undefined),
      },
      { head: 'size', cell: (tape) => formatBytes(tape.bytes), right: true },
    ],
    tapes,
    style,
    { empty: 'no tape yet; %record makes one' },
  );

export const showTape = (tape: TapeReport, style: TextStyle): DisplayOutput =>
  fields(
    [
      ['path', tape.path],
      ['target', `${tape.target} (Node ${tape.runtime})`],
      ['recorded', `${tape.createdAt}, ${formatDuration(tape.duration)}`],
      ['scope', tape.scope.join(', ') || 'own modules'],
      [
        'calls',
        `${tape.calls.toLocaleString('en-US')}, ${tape.roots.toLocaleString('en-US')} of them root calls, ${tape.failed.toLocaleString('en-US')} failed`,
      ],
      ['events', `${tape.events.toLocaleString('en-US')}, ${formatBytes(tape.bytes)}`],
      [
        'marks',
        tape.marks.length > 0
          ? tape.marks.map((mark) => `${mark.name} at ${formatDuration(mark.at)}`).join(', ')
          : undefined,
      ],
      ['gaps', tape.gaps > 0 ? `${tape.gaps}; %tape gaps names them` : 'none'],
      ['dropped', tape.dropped > 0 ? formatCount(tape.dropped, 'event') : undefined],
      ['closed', tape.complete ? 'yes' : 'no: readable up to its last complete block'],
    ],
    style,
    `tape ${tape.tape}`,
  );

export const showGaps = (gaps: readonly Gap[], style: TextStyle): DisplayOutput =>
  table(
    [
      {
        head: 'not captured',
        cell: (gap: Gap) => gap.reason + (gap.detail === '' ? '' : `: ${gap.detail}`),
        flexible: true,
      },
      { head: 'place', cell: (gap) => gap.place },
      {
        head: 'calls',
        cell: (gap) => (gap.calls === undefined ? 'whole tape' : gap.calls.length.toLocaleString('en-US')),
        right: true,
      },
    ],
    gaps,
    style,
    { empty: 'nothing was left out', notes: remediesOf(gaps) },
  );

/** Each remedy once and whole, below the table: a column would cut it. */
function remediesOf(gaps: readonly Gap[]): readonly string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { remedy, reason } of gaps) reasons.set(remedy, (reasons.get(remedy) ?? new Set()).add(reason));
  return [...reasons].map(([remedy, of]) => `${[...of].join(', ')}: ${remedy}`);
}

export function showCalls(list: CallList, style: TextStyle): DisplayOutput {
  const more = list.total - list.calls.length;
  const shown = table(
    [
      { head: 'call', cell: (call: CallSummary) => `#${call.call}`, right: true },
      { head: 'at', cell: (call) => formatDuration(call.start / 1000), right: true },
      { head: 'name', cell: (call) => call.name, flexible: true },
      { head: 'kind', cell: (call) => call.kind, tone: () => 'dim' },
      {
        head: 'took',
        cell: (call) => (call.duration === undefined ? 'open' : formatDuration(call.duration / 1000)),
        right: true,
      },
      {
        head: 'result',
        cell: (call) => call.error ?? (call.status === undefined ? 'ok' : String(call.status)),
        tone: (call) => (call.failed ? 'bad' : undefined),
        flexible: true,
      },
    ],
    list.calls,
    style,
    {
      empty: 'no such call',
      notes:
        more > 0
          ? [
              `… ${more.toLocaleString('en-US')} more of ${list.total.toLocaleString('en-US')}; --offset and --limit show them`,
            ]
          : [],
    },
  );
  const spans = list.calls.map((call) => ({
    lane: call.kind,
    label: `#${call.call} ${call.name}`,
    start: call.start / 1000,
    duration: (call.duration ?? 0) / 1000,
    failed: call.failed,
  }));
  return list.calls.length > 1 ? { data: { ...shown.data, ...timeline(spans) } } : shown;
}

export const callLine = (call: CallSummary): string =>
  `call #${call.call} ${call.name}  →  ${call.error ?? (call.status === undefined ? 'returned' : String(call.status))}`;

const named = (values: readonly { readonly name: string; readonly preview: string }[]): readonly string[] =>
  values.map(({ name, preview }) => `      ${name} = ${oneLine(preview)}`);

const divergenceLines = (divergence: Divergence): readonly string[] => [
  `first divergence: ${divergence.what} at ${divergence.place}${divergence.call === undefined ? '' : ` in call #${divergence.call}`} (position ${divergence.position})`,
  `      expected ${oneLine(divergence.expected)}`,
  `      actual   ${oneLine(divergence.actual)}`,
];

export function showCall(report: CallReport, style: TextStyle): DisplayOutput {
  const tone = report.outcome === 'exact' ? 'good' : report.outcome === 'diverged' ? 'bad' : 'warn';
  const lines = [
    paint(style, report.call.failed ? 'bad' : 'title', callLine(report.call)),
    ...(report.error
      ? [
          ` ${report.error.place}  ${report.error.name}: ${report.error.message}`,
          ...report.error.codeFrame
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => ` ${line}`),
        ]
      : [` ${oneLine(report.result)}`]),
    ...named(report.locals),
    ...(report.divergence ? divergenceLines(report.divergence) : []),
    ...(report.gap ? [`gap: ${report.gap.reason} at ${report.gap.place}; ${report.gap.remedy}`] : []),
    `replay ${paint(style, tone, report.outcome)} · ${formatCount(report.asks, 'ask')} checked · ${formatDuration(report.ms)}`,
  ];
  return { data: { 'text/plain': lines.join('\n') } };
}

export const showMoment = (moment: MomentReport): DisplayOutput => ({
  data: {
    'text/plain': [
      `at ${formatDuration(moment.at)}  ${moment.place}  position ${moment.position}${moment.call ? `  ${callLine(moment.call)}` : ''}`,
      ...moment.codeFrame.split('\n').filter((line) => line !== ''),
      ...named(moment.locals),
      ...moment.state.flatMap(({ module, variables }) => [module, ...named(variables)]),
    ].join('\n'),
  },
});

export function showCheck(check: CheckReport, style: TextStyle): DisplayOutput {
  const kinds = Object.entries(check.byKind).map(([kind, counts]) => ({ kind, ...counts }));
  const shown = table(
    [
      { head: 'kind', cell: (row: (typeof kinds)[number]) => row.kind },
      { head: 'calls', cell: (row) => row.calls.toLocaleString('en-US'), right: true },
      { head: 'exact', cell: (row) => row.exact.toLocaleString('en-US'), right: true, tone: () => 'good' },
      {
        head: 'diverged',
        cell: (row) => row.diverged.toLocaleString('en-US'),
        right: true,
        tone: (row) => (row.diverged > 0 ? 'bad' : undefined),
      },
      {
        head: 'gapped',
        cell: (row) => row.gapped.toLocaleString('en-US'),
        right: true,
        tone: (row) => (row.gapped > 0 ? 'warn' : undefined),
      },
    ],
    kinds,
    style,
    {
      caption: `tape ${check.tape}: ${check.exact.toLocaleString('en-US')} of ${formatCount(check.calls, 'root call')} exact, ${check.diverged} diverged, ${check.gapped} gapped, in ${formatDuration(check.ms)}`,
      empty: '',
      notes: [
        ...check.gaps.map((gap) => `gap: ${gap.reason} at ${gap.place} (${formatCount(gap.calls, 'call')})`),
        ...check.divergences.slice(0, 5).flatMap(divergenceLines),
      ],
    },
  );
  return shown;
}

/** What a changed replay rests on beyond the recorded answers of each call. */
const assumptions = ({ unanswered, unfinished, borrowed }: WithReport['modified']): readonly string[] => [
  ...(borrowed > 0 ? [`${formatCount(borrowed, 'call')} used an answer of another call`] : []),
  ...(unanswered > 0
    ? [`${formatCount(unanswered, 'call')} asked something that the tape does not answer: no result`]
    : []),
  ...(unfinished > 0 ? [`${formatCount(unfinished, 'call')} did not come to an end`] : []),
];

export const showWith = (report: WithReport, style: TextStyle): DisplayOutput => ({
  data: {
    'text/plain': [
      paint(style, 'warn', 'counterfactual: what would have happened'),
      `original  ${report.original.failed.toLocaleString('en-US')} failed of ${formatCount(report.original.calls, 'call')} · modified  ${report.modified.failed.toLocaleString('en-US')} failed · ${formatCount(report.changedResults, 'result')} changed`,
      ...assumptions(report.modified),
      ...(report.divergence ? divergenceLines(report.divergence) : ['no difference']),
    ].join('\n'),
  },
});
