// What stands at the cursor: the chain of names before it, and the part that is being typed.

export interface PathAtCursor {
  /** Names from the scope to the object whose members are asked for: `a`, `b` of `a.b.c|`. */
  readonly path: readonly string[];
  /** What has been typed of the last name. */
  readonly prefix: string;
  /** Where the last name begins in the code. */
  readonly start: number;
  /** Inside `['…`: the text is a key, and this quote ends it. */
  readonly quote?: string;
}

const identifierEnd = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** The chain that ends at the cursor; undefined where none can be read, as after a call. */
export function pathAt(code: string, cursor: number): PathAtCursor | undefined {
  const before = code.slice(0, cursor);
  const key = /\[\s*(["'`])((?:\\.|(?!\1)[^\\\n])*)$/.exec(before);
  if (key) {
    const path = chainBefore(before.slice(0, key.index));
    if (path && path.length > 0) return { path, prefix: key[2]!, start: cursor - key[2]!.length, quote: key[1]! };
  }
  const prefix = identifierEnd.exec(before)?.[0] ?? '';
  const rest = before.slice(0, before.length - prefix.length);
  const dot = /(\?\.|\.)\s*$/.exec(rest);
  if (!dot) return /\d$/.test(rest) && prefix === '' ? undefined : { path: [], prefix, start: cursor - prefix.length };
  if (/\.\.\.\s*$/.test(rest)) return { path: [], prefix, start: cursor - prefix.length };
  const path = chainBefore(rest.slice(0, dot.index));
  return path && path.length > 0 ? { path, prefix, start: cursor - prefix.length } : undefined;
}

/** `a.b["c d"][0]` at the end of a text, as its parts. */
function chainBefore(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text.trimEnd();
  for (;;) {
    const element = /\[\s*(?:(\d+)|(["'`])((?:\\.|(?!\2)[^\\])*)\2)\s*\]$/.exec(rest);
    const name = element ? undefined : identifierEnd.exec(rest)?.[0];
    if (element) {
      parts.unshift(element[1] ?? unescape(element[3]!));
      rest = rest
        .slice(0, element.index)
        .trimEnd()
        .replace(/(\?\.)$/, '')
        .trimEnd();
      if (rest === '') return undefined;
      continue;
    }
    if (name === undefined) return undefined;
    parts.unshift(name);
    rest = rest.slice(0, rest.length - name.length).trimEnd();
    const dot = /(\?\.|\.)$/.exec(rest);
    if (!dot || rest.endsWith('...')) return parts;
    rest = rest.slice(0, dot.index).trimEnd();
  }
}

const unescape = (text: string): string => text.replace(/\\(.)/g, '$1');

/** The whole chain under the cursor, for inspection. */
export function nameAt(code: string, cursor: number): readonly string[] {
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))![0];
  const at = pathAt(code, cursor + after.length);
  return at && at.prefix !== '' ? [...at.path, at.prefix] : [];
}
