// A function as a person writes it, TypeScript perhaps, as JavaScript. Types become blanks, so that lines, columns and
// the text of what stays are as written: places of the new text are found again in the old one by their text.
import { stripTypeScriptTypes } from 'node:module';
import { transformSync } from 'oxc-transform';
import { fail } from '../common/errors.ts';

/** A text that is no expression is tried as a method, which is one in a class only. */
const wrappings = [
  ['(', '\n)'],
  ['class Variant {', '\n}'],
] as const;

/** @throws DS4021 when the text does not parse */
export function stripTypes(source: string, name: string): string {
  const text = source
    .trim()
    .replace(/;$/, '')
    .replace(/^export\s+(default\s+)?/, '');
  let problem = '';
  for (const [before, behind] of wrappings) {
    const parsed = transformSync(`${name}.ts`, before + text + behind, { lang: 'ts' });
    problem ||= parsed.errors[0]?.message ?? '';
    if (parsed.errors.length > 0) continue;
    return stripTypeScriptTypes(before + text + behind).slice(before.length, -behind.length);
  }
  throw fail('DS4021', { fn: name, problem });
}
