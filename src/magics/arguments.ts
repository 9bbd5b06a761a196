// From a line of words, or from the arguments of a method call, to the values a magic's `run` gets: both by the same
// declaration, so that they cannot differ.
import { fail } from '../core/common/errors.ts';
import type { ArgumentSpec, CommandSpec, Parsed } from './declare.ts';
import { parseBytes, parseDuration } from './quantities.ts';
import { nearest } from './suggest.ts';
import { usageOf } from './usage.ts';
import { closingBracket, closingQuote, type Line, type Word } from './words.ts';

/** Options that every magic takes. */
export const commonOptions: readonly ArgumentSpec[] = [
  { name: 'json', type: 'boolean', about: 'show the data as JSON' },
];

export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const camel = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

interface Command {
  /** `record start` */
  readonly title: string;
  readonly spec: CommandSpec;
}

/** Reads the words after the magic's name and subcommand. */
export function parseWords(command: Command, line: Line, from: number): Parsed {
  const { spec } = command;
  const options = [...(spec.options ?? []), ...commonOptions];
  const values: Record<string, unknown> = {};
  const positionals = [...(spec.positionals ?? [])];
  let index = from;
  while (index < line.words.length) {
    const word = line.words[index]!;
    if (isOption(word)) {
      const [written, attached] = splitOption(word.text);
      const no = written.startsWith('no-')
        ? options.find((option) => option.type === 'boolean' && kebab(option.name) === written.slice(3))
        : undefined;
      const option = no ?? options.find((each) => kebab(each.name) === written || each.name === written);
      if (!option) throw unknownOption(command, written, options);
      if (option.type === 'boolean' && attached === undefined) put(values, option, !no);
      else if (attached !== undefined) put(values, option, convert(command, option, attached, attached));
      else {
        index += 1;
        const value = line.words[index];
        if (!value) throw missing(command, `a value for --${written}`);
        put(values, option, convertWord(command, option, value));
      }
      index += 1;
      continue;
    }
    const named = word.quoted ? undefined : options.find((option) => option.word && option.name === word.text);
    const following = line.words[index + 1];
    if (named && following) {
      put(values, named, convertWord(command, named, following));
      index += 2;
      continue;
    }
    const positional = positionals[0];
    if (!positional)
      throw fail('DS6010', { magic: command.title, value: word.raw, usage: usageOf(command.title, spec) });
    if (positional.type === 'rest' || positional.type === 'expression') {
      // A lone `$(expr)` is its text; within code, values stand as JSON.
      const lone = positional.type === 'rest' && !following && 'value' in word;
      values[positional.name] = lone ? word.text : restOf(line.text.slice(word.start), values);
      positionals.shift();
      break;
    }
    const separated = positionals[1]?.separator === '=' ? positionals[1] : undefined;
    if (separated) {
      const at = assignmentAt(line.text, word.start);
      if (at !== -1) {
        values[positional.name] = line.text.slice(word.start, at).trim();
        const right = restOf(line.text.slice(at + 1), values);
        if (right === '') throw missing(command, separated.name);
        values[separated.name] = right;
        positionals.splice(0, 2);
        break;
      }
    }
    put(values, positional, convertWord(command, positional, word));
    if (!positional.many) positionals.shift();
    index += 1;
  }
  requireAll(command, values);
  return { values };
}

// What takes the rest of the line takes options too, but for the one that every magic has.
function restOf(text: string, values: Record<string, unknown>): string {
  const json = /(?:^|\s)--json\s*$/.exec(text);
  if (json) values['json'] = true;
  return (json ? text.slice(0, json.index) : text).trim();
}

/** Reads `session.edit(name, value)` or `session.record.start({ scope })`. */
export function parseCall(command: Command, args: readonly unknown[]): Parsed {
  const { spec } = command;
  const positionals = spec.positionals ?? [];
  const options = [...(spec.options ?? []), ...commonOptions];
  const places: { readonly name: string; readonly spec?: ArgumentSpec }[] = positionals.map((each) => ({
    name: each.name,
    spec: each,
  }));
  if (spec.body) places.push({ name: spec.body.name });
  const known = [...positionals, ...options];
  const values: Record<string, unknown> = {};
  for (const [index, argument] of args.entries()) {
    const place = places[index];
    const last = index === args.length - 1;
    // Only an expression or a body can be an object; there, one whose keys are all names we know is a list of options.
    const takesObjects = place && (place.spec === undefined || place.spec.type === 'expression');
    const needed = takesObjects && (place.spec ? index < positionals.length : spec.body?.required === true);
    if (
      last &&
      !needed &&
      isNamed(argument, [...known.map((each) => each.name), ...(spec.body ? [spec.body.name] : [])], !takesObjects)
    ) {
      for (const [key, value] of Object.entries(argument)) {
        if (value === undefined) continue;
        if (key === spec.body?.name) values[key] = value;
        else {
          const option = known.find((each) => each.name === key);
          if (!option) throw unknownOption(command, key, known);
          putValue(command, values, option, value);
        }
      }
    } else if (!place)
      throw fail('DS6010', {
        magic: command.title,
        value: JSON.stringify(argument),
        usage: usageOf(command.title, spec),
      });
    else if (argument === undefined || argument === null) continue;
    else if (place.spec) putValue(command, values, place.spec, argument);
    else values[place.name] = argument;
  }
  requireAll(command, values);
  return { values };
}

const isNamed = (value: unknown, names: readonly string[], nothingElse: boolean): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return nothingElse || Object.keys(value).every((key) => names.includes(key));
};

const isOption = (word: Word): boolean => !word.quoted && /^--[a-zA-Z]/.test(word.text);

const splitOption = (text: string): [string, string | undefined] => {
  const equals = text.indexOf('=');
  return equals === -1 ? [text.slice(2), undefined] : [text.slice(2, equals), text.slice(equals + 1)];
};

function put(values: Record<string, unknown>, spec: ArgumentSpec, value: unknown): void {
  if (!spec.many) values[spec.name] = value;
  else
    values[spec.name] = [
      ...((values[spec.name] as unknown[] | undefined) ?? []),
      ...(Array.isArray(value) ? value : [value]),
    ];
}

function putValue(command: Command, values: Record<string, unknown>, spec: ArgumentSpec, value: unknown): void {
  for (const each of spec.many && Array.isArray(value) ? value : [value]) {
    if (spec.type === 'expression') put(values, spec, JSON.stringify(each));
    else if (typeof each === 'number' && ['number', 'duration', 'bytes'].includes(spec.type)) put(values, spec, each);
    else if (typeof each === 'boolean' && spec.type === 'boolean') put(values, spec, each);
    else if (typeof each === 'string' || typeof each === 'number')
      put(values, spec, convert(command, spec, String(each), JSON.stringify(each)));
    else throw invalid(command, spec, JSON.stringify(each) ?? String(each));
  }
}

const convertWord = (command: Command, spec: ArgumentSpec, word: Word): unknown => {
  if ('value' in word && Array.isArray(word.value) && spec.many)
    return word.value.flatMap((each) => convert(command, spec, String(each), word.raw));
  if (spec.type === 'name' && 'value' in word && typeof word.value === 'string') return word.value;
  return convert(command, spec, spec.type === 'name' ? word.raw : word.text, word.raw);
};

function convert(command: Command, spec: ArgumentSpec, text: string, written: string): unknown {
  if (spec.many && text.includes(',')) {
    return text
      .split(',')
      .filter((each) => each !== '')
      .flatMap((each) => convert(command, { ...spec, many: false }, each.trim(), each));
  }
  if (spec.choices && !spec.choices.includes(text)) throw invalid(command, spec, written);
  switch (spec.type) {
    case 'number': {
      const number = text.trim() === '' ? NaN : Number(text.replace(/^#/, ''));
      if (!Number.isFinite(number)) throw invalid(command, spec, written);
      return number;
    }
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw invalid(command, spec, written);
    case 'duration':
    case 'bytes': {
      const quantity = spec.type === 'bytes' ? parseBytes(text) : parseDuration(text);
      if (quantity === undefined) throw invalid(command, spec, written);
      return quantity;
    }
    default:
      return text;
  }
}

const expectations: Readonly<Record<ArgumentSpec['type'], string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  duration: 'a duration such as 10m, 1.5s or 250ms',
  bytes: 'a size such as 64MB',
  name: 'a name',
  expression: 'an expression',
  rest: 'a text',
};

function invalid(command: Command, spec: ArgumentSpec, value: string) {
  const near = spec.choices ? nearest(value, spec.choices) : undefined;
  const expected = spec.choices
    ? `one of ${spec.choices.join(', ')}${near ? ` (${near}?)` : ''}`
    : expectations[spec.type];
  return fail('DS6005', { value, argument: spec.name, magic: command.title, expected });
}

function unknownOption(command: Command, written: string, options: readonly ArgumentSpec[]) {
  const near = nearest(
    camel(written),
    options.map((option) => option.name),
  );
  const hint = near
    ? `did you mean --${kebab(near)}? %help ${command.title} shows them all`
    : `%help ${command.title} shows its options`;
  return fail('DS6003', { magic: command.title, option: `--${kebab(written)}`, hint });
}

const missing = (command: Command, argument: string) =>
  fail('DS6004', { magic: command.title, argument, usage: usageOf(command.title, command.spec) });

function requireAll(command: Command, values: Record<string, unknown>): void {
  for (const spec of [...(command.spec.positionals ?? []), ...(command.spec.options ?? [])]) {
    if (spec.required && values[spec.name] === undefined) throw missing(command, spec.name);
  }
}

/** Offset of the `=` of an assignment that begins at `from`; not `==`, `=>`, nor within quotes or brackets. */
export function assignmentAt(text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"' || character === "'" || character === '`') {
      const end = closingQuote(text, index);
      if (end === -1) return -1;
      index = end;
    } else if ('([{'.includes(character)) {
      const end = closingBracket(text, index);
      if (end === -1) return -1;
      index = end;
    } else if (character === '=') return text[index + 1] === '=' || text[index + 1] === '>' ? -1 : index;
  }
  return -1;
}
