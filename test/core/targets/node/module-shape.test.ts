import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../../src/core/targets/node/module-shape.ts';

describe('shapeOf', () => {
  it('tells names with their kinds and what stands behind exports', () => {
    const shape = shapeOf(
      "import d, { x as y } from 'm'; const { a, b: [c = 1, ...r] } = d; export let n = 1; var v; class K {} export { v as w, K }; export default function main() { let hidden; }",
      true,
    );
    expect(Object.fromEntries(shape.names)).toEqual({
      d: 'import',
      y: 'import',
      a: 'const',
      c: 'const',
      r: 'const',
      n: 'let',
      v: 'var',
      K: 'class',
      main: 'function',
    });
    expect(Object.fromEntries(shape.exports)).toEqual({ n: 'n', w: 'v', K: 'K', default: 'main' });
  });

  it('finds the function around a position, whether it is of the top level, and which names it hides', () => {
    const source =
      'let n = 0;\nfunction outer(p, { q }) {\n  const k = 1;\n  return () => { try { n++; } catch (e) {} };\n}\nconst o = { m(z) { return n; } };\n';
    const shape = shapeOf(source, false);
    const outer = shape.functionAt(1, 14)!;
    expect(outer.isTopLevel).toBe(true);
    expect([...outer.declares].toSorted()).toEqual(['e', 'k', 'p', 'q']);
    expect(shape.functionAt(3, 12)!.isTopLevel).toBe(false);
    expect(shape.functionAt(5, 14)).toMatchObject({ isTopLevel: true });
    expect(shape.functionAt(0, 0)).toBeUndefined();
    expect([...outer.declares]).not.toContain('outer');
  });

  it('reads CommonJS with a top-level return', () => {
    expect([...shapeOf('const x = 1; exports.f = () => x; if (x) return; let y;', false).names.keys()]).toEqual([
      'x',
      'y',
    ]);
  });
});
