// Spans over time as a chart for notebooks (Vega-Lite v5, which is what JupyterLab draws). Terminals show the table.
import type { MimeBundle } from '../../core/sandbox/ports.ts';

export const vegaLite = 'application/vnd.vegalite.v5+json';
const schema = 'https://vega.github.io/schema/vega-lite/v5.json';

export interface Span {
  readonly lane: string;
  readonly label: string;
  /** Milliseconds. */
  readonly start: number;
  readonly duration: number;
  readonly failed: boolean;
}

export const timeline = (spans: readonly Span[]): MimeBundle => ({
  [vegaLite]: {
    $schema: schema,
    width: 700,
    data: {
      values: spans.map((span) => ({
        ...span,
        end: span.start + span.duration,
        result: span.failed ? 'failed' : 'ok',
      })),
    },
    mark: { type: 'bar', minBandSize: 6, tooltip: true, stroke: 'white', strokeWidth: 0.5 },
    encoding: {
      x: { field: 'start', type: 'quantitative', title: 'ms since the start of the tape' },
      x2: { field: 'end' },
      y: { field: 'lane', type: 'nominal', title: null },
      color: {
        field: 'result',
        type: 'nominal',
        title: null,
        scale: { domain: ['ok', 'failed'], range: ['#4c78a8', '#d1342f'] },
      },
      tooltip: [{ field: 'label' }, { field: 'start', format: '.2f' }, { field: 'duration', format: '.3f' }],
    },
  },
});

export interface Interval {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Points with their intervals, and a rule at 1: ratios. */
export const ratioChart = (intervals: readonly Interval[], title: string): MimeBundle => ({
  [vegaLite]: {
    $schema: schema,
    width: 500,
    data: { values: intervals },
    encoding: { y: { field: 'label', type: 'nominal', title: null } },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 3 },
        encoding: { x: { field: 'low', type: 'quantitative', title, scale: { zero: false } }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 90, tooltip: true },
        encoding: { x: { field: 'value', type: 'quantitative' } },
      },
      {
        mark: { type: 'rule', strokeDash: [4, 4] },
        encoding: { x: { datum: 1, type: 'quantitative' }, y: { value: 0 }, y2: { value: { expr: 'height' } } },
      },
    ],
  },
});
