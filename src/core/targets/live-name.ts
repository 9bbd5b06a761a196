// Live names: `src/cart.ts#carts.get('42').items[0]`. A module, `#`, a variable or export, then steps. The text of a
// step is what `LiveMember.step` and `Place.step` say, in one canonical form, whatever way a person wrote it.
import { fail } from '../common/errors.ts';

export type LiveStep =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'private'; readonly name: string }
  /** `text` as written inside the brackets: `Symbol.iterator`, `Symbol(secret)`. */
  | { readonly kind: 'symbol'; readonly text: string }
  /** Entry of a Map (or member of a Set) by its key. */
  | { readonly kind: 'entry'; readonly key: EntryKey };

export type EntryKey = string | number | boolean | null | undefined | bigint;

export interface LiveName {
  readonly module: string;
  /** Variable or export; absent when the name is the module itself. */
  readonly member?: string;
  readonly steps: readonly LiveStep[];
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u;
const wholeIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Reads a live name; DS5020 says where it stops making sense. */
export function parseLiveName(text: string): LiveName {
  const hash = text.indexOf('#');
  if (hash < 0) return { module: text.trim(), steps: [] };
  const module = text.slice(0, hash).trim();
  if (module === '') throw fail('DS5020', { name: text, position: 0, problem: 'no module before #' });
  const reader = new Reader(text, hash + 1);
  const member = reader.identifier();
  const steps: LiveStep[] = [];
  while (!reader.done) steps.push(reader.step());
  return { module, member, steps };
}

export function formatLiveName(name: LiveName): string {
  if (name.member === undefined) return name.module;
  return `${name.module}#${name.member}${name.steps.map((step) => joinStep(formatStep(step))).join('')}`;
}

/** A step as `Place` and `LiveMember` have it: `items`, `[0]`, `["a b"]`, `.get("k")`, `#secret`. */
export function formatStep(step: LiveStep): string {
  switch (step.kind) {
    case 'property':
      return wholeIdentifier.test(step.name) ? step.name : `[${JSON.stringify(step.name)}]`;
    case 'index':
      return `[${step.index}]`;
    case 'private':
      return `#${step.name}`;
    case 'symbol':
      return `[${step.text}]`;
    case 'entry':
      return `.get(${formatKey(step.key)})`;
  }
}

/** Puts the dot before a step that needs one, to append it to a name. */
export const joinStep = (step: string): string => (step.startsWith('[') || step.startsWith('.') ? step : `.${step}`);

const formatKey = (key: EntryKey): string =>
  typeof key === 'string'
    ? JSON.stringify(key)
    : typeof key === 'bigint'
      ? `${key}n`
      : Object.is(key, -0)
        ? '-0'
        : String(key);

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, start: number) {
    this.#text = text.trimEnd();
    this.#at = start;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  identifier(): string {
    const found = identifier.exec(this.#rest)?.[0];
    if (found === undefined)
      throw this.#problem(
        this.done ? 'a name is missing at the end' : `${JSON.stringify(this.#text[this.#at])} begins no name`,
      );
    this.#at += found.length;
    return found;
  }

  step(): LiveStep {
    if (this.#take('?.')) return this.#afterDot();
    if (this.#take('.')) return this.#afterDot();
    if (this.#take('[')) return this.#bracket();
    throw this.#problem(`expected . or [ before ${JSON.stringify(this.#text[this.#at])}`);
  }

  #afterDot(): LiveStep {
    if (this.#take('[')) return this.#bracket();
    if (this.#take('#')) return { kind: 'private', name: this.identifier() };
    const call = /^get\s*\(\s*/.exec(this.#rest);
    if (!call) return { kind: 'property', name: this.identifier() };
    this.#at += call[0].length;
    const key = this.#key();
    this.#space();
    if (!this.#take(')')) throw this.#problem(') is missing');
    return { kind: 'entry', key };
  }

  #bracket(): LiveStep {
    this.#space();
    const symbol = /^Symbol(\.[\w$]+|\.for\((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)|\((?:[^()]|\([^()]*\))*\))/.exec(
      this.#rest,
    );
    let step: LiveStep;
    if (symbol) {
      const registered = /^Symbol\.for\((.*)\)$/.exec(this.#rest.slice(0, this.#rest.indexOf(']')));
      const text = registered ? `Symbol.for(${registered[1]!})` : symbol[0];
      this.#at += text.length;
      step = { kind: 'symbol', text };
    } else {
      const key = this.#key();
      step =
        typeof key === 'number' && Number.isInteger(key) && key >= 0
          ? { kind: 'index', index: key }
          : { kind: 'property', name: String(key) };
    }
    this.#space();
    if (!this.#take(']')) throw this.#problem('] is missing');
    return step;
  }

  #key(): EntryKey {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'" || quote === '`') return this.#string(quote);
    const word =
      /^(?:true|false|null|undefined|NaN|-?Infinity|-?\d+n|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w$])/i.exec(
        this.#rest,
      )?.[0];
    if (word === undefined) throw this.#problem('expected a quoted key or a number');
    this.#at += word.length;
    if (word === 'null') return null;
    if (word === 'undefined') return undefined;
    if (word === 'true' || word === 'false') return word === 'true';
    return word.endsWith('n') ? BigInt(word.slice(0, -1)) : Number(word);
  }

  #string(quote: string): string {
    let value = '';
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!;
      if (character === quote) {
        this.#at = at + 1;
        return value;
      }
      if (character !== '\\') {
        value += character;
        continue;
      }
      const escape = /^(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|([\s\S]))/i.exec(this.#text.slice(at + 1));
      if (!escape) break;
      at += escape[0].length;
      const code = escape[1] ?? escape[2] ?? escape[3];
      value +=
        code === undefined
          ? (simpleEscapes[escape[4]!] ?? escape[4]!)
          : String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
    }
    throw this.#problem('the key has no closing quote');
  }

  #space(): void {
    this.#at += /^\s*/.exec(this.#rest)![0].length;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  get #rest(): string {
    return this.#text.slice(this.#at);
  }

  #problem(problem: string): Error {
    return fail('DS5020', { name: this.#text, position: this.#at, problem });
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};
