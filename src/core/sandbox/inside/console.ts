// console, printed as Node prints it; every line reaches the host before the next statement runs.
import { format, inspect } from 'node-inspect-extracted';
import { ask } from './host.ts';

export type Stream = 'stdout' | 'stderr';

export const print = (stream: Stream, text: string): void => void ask('output', { stream, text });

let indent = '';
const counts = new Map<string, number>();
const times = new Map<string, number>();

const write = (stream: Stream, args: readonly unknown[]): void => {
  const text = format(...(args as [unknown, ...unknown[]]));
  print(stream, `${indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)}\n`);
};

function table(data: unknown, columns?: readonly string[]): void {
  if (typeof data !== 'object' || data === null) return write('stdout', [data]);
  const rows =
    data instanceof Map
      ? [...data]
      : data instanceof Set
        ? [...data.values()].map((value, index) => [index, value])
        : Object.entries(data);
  const shown: string[][] = [];
  const names: string[] = [];
  for (const [, row] of rows as [unknown, unknown][]) {
    if (typeof row === 'object' && row !== null)
      for (const key of columns ?? Object.keys(row)) if (!names.includes(key)) names.push(key);
  }
  const plain = (rows as [unknown, unknown][]).some(([, row]) => typeof row !== 'object' || row === null);
  for (const [key, row] of rows as [unknown, unknown][]) {
    const isObject = typeof row === 'object' && row !== null;
    const cells = names.map((name) =>
      isObject && Object.hasOwn(row, name) ? inspect((row as Record<string, unknown>)[name], { depth: 0 }) : '',
    );
    shown.push([String(key), ...cells, ...(plain ? [isObject ? '' : inspect(row)] : [])]);
  }
  const head = ['(index)', ...names, ...(plain ? ['Values'] : [])];
  const widths = head.map((title, index) => Math.max(title.length, ...shown.map((row) => row[index]!.length)) + 2);
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const text = (row: readonly string[]): string =>
    `│${row.map((cell, index) => ` ${cell.padEnd(widths[index]! - 1)}`).join('│')}│`;
  write('stdout', [
    [line('┌', '┬', '┐'), text(head), line('├', '┼', '┤'), ...shown.map(text), line('└', '┴', '┘')].join('\n'),
  ]);
}

const elapsed = (label: string): string => `${label}: ${(Date.now() - (times.get(label) ?? Date.now())).toFixed(0)}ms`;

export const cellConsole = {
  log: (...args: unknown[]): void => write('stdout', args),
  info: (...args: unknown[]): void => write('stdout', args),
  debug: (...args: unknown[]): void => write('stdout', args),
  warn: (...args: unknown[]): void => write('stderr', args),
  error: (...args: unknown[]): void => write('stderr', args),
  trace: (...args: unknown[]): void =>
    write('stderr', [`Trace: ${args.length > 0 ? format(...(args as [unknown])) : ''}`]),
  dir: (value: unknown, options?: object): void =>
    write('stdout', [inspect(value, { customInspect: false, ...options })]),
  dirxml: (...args: unknown[]): void => write('stdout', args),
  table,
  assert: (condition?: unknown, ...args: unknown[]): void => {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift('Assertion failed');
    write('stderr', args);
  },
  count: (label = 'default'): void => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    write('stdout', [`${label}: ${counts.get(label)}`]);
  },
  countReset: (label = 'default'): void => void counts.delete(label),
  group: (...args: unknown[]): void => {
    if (args.length > 0) write('stdout', args);
    indent += '  ';
  },
  groupCollapsed: (...args: unknown[]): void => cellConsole.group(...args),
  groupEnd: (): void => void (indent = indent.slice(2)),
  time: (label = 'default'): void => void times.set(label, Date.now()),
  timeLog: (label = 'default', ...args: unknown[]): void => write('stdout', [elapsed(label), ...args]),
  timeEnd: (label = 'default'): void => {
    write('stdout', [elapsed(label)]);
    times.delete(label);
  },
  clear: (): void => undefined,
};
