// What a cell is made of: a magic with a body (`%%name`), a question (`?name`), nothing but magic lines, plain code, or
// code with magic lines among it. Lines of magics are told from code by how they begin; see scan.ts.
import { linesInCode } from './scan.ts';
import { splitInterpolations } from './words.ts';

/** `%name rest`, from the name on, perhaps with the variable that takes its data. */
export interface MagicLine {
  /** From 1. */
  readonly line: number;
  /** `record start --scope src/**` */
  readonly text: string;
  /** What stands before the `%`, without the `=`: `const found`. */
  readonly assign: string | undefined;
}

export type Cell =
  | { readonly kind: 'body'; readonly magic: MagicLine; readonly body: string }
  | { readonly kind: 'question'; readonly name: string; readonly deep: boolean }
  | { readonly kind: 'magics'; readonly magics: readonly MagicLine[] }
  | { readonly kind: 'code'; readonly code: string }
  /** `endsInMagic`: the last statement is a magic, whose data are the cell's value. */
  | {
      readonly kind: 'mixed';
      readonly code: string;
      readonly magics: readonly MagicLine[];
      readonly endsInMagic: boolean;
    };

const magicStart = /^(\s*)%([A-Za-z]\w*)(?![\w])(.*)$/s;
const assignedMagic =
  /^(\s*)((?:(?:const|let|var)\s+)?[A-Za-z_$][\w$.[\]'"]*(?:\s*:\s*[^=]+?)?)\s*=\s*%([A-Za-z]\w*)(.*)$/s;

export function readCell(source: string): Cell {
  const body = /^\s*%%([A-Za-z]\w*)([^\n]*)(?:\n([\s\S]*))?$/.exec(source);
  if (body) {
    const line = source.slice(0, source.indexOf('%%')).split('\n').length;
    return {
      kind: 'body',
      magic: { line, text: `${body[1]}${body[2]}`.trim(), assign: undefined },
      body: body[3] ?? '',
    };
  }
  const question =
    /^\s*(\?{1,2})\s*([^\s?][^\n]*?)\s*;?\s*$/.exec(source) ?? /^\s*([^\s?][^\n?]*?)(\?{1,2})\s*$/.exec(source);
  if (question && !source.includes('\n', source.trimEnd().length - 1)) {
    const [marks, name] = question[1]!.startsWith('?') ? [question[1]!, question[2]!] : [question[2]!, question[1]!];
    if (/^[%\w$#@/.[\]'"() -]+$/.test(name)) return { kind: 'question', name: name.trim(), deep: marks.length === 2 };
  }
  if (!source.includes('%')) return { kind: 'code', code: source };
  return readLines(source);
}

function readLines(source: string): Cell {
  const lines = source.split('\n');
  const inCode = linesInCode(source, isMagicLine);
  const magics: MagicLine[] = [];
  let onlyMagics = true;
  let lastIsMagic = false;
  for (const [index, line] of lines.entries()) {
    const magic = inCode[index] ? readMagicLine(line, index + 1) : undefined;
    if (magic) {
      magics.push(magic);
      lastIsMagic = true;
    } else if (!/^\s*(?:\/\/.*)?$/.test(line)) {
      onlyMagics = false;
      lastIsMagic = false;
    }
  }
  if (magics.length === 0) return { kind: 'code', code: source };
  if (onlyMagics) return { kind: 'magics', magics };
  const last = magics.at(-1)!;
  const endsInMagic = lastIsMagic && last.assign === undefined && !/^\s/.test(lines[last.line - 1]!);
  const rewritten = lines.map((line, index) => {
    const magic = magics.find((each) => each.line === index + 1);
    return magic ? rewriteLine(line, magic, magic === last && endsInMagic) : line;
  });
  return { kind: 'mixed', code: rewritten.join('\n'), magics, endsInMagic };
}

const isMagicLine = (line: string): boolean => readMagicLine(line.replace(/^(\s*)%%/, '$1%'), 0) !== undefined;

function readMagicLine(line: string, number: number): MagicLine | undefined {
  const plain = magicStart.exec(line);
  if (plain) return { line: number, text: `${plain[2]}${plain[3]}`.trim(), assign: undefined };
  const assigned = assignedMagic.exec(line);
  if (assigned) return { line: number, text: `${assigned[3]}${assigned[4]}`.trim(), assign: assigned[2]!.trim() };
  return undefined;
}

/** How a magic's result is used: shown at once, shown as the cell's value, or kept in a variable. */
export type LineUse = 'show' | 'value' | 'assign';

// One line stays one line, so that positions in errors stay right.
function rewriteLine(line: string, magic: MagicLine, isValue: boolean): string {
  const indent = /^\s*/.exec(line)![0];
  const { texts, expressions } = splitInterpolations(magic.text);
  const parts = texts.flatMap((text, index) => [
    JSON.stringify(text),
    ...(index < expressions.length ? [`{ value: (${expressions[index]}) }`] : []),
  ]);
  const use: LineUse = magic.assign !== undefined ? 'assign' : isValue ? 'value' : 'show';
  const call = `await session.line([${parts.join(', ')}], ${JSON.stringify(use)}, ${magic.line})`;
  return magic.assign === undefined ? `${indent};${call};` : `${indent}${magic.assign} = ${call};`;
}

/** The same text with magic lines turned into comments of the same length. */
export function blankMagics(source: string): string {
  if (!source.includes('%')) return source;
  const inCode = linesInCode(source, isMagicLine);
  return source
    .split('\n')
    .map((line, index) =>
      inCode[index] && readMagicLine(line.replace(/^(\s*)%%/, '$1%'), index + 1)
        ? '//'.padEnd(line.length).slice(0, line.length)
        : line,
    )
    .join('\n');
}
