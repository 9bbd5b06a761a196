import { describe, expect, test } from 'vitest';
import { blankMagics, readCell } from '../../src/magics/cell.ts';

describe('a cell', () => {
  test('of code stays as it is', () => {
    for (const code of [
      '1 + 1',
      'const a = 7 % 2;',
      'a\n  % b',
      '`\n%record\n`',
      '/*\n%record\n*/ 1',
      '"%record"',
      'x = a %b',
      'const r = /[`]/;\nlet y = 1',
      '`${`\n%a\n`}`\n',
    ]) {
      expect(readCell(code), code).toEqual({ kind: 'code', code });
    }
  });

  test('of magics alone needs no isolate', () => {
    expect(readCell('// first\n%record --scope src/**\n\n%status\n')).toEqual({
      kind: 'magics',
      magics: [
        { line: 2, text: 'record --scope src/**', assign: undefined },
        { line: 4, text: 'status', assign: undefined },
      ],
    });
    expect(readCell('const t = %tape list')).toEqual({
      kind: 'magics',
      magics: [{ line: 1, text: 'tape list', assign: 'const t' }],
    });
  });

  test('with both keeps its lines where they were', () => {
    const cell = readCell('const n = 3;\nfor (const i of [1]) {\n  %replay $(i + n) --on $(`t${n}`)\n}\n%status');
    if (cell.kind !== 'mixed') throw new Error(cell.kind);
    expect(cell.code.split('\n')).toEqual([
      'const n = 3;',
      'for (const i of [1]) {',
      '  ;await session.line(["replay ", { value: (i + n) }, " --on ", { value: (`t${n}`) }, ""], "show", 3);',
      '}',
      ';await session.line(["status"], "value", 5);',
    ]);
    expect(cell.endsInMagic).toBe(true);
  });

  test('keeps the data of a magic in a variable', () => {
    const cell = readCell('let x = 1;\nfound = %replay check\nfound.calls');
    expect(cell).toMatchObject({ kind: 'mixed', endsInMagic: false });
    expect((cell as { code: string }).code.split('\n')[1]).toBe(
      'found = await session.line(["replay check"], "assign", 2);',
    );
  });

  test('gives its body to a magic', () => {
    expect(readCell("\n%%replay with --at 1s\n{ 'a': {} }\n%x")).toEqual({
      kind: 'body',
      magic: { line: 2, text: 'replay with --at 1s', assign: undefined },
      body: "{ 'a': {} }\n%x",
    });
    expect(readCell('%%time')).toMatchObject({ kind: 'body', body: '' });
  });

  test('asks a question', () => {
    expect(readCell('?cart')).toEqual({ kind: 'question', name: 'cart', deep: false });
    expect(readCell('??src/cart.ts#total')).toEqual({ kind: 'question', name: 'src/cart.ts#total', deep: true });
    expect(readCell('cart.items?')).toEqual({ kind: 'question', name: 'cart.items', deep: false });
    expect(readCell('?%record')).toMatchObject({ name: '%record' });
    for (const code of ['a ? b : c', 'a?.b', 'a ??\nb', 'x ?? y']) expect(readCell(code).kind, code).toBe('code');
  });

  test('an open $( is DS6009', () => {
    expect(() => readCell('1;\n%replay $(x')).toThrow('DS6009 $( in "replay $(x" is not closed; add the missing )');
  });
});

test('blank magics keep every offset', () => {
  const code = 'let a = 1;\n  %status --json\nb = %tape\na.';
  expect(blankMagics(code)).toHaveLength(code.length);
  expect(
    blankMagics(code)
      .split('\n')
      .map((line) => line.slice(0, 3)),
  ).toEqual(['let', '//', '//', 'a.'].map((line) => (line === '//' ? '// ' : line)));
});
