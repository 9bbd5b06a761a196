// Expressions of the generated programs. None grows without end and none asks an object for its text.
import fc from 'fast-check';

const leaf = fc.constantFrom(
  '1',
  "'q'",
  'null',
  'undefined',
  '-0',
  'NaN',
  '7n',
  'unique',
  'a',
  'b',
  'c',
  'd',
  'count',
  'text',
  'last',
  'list.length',
  'list.at(-1)',
  "map.get('k')",
  'node.v',
  'node',
  'box',
  'box.sum',
  'box.double',
  'num()',
  'pair()',
  'any()',
  'same()',
  'same().n',
  'thing()',
  'thing().size',
  'thing().label',
  'thing().read()',
  'thing().read(a)',
  'Math.random() < 0.5',
  'Date.now() % 5',
  'new Date().getTime() > 0',
  'ask(a)',
  'f0',
  'kept[0]',
);

const { value } = fc.letrec<{ value: string }>((tie) => {
  const inner = tie('value');
  const of = (make: (x: string, y: string) => string): fc.Arbitrary<string> =>
    fc.tuple(inner, inner).map(([x, y]) => make(x, y));
  return {
    value: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { weight: 6, arbitrary: leaf },
      { weight: 1, arbitrary: of((x, y) => `add(${x}, ${y})`) },
      { weight: 1, arbitrary: of((x) => `\`\${str(${x})}\``) },
      { weight: 1, arbitrary: of((x, y) => `[${x}, ${y}]`) },
      { weight: 1, arbitrary: of((x, y) => `{ x: ${x}, y: ${y} }`).map((text) => `(${text})`) },
      {
        weight: 1,
        arbitrary: of((x) => `({ ...pair(), a, m() { return this.a; }, get g() { return count; }, z: ${x} }).m()`),
      },
      { weight: 1, arbitrary: of((x, y) => `(${x} ?? ${y})`) },
      { weight: 1, arbitrary: of((x, y) => `(${x} === ${y})`) },
      { weight: 1, arbitrary: of((x) => `(${x})?.n`) },
      { weight: 1, arbitrary: of((x) => `typeof ${x}`) },
      { weight: 1, arbitrary: of((x) => `fill({ x: ${x} })`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '[...box]',
          '[...gen(2, a)]',
          '[...thing()].length',
          'Object.keys(pair())',
          'Object.entries(node).length',
          'box instanceof Wide',
          "'v' in node",
          'new Box(count)',
          '({ ...thing() }) === a',
          'reenter(1, a)',
          'reenter(3, count)',
          '[...new Set([a, b])].length',
          'structuredClone === undefined',
          'Array.isArray(a)',
          '(() => { try { return a.n.n; } catch (e) { return e; } })()',
        ),
      },
    ),
  };
});

const place = fc.constantFrom('a', 'b', 'c', 'd', 'last', 'text', 'node.v', 'box.sum');
const truth = fc.constantFrom(
  'a',
  'count % 2 === 0',
  'Math.random() < 0.5',
  'num() % 2',
  'list.length > 1',
  'last === a',
  "typeof b === 'function'",
  'thing().size % 2',
  'box instanceof Wide',
);
const thrown = fc.constantFrom(
  "new Error('thrown')",
  "new Oops('own', a)",
  "'text'",
  '7',
  'undefined',
  'node',
  'last',
  "new TypeError('cause', { cause: a })",
);
const pattern = fc.constantFrom(
  '({ n: a, ...b } = pair());',
  '({ size: c, label: d = 1 } = thing());',
  '[a, ...b] = [...list, 1];',
  '[c, d = a] = thing();',
  '({ v: node.v, next: { v: c } = {} } = node);',
  '{ const { n, list: [first, second = first] } = pair(); c = [n, first, second]; }',
  'if (typeof b === "function") c = b(a, count);',
  'if (a && typeof a === "object") a.touched = count;',
  'thing().size = count;',
);

export const expressions = { value, place, truth, thrown, pattern };
