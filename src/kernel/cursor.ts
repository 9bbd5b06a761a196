// Jupyter counts a cursor in Unicode code points, JavaScript in UTF-16 units: they differ behind every emoji.

/** UTF-16 offset of a code point position; positions past the end give the end. */
export function toUtf16(code: string, codePoints: number): number {
  let offset = 0;
  for (let seen = 0; seen < codePoints && offset < code.length; seen++)
    offset += code.codePointAt(offset)! > 0xff_ff ? 2 : 1;
  return offset;
}

/** Code point position of a UTF-16 offset. */
export function toCodePoints(code: string, offset: number): number {
  let position = 0;
  for (let at = 0; at < Math.min(offset, code.length); position++) at += code.codePointAt(at)! > 0xff_ff ? 2 : 1;
  return position;
}
