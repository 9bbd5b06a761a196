import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { toCellError, showCellError } from '../../../src/magics/display/errors.ts';
import { cutText, oneLine, plainStyle, styleOf, textWidth } from '../../../src/magics/display/style.ts';
import { table } from '../../../src/magics/display/table.ts';
import { showGaps } from '../../../src/magics/display/tapes.ts';
import { showValue } from '../../../src/magics/display/value.ts';
import { fail } from '../../../src/core/common/errors.ts';

const rows = [
  { name: 'short', size: 1 },
  { name: 'x'.repeat(200), size: 1000 },
];
const columns = [
  { head: 'name', cell: (row: (typeof rows)[number]) => row.name, flexible: true },
  { head: 'size', cell: (row: (typeof rows)[number]) => String(row.size), right: true },
];
const text = (width: number, color = false) => String(table(columns, rows, { width, color }).data['text/plain']);

describe('a table', () => {
  test('fits the terminal, and numbers stay whole', () => {
    for (const width of [30, 60, 120]) {
      for (const line of text(width).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
      expect(text(width)).toContain('1000');
    }
  });

  test('of many columns fits too', () => {
    const wide = ['tape', 'target', '2026-11-25 04:54:46', '9.6 s', '6,748', '13', '2', '755 KB'];
    const many = wide.map((each, index) => ({ head: each, cell: () => each, flexible: index === 1 }));
    const lines = String(table(many, [0], { width: 60, color: false }).data['text/plain']).split('\n');
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(60);
    expect(lines[1]).toContain('755 KB');
  });

  test('is the same with colours, when they are taken away', () => {
    expect(text(60, true)).not.toBe(text(60));
    expect(stripVTControlCharacters(text(60, true))).toBe(text(60));
  });

  test('keeps what a target holds from drawing or scripting', () => {
    const evil = table(
      [{ head: 'v', cell: (value: string) => value }],
      ['<img src=x onerror=alert(1)>\u001b[2J\n2'],
      plainStyle,
    ).data;
    expect(String(evil['text/html'])).not.toContain('<img');
    expect(String(evil['text/plain'])).not.toContain('\u001b');
    expect(String(evil['text/plain']).split('\n')).toHaveLength(2);
  });
});

test('what to do about gaps is told once and whole, however narrow the terminal', () => {
  const remedy = 'record from the start of the app with devsandbox record, or leave the place out with --scope';
  const gap = (reason: string, place: string, how = remedy) => ({
    reason,
    place,
    detail: '',
    calls: undefined,
    remedy: how,
  });
  const gaps = [
    gap('private', 'a.ts:1'),
    gap('closure', 'b.ts:2'),
    gap('private', 'c.ts:3'),
    gap('cut', 'end', 'stop'),
  ];
  const lines = String(showGaps(gaps, { width: 60, color: false }).data['text/plain']).split('\n');
  expect(lines.slice(5)).toEqual([`private, closure: ${remedy}`, 'cut: stop']);
});

test('values stay on a line while they fit', () => {
  expect(showValue({ a: 1, 'b-c': [true, null, "it's"] }, plainStyle)).toBe("{ a: 1, 'b-c': [true, null, 'it\\'s'] }");
  expect(showValue({ list: ['x'.repeat(60), 'y'.repeat(60)] }, plainStyle).split('\n')).toHaveLength(6);
  expect(
    showValue(
      Array.from({ length: 300 }, (_, index) => index),
      plainStyle,
    ),
  ).toContain('… 200 more');
});

test('widths count columns, not characters', () => {
  expect([textWidth('abc'), textWidth('日本'), textWidth('e\u0301'), textWidth('\u001b[31mred\u001b[39m')]).toEqual([
    3, 4, 1, 3,
  ]);
  expect(cutText('日本語です', 6)).toBe('日本…');
  expect(oneLine('a\nb\u001b[31m')).toBe('a⏎b�[31m');
});

test('colours are for terminals that want them', () => {
  expect(styleOf({ isTTY: true, columns: 90 }, {})).toEqual({ width: 90, color: true });
  expect(styleOf({ isTTY: true }, { NO_COLOR: '1' }).color).toBe(false);
  expect(styleOf({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }).color).toBe(false);
  expect(styleOf({ isTTY: true }, { NO_COLOR: '' }).color).toBe(true);
  expect(styleOf({}, {}).color).toBe(false);
});

test('errors of ours are one line; those of a cell show the place', () => {
  expect(showCellError(toCellError(fail('DS1003')), plainStyle)).toBe(
    'DS1003 no target is attached; attach one with %attach PID or --attach PID',
  );
  const shown = showCellError(toCellError(new TypeError('x is not a function')), plainStyle);
  expect(shown).toMatch(/^DS6099 .*x is not a function; /);
  expect(shown).not.toContain('\n');
  expect(
    showCellError(
      {
        name: 'TypeError',
        message: 'no',
        frames: [{ file: 'cell 3', line: 1, column: 2 }],
        codeFrame: '> 1 | a()\n    | ^',
      },
      plainStyle,
    ),
  ).toBe('TypeError: no\n> 1 | a()\n    | ^\n    at (cell 3:1:2)');
});
