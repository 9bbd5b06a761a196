// The magics by name, each loaded when it is first used: a session that only computes loads none of them.
import { fail } from '../core/common/errors.ts';
import type { CommandSpec, MagicSpec } from './declare.ts';
import { nearest } from './suggest.ts';

type Loader = () => Promise<MagicSpec>;

const table: Readonly<Record<string, Loader>> = {
  allow: async () => (await import('./builtin/allow.ts')).allowMagic,
  attach: async () => (await import('./builtin/attach.ts')).attachMagic,
  audit: async () => (await import('./builtin/audit.ts')).auditMagic,
  deny: async () => (await import('./builtin/deny.ts')).denyMagic,
  detach: async () => (await import('./builtin/detach.ts')).detachMagic,
  edit: async () => (await import('./builtin/edit.ts')).editMagic,
  help: async () => (await import('./builtin/help.ts')).helpMagic,
  inspect: async () => (await import('./builtin/inspect.ts')).inspectMagic,
  lsmagic: async () => (await import('./builtin/lsmagic.ts')).lsmagicMagic,
  record: async () => (await import('./builtin/record.ts')).recordMagic,
  replay: async () => (await import('./builtin/replay.ts')).replayMagic,
  status: async () => (await import('./builtin/status.ts')).statusMagic,
  tape: async () => (await import('./builtin/tape.ts')).tapeMagic,
  target: async () => (await import('./builtin/target.ts')).targetMagic,
  targets: async () => (await import('./builtin/targets.ts')).targetsMagic,
  time: async () => (await import('./builtin/time.ts')).timeMagic,
  variant: async () => (await import('./builtin/variant.ts')).variantMagic,
};

export const magicNames = (): readonly string[] => Object.keys(table);

export const isMagic = (name: string): boolean => Object.hasOwn(table, name);

export async function loadMagic(name: string): Promise<MagicSpec> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!load) {
    const near = nearest(name, magicNames());
    throw fail('DS6002', {
      name,
      hint: near ? `did you mean %${near}? %lsmagic lists them all` : '%lsmagic lists them all',
    });
  }
  return load();
}

export const loadAllMagics = async (): Promise<readonly MagicSpec[]> => Promise.all(magicNames().map(loadMagic));

export interface ChosenCommand {
  readonly magic: MagicSpec;
  readonly subcommand: string | undefined;
  /** `record start` */
  readonly title: string;
  readonly spec: CommandSpec;
}

/** Every command of a magic: its own and its subcommands. */
export function commandsOf(magic: MagicSpec): readonly ChosenCommand[] {
  const commands: ChosenCommand[] = magic.main
    ? [{ magic, subcommand: undefined, title: magic.name, spec: magic.main }]
    : [];
  for (const [subcommand, spec] of Object.entries(magic.subcommands ?? {}))
    commands.push({ magic, subcommand, title: `${magic.name} ${subcommand}`, spec });
  return commands;
}

/** The command that the first word after the name chooses; `taken` says whether that word is its subcommand. */
export function chooseCommand(
  magic: MagicSpec,
  word: string | undefined,
  hasBody = false,
): { readonly command: ChosenCommand; readonly taken: boolean } {
  const commands = commandsOf(magic);
  const named = word === undefined ? undefined : commands.find((command) => command.subcommand === word);
  if (named) return { command: named, taken: true };
  const main = commands.find((command) => command.subcommand === undefined);
  if (main && hasBody) return { command: main, taken: false };
  const implied = commands.find((command) => command.subcommand !== undefined && command.subcommand === magic.implied);
  if (implied && (word === undefined || word.startsWith('--'))) return { command: implied, taken: false };
  const near = word === undefined ? undefined : nearest(word, Object.keys(magic.subcommands ?? {}));
  if (main && !(near && !looksLikeArgument(word))) return { command: main, taken: false };
  const names = Object.keys(magic.subcommands ?? {}).join(', ');
  throw fail('DS6006', {
    magic: magic.name,
    name: word ?? '""',
    hint: near ? `did you mean %${magic.name} ${near}?` : `it has ${names}; %help ${magic.name} explains them`,
  });
}

// `%replay 1187` and `%edit src/cart.ts#total = 1` give the main command its argument; `%replay chek` is a slip.
const looksLikeArgument = (word: string | undefined): boolean => word !== undefined && !/^[a-z]+$/.test(word);
