// Which lines of a cell begin in code, that is, not within a string, template or comment. Enough of a JavaScript lexer
// to tell; it never fails, because what is wrong is the compiler's to say.

/**
 * For every line, whether its start is code.
 * @param skips says of a line that begins in code that it is none (a magic, in which a glob would look like a comment)
 */
export function linesInCode(source: string, skips: (line: string) => boolean): readonly boolean[] {
  const result = [true];
  let index = skipped(source, 0, skips);
  // Templates nest: `${ … }` is code again, until its brace closes.
  const braces: number[] = [];
  let depth = 0;
  let significant = '';
  const newLine = (code: boolean) => result.push(code);
  while (index < source.length) {
    const character = source[index]!;
    const next = source[index + 1];
    if (character === '\n') {
      newLine(true);
      index = skipped(source, index + 1, skips);
    } else if (character === '/' && next === '/') {
      while (index < source.length && source[index] !== '\n') index += 1;
    } else if (character === '/' && next === '*') {
      const end = source.indexOf('*/', index + 2);
      const stop = end === -1 ? source.length : end + 2;
      for (; index < stop; index += 1) if (source[index] === '\n') newLine(false);
    } else if (character === '"' || character === "'") {
      index += 1;
      while (index < source.length && source[index] !== character && source[index] !== '\n')
        index += source[index] === '\\' && source[index + 1] !== '\n' ? 2 : 1;
      if (source[index] === character) index += 1;
      significant = character;
    } else if (character === '/' && regexMayFollow(significant, source, index)) {
      index = afterRegex(source, index);
      significant = '/';
    } else if (character === '`' || (character === '}' && braces.length > 0 && braces.at(-1) === depth)) {
      if (character === '}') braces.pop();
      index += 1;
      while (index < source.length && source[index] !== '`') {
        if (source[index] === '\\') index += 1;
        else if (source[index] === '$' && source[index + 1] === '{') break;
        if (source[index] === '\n') newLine(false);
        index += 1;
      }
      if (source[index] === '$') {
        braces.push(depth);
        index += 2;
        significant = '{';
      } else {
        index += 1;
        significant = '`';
      }
    } else {
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      if (!/\s/.test(character)) significant = character;
      index += 1;
    }
  }
  return result;
}

function skipped(source: string, start: number, skips: (line: string) => boolean): number {
  const newline = source.indexOf('\n', start);
  const end = newline === -1 ? source.length : newline;
  return skips(source.slice(start, end)) ? end : start;
}

// After a value a slash divides; after an operator, an opening bracket or a keyword it begins a regular expression.
function regexMayFollow(significant: string, source: string, index: number): boolean {
  if (significant === '' || '([{,;=:?!&|+-*%<>~^}'.includes(significant)) return true;
  return /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|await|yield)\s*$/.test(
    source.slice(Math.max(0, index - 12), index),
  );
}

function afterRegex(source: string, start: number): number {
  let inClass = false;
  for (let index = start + 1; index < source.length && source[index] !== '\n'; index += 1) {
    const character = source[index];
    if (character === '\\') index += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return index + 1;
  }
  return start + 1; // no regular expression after all
}
