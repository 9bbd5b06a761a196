// Cuts the text of a magic line into words, as a shell does: blanks divide, quotes hold together, `$(expr)` brings in
// a value. A word remembers where it stands, so that "the rest of the line" can be taken as written.
import { fail } from '../core/common/errors.ts';

/** Text, or the value of a `$(expr)`. */
export type LinePart = string | { readonly value: unknown };

export interface Word {
  /** Quotes removed, values as text. */
  readonly text: string;
  /** As written; values as JSON. */
  readonly raw: string;
  /** The value itself when the word is a lone `$(expr)`. */
  readonly value?: unknown;
  /** Offset in the text with values as JSON. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

export interface Line {
  /** Values as JSON. */
  readonly text: string;
  readonly words: readonly Word[];
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));
const asJson = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

export function cutLine(parts: readonly LinePart[]): Line {
  const words: Word[] = [];
  let text = '';
  let word: { text: string; start: number; quoted: boolean; values: unknown[]; plain: boolean } | undefined;
  let quote = '';
  const begin = () => (word ??= { text: '', start: text.length, quoted: false, values: [], plain: false });
  const finish = () => {
    if (!word) return;
    const lone = word.values.length === 1 && !word.plain && !word.quoted;
    words.push({
      text: word.text,
      raw: text.slice(word.start),
      start: word.start,
      end: text.length,
      quoted: word.quoted,
      ...(lone ? { value: word.values[0] } : {}),
    });
    word = undefined;
  };
  for (const part of parts) {
    if (typeof part !== 'string') {
      const current = begin();
      current.text += asText(part.value);
      current.values.push(part.value);
      text += asJson(part.value);
      continue;
    }
    for (let index = 0; index < part.length; index += 1) {
      const character = part[index]!;
      if (quote === '' && /\s/.test(character)) {
        finish();
        text += character;
        continue;
      }
      const current = begin();
      if (quote !== '' && character === quote) quote = '';
      else if (quote === '' && (character === '"' || character === "'") && !isApostrophe(current, part, index)) {
        quote = character;
        current.quoted = true;
      } else if (
        character === '\\' &&
        index + 1 < part.length &&
        (quote === '"' || (quote === '' && /[\s"'\\$]/.test(part[index + 1]!)))
      ) {
        text += character;
        index += 1;
        current.text += part[index]!;
        current.plain = true;
      } else {
        current.text += character;
        current.plain = true;
      }
      text += part[index]!;
    }
  }
  if (quote !== '') throw fail('DS6009', { what: 'a quote', line: text, closing: quote });
  finish();
  return { text, words };
}

// `don't` within a word is no opening quote unless it is closed within the same part.
const isApostrophe = (word: { text: string }, part: string, index: number): boolean =>
  /\w$/.test(word.text) && part.indexOf(part[index]!, index + 1) === -1;

/**
 * Finds the `$(expr)`s of a line: texts and expressions alternating, beginning with a text.
 * `\$(` is a plain `$(`.
 */
export function splitInterpolations(line: string): {
  readonly texts: readonly string[];
  readonly expressions: readonly string[];
} {
  const texts: string[] = [];
  const expressions: string[] = [];
  let text = '';
  for (let index = 0; index < line.length; index += 1) {
    if (line.startsWith('\\$(', index)) {
      text += '$(';
      index += 2;
    } else if (line.startsWith('$(', index)) {
      const end = closingBracket(line, index + 1);
      if (end === -1) throw fail('DS6009', { what: '$(', line: line.trim(), closing: ')' });
      texts.push(text);
      expressions.push(line.slice(index + 2, end));
      text = '';
      index = end;
    } else text += line[index];
  }
  return { texts: [...texts, text], expressions };
}

/** Offset of the bracket that closes the one at `open`; brackets within quotes do not count. -1 when there is none. */
export function closingBracket(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"' || character === "'" || character === '`') {
      index = closingQuote(text, index);
      if (index === -1) return -1;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

/** Offset of the quote that closes the one at `open`, or -1. */
export function closingQuote(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === text[open]) return index;
  }
  return -1;
}
