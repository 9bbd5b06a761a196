// Whether a cell can be run as it stands: what a terminal asks at the end of a line.
import { findProblem } from './parse.ts';

export interface Completeness {
  readonly status: 'complete' | 'incomplete' | 'invalid';
  readonly indent: string;
}

export function readCompleteness(code: string): Completeness {
  if (code.trim() === '') return { status: 'complete', indent: '' };
  const problem = findProblem(code);
  if (!problem || findProblem(`(${code}\n)`) === undefined) return { status: 'complete', indent: '' };
  if (!isUnfinished(code, problem.message, problem.offset)) return { status: 'invalid', indent: '' };
  return { status: 'incomplete', indent: nextIndent(code) };
}

/** The reading stopped at the end, or in something whose end has not come. */
function isUnfinished(code: string, message: string, offset: number): boolean {
  const end = code.trimEnd().length;
  if (/unterminated/i.test(message))
    return (
      /comment|template/i.test(message) ||
      code.slice(offset).startsWith('`') ||
      code.slice(offset).startsWith('/*') ||
      openAtEnd(code)
    );
  return offset >= end || /EOF|end of file/i.test(message) || openAtEnd(code);
}

interface Scan {
  readonly depth: number;
  readonly inside: 'code' | 'template' | 'comment' | 'string';
}

/** Brackets that are open at the end, strings and comments left out. */
function scan(code: string): Scan {
  const open: string[] = [];
  let at = 0;
  const top = (): string | undefined => open.at(-1);
  while (at < code.length) {
    const char = code[at]!;
    if (top() === '`') {
      if (char === '\\') at += 1;
      else if (char === '`') open.pop();
      else if (char === '$' && code[at + 1] === '{') {
        open.push('{');
        at += 1;
      }
    } else if (char === '/' && code[at + 1] === '/') {
      const end = code.indexOf('\n', at);
      at = end === -1 ? code.length : end;
    } else if (char === '/' && code[at + 1] === '*') {
      const end = code.indexOf('*/', at + 2);
      if (end === -1) return { depth: open.length, inside: 'comment' };
      at = end + 1;
    } else if (char === '"' || char === "'") {
      const end = stringEnd(code, at);
      if (end === -1) return { depth: open.length, inside: 'string' };
      at = end;
    } else if ('({[`'.includes(char)) open.push(char);
    else if (')}]'.includes(char)) open.pop();
    at += 1;
  }
  return { depth: open.length, inside: open.includes('`') && top() === '`' ? 'template' : 'code' };
}

function stringEnd(code: string, start: number): number {
  for (let at = start + 1; at < code.length && code[at] !== '\n'; at += 1) {
    if (code[at] === '\\') at += 1;
    else if (code[at] === code[start]) return at;
  }
  return -1;
}

function openAtEnd(code: string): boolean {
  const { depth, inside } = scan(code);
  if (inside === 'string') return false;
  if (inside !== 'code') return true;
  if (depth === 0) return false;
  // Open brackets alone do not make it right so far: closing them must leave no error before the end.
  const closing = closers(code);
  const problem = findProblem(`${code}\n${closing}`);
  return !problem || problem.offset >= code.trimEnd().length;
}

function closers(code: string): string {
  const open: string[] = [];
  const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
  for (const char of code.replace(
    /\/\/.*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    '',
  )) {
    if (char in pairs) open.push(pairs[char]!);
    else if (')]}'.includes(char)) open.pop();
  }
  return open.toReversed().join('');
}

/** As the last line, and two more when it opens something. */
function nextIndent(code: string): string {
  const line = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(line)![0];
  return scan(code).inside === 'code' && /[({[]\s*(\/\/.*)?$/.test(line) ? `${indent}  ` : indent;
}
