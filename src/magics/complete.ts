// Completion of magic lines from their declarations; everything else is the cells' language service's.
import type { Completion, CompletionList } from '../core/sandbox/ports.ts';
import { commonOptions, kebab } from './arguments.ts';
import { blankMagics } from './cell.ts';
import { completeArgument } from './completers.ts';
import type { ArgumentSpec, CommandSpec } from './declare.ts';
import type { LazyRunner } from './lazy-runner.ts';
import { chooseCommand, isMagic, loadMagic, magicNames } from './registry.ts';
import type { Services } from './services.ts';

/** Undefined when the cursor is not in a magic line. */
export async function completeMagic(
  code: string,
  cursor: number,
  services: Services,
): Promise<CompletionList | undefined> {
  const lineStart = code.lastIndexOf('\n', cursor - 1) + 1;
  const line = code.slice(lineStart, cursor);
  const begin = /^(?:\s*|\s*[\w$.: ]+=\s*|\s*\?{1,2}\s*)(%{1,2})([A-Za-z]\w*)?/.exec(line);
  if (!begin || /^\s*[\w$.: ]*[\w$]\s+%/.test(line)) return undefined;
  const [whole, , name] = begin;
  if (whole.length === line.length) {
    const start = cursor - (name?.length ?? 0);
    const items = await Promise.all(
      magicNames()
        .filter((each) => each.startsWith(name ?? ''))
        .map(async (each): Promise<Completion> => ({
          text: each,
          kind: 'magic',
          detail: (await loadMagic(each)).summary,
        })),
    );
    return { start, end: cursor, items };
  }
  if (name === undefined || !isMagic(name)) return { start: cursor, end: cursor, items: [] };
  const rest = line.slice(whole.length);
  const current = /\S*$/.exec(rest)![0];
  const before = rest
    .slice(0, rest.length - current.length)
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const items = await completeWord(name, before, current, services);
  return { start: cursor - current.length, end: cursor, items: items.filter((item) => item.text.startsWith(current)) };
}

async function completeWord(
  name: string,
  before: readonly string[],
  current: string,
  services: Services,
): Promise<readonly Completion[]> {
  const magic = await loadMagic(name);
  const items: Completion[] = [];
  if (before.length === 0) {
    for (const [text, spec] of Object.entries(magic.subcommands ?? {}))
      items.push({ text, kind: 'magic', detail: spec.summary });
  }
  const first = before[0];
  const known =
    first === undefined ||
    magic.subcommands?.[first] !== undefined ||
    magic.main !== undefined ||
    first.startsWith('--');
  if (!known || (first === undefined && !magic.main && magic.implied === undefined)) return items;
  const { command, taken } = chooseCommand(magic, first);
  const words = before.slice(taken ? 1 : 0);
  return [...items, ...(await completeArguments(command.spec, words, current, services))];
}

async function completeArguments(
  spec: CommandSpec,
  words: readonly string[],
  current: string,
  services: Services,
): Promise<readonly Completion[]> {
  const options = [...(spec.options ?? []), ...commonOptions];
  const previous = words.at(-1);
  const awaited = options.find(
    (option) =>
      option.type !== 'boolean' &&
      (previous === `--${kebab(option.name)}` || (option.word && previous === option.name)),
  );
  if (awaited) return valuesOf(awaited, current, services);
  const given = words.filter((word, index) => !word.startsWith('--') && !words[index - 1]?.startsWith('--')).length;
  const positionals = spec.positionals ?? [];
  const positional = positionals[given] ?? (positionals.at(-1)?.many ? positionals.at(-1) : undefined);
  return [
    ...(positional && !current.startsWith('--') ? await valuesOf(positional, current, services) : []),
    ...options.map((option): Completion => ({
      text: option.word ? option.name : `--${kebab(option.name)}`,
      kind: 'option',
      detail: option.about,
    })),
  ];
}

async function valuesOf(spec: ArgumentSpec, current: string, services: Services): Promise<readonly Completion[]> {
  if (spec.choices) return spec.choices.map((text): Completion => ({ text, kind: 'option', detail: spec.about }));
  return spec.completer ? completeArgument(spec.completer, current, services) : [];
}

/** Code with its magic lines made blank, so that offsets stay and the language service sees only code. */
export const completeCode = async (code: string, cursor: number, runner: LazyRunner): Promise<CompletionList> =>
  (await runner.start()).complete(blankMagics(code), cursor);
