// How text is laid out and coloured for whoever looks: a terminal of some width, or a file without colours.
import { stripVTControlCharacters, styleText } from 'node:util';

export interface TextStyle {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}

export const plainStyle: TextStyle = { width: 100, color: false };

/** NO_COLOR (any value but an empty one) and a stream that is no terminal switch colours off; FORCE_COLOR on. */
export function styleOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): TextStyle {
  const never = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  const always = !['', '0', 'false', undefined].includes(environment['FORCE_COLOR']);
  return {
    width: stream.columns && stream.columns > 20 ? stream.columns : plainStyle.width,
    color: !never && (always || stream.isTTY === true),
  };
}

type Look = Parameters<typeof styleText>[0];
const looks = {
  name: 'cyan',
  number: 'yellow',
  text: 'green',
  dim: 'dim',
  bad: 'red',
  good: 'green',
  warn: 'yellow',
  title: 'bold',
  error: ['red', 'bold'],
} satisfies Record<string, Look>;

export const paint = (style: TextStyle, look: keyof typeof looks, text: string): string =>
  style.color && text !== '' ? styleText(looks[look], text, { validateStream: false }) : text;

const wide = /\p{Emoji_Presentation}|[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦]/u;
const zero = /\p{Mark}|\p{Cf}/u;

/** Columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text))
    width += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** At most `width` columns; what is longer ends in `…`. Expects text without colours, on one line. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const character of text) {
    const next = textWidth(character);
    if (used + next > width - 1) break;
    used += next;
    kept += character;
  }
  return `${kept}…`;
}

/** Control characters made visible, so that nothing a target holds can move the cursor or change colours. */
export const oneLine = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => ({ '\n': '⏎', '\t': '→', '\r': '␍' })[character] ?? '�',
  );
