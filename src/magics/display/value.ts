// JSON data as people read values: keys bare where they can be, on one line while it fits.
import { cutText, paint, textWidth, type TextStyle } from './style.ts';

const limits = { items: 100, depth: 6, text: 10_000 };

export const showValue = (value: unknown, style: TextStyle): string => show(value, style, 0, 0);

function show(value: unknown, style: TextStyle, indent: number, depth: number): string {
  if (typeof value === 'string')
    return paint(
      style,
      'text',
      depth === 0 && value.length > limits.text ? cutText(quote(value), limits.text) : quote(value),
    );
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return paint(style, 'number', String(value));
  if (value === null || value === undefined) return paint(style, 'dim', String(value));
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  if (depth >= limits.depth) return paint(style, 'dim', isList ? '[…]' : '{…}');
  const entries = isList
    ? value.map((item) => ['', item] as const)
    : Object.entries(value).filter(([, item]) => item !== undefined);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return `${open}${close}`;
  const parts = entries
    .slice(0, limits.items)
    .map(([key, item]) => `${isList ? '' : `${showKey(key, style)}: `}${show(item, style, indent + 2, depth + 1)}`);
  if (entries.length > limits.items) parts.push(paint(style, 'dim', `… ${entries.length - limits.items} more`));
  const line = isList ? `${open}${parts.join(', ')}${close}` : `${open} ${parts.join(', ')} ${close}`;
  if (!line.includes('\n') && textWidth(line) + indent <= style.width) return line;
  const pad = ' '.repeat(indent + 2);
  return `${open}\n${parts.map((part) => `${pad}${part}`).join(',\n')}\n${' '.repeat(indent)}${close}`;
}

const quote = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const showKey = (key: string, style: TextStyle): string =>
  paint(style, 'name', /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key));
