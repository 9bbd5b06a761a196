import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toCodePoints, toUtf16 } from '../../src/kernel/cursor.ts';

it('counts an emoji as one for Jupyter and two for JavaScript', () => {
  expect(toUtf16('"😀".le', 6)).toBe(7);
  expect(toCodePoints('"😀".le', 7)).toBe(6);
});

it('agrees with the list of code points, for any text and position', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, position) => {
      const points = Array.from(text);
      const at = Math.min(position, points.length);
      expect(toUtf16(text, position)).toBe(points.slice(0, at).join('').length);
      expect(toCodePoints(text, toUtf16(text, position))).toBe(at);
    }),
  );
});
