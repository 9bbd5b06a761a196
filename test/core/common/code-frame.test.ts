import { expect, test } from 'vitest';
import { codeFrame, placeAt } from '../../../src/core/common/code-frame.ts';

test('two lines before, one after, a marker below the column', () => {
  const source = 'a\nb\nc\n\tdee(f)\ng\nh';
  expect(codeFrame(source, { line: 4, column: 2 })).toBe('  2 | b\n  3 | c\n> 4 | \tdee(f)\n    | \t^\n  5 | g');
});

test('a place outside of the source has no frame', () => {
  expect(codeFrame('a', { line: 2, column: 1 })).toBe('');
});

test('numbers are aligned', () => {
  const source = Array.from({ length: 12 }, (_, index) => `line${index + 1}`).join('\n');
  expect(codeFrame(source, { line: 10, column: 1 })).toBe(
    '   8 | line8\n   9 | line9\n> 10 | line10\n     | ^\n  11 | line11',
  );
});

test('offsets become lines and columns from 1', () => {
  expect(placeAt('ab\ncd', 4)).toEqual({ line: 2, column: 2 });
  expect(placeAt('ab', 0)).toEqual({ line: 1, column: 1 });
  expect(placeAt('ab\n', 99)).toEqual({ line: 2, column: 1 });
});
