// Help, written from declarations: for `%help NAME` and `?%NAME`. docs/magics.md is written from the same declarations by
// scripts/docs.ts.
import { commonOptions, kebab } from './arguments.ts';
import type { ArgumentSpec, MagicSpec } from './declare.ts';
import { commandsOf, type ChosenCommand } from './registry.ts';
import { callOf, usageOf } from './usage.ts';

/** JSON-safe: what `%help NAME --json` gives. */
export interface MagicHelp {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandHelp[];
}

export interface CommandHelp {
  readonly usage: string;
  readonly call: string;
  readonly summary: string;
  readonly arguments: readonly { readonly name: string; readonly about: string }[];
  readonly examples: readonly string[];
}

export const helpOf = (magic: MagicSpec): MagicHelp => ({
  name: magic.name,
  summary: magic.summary,
  commands: commandsOf(magic).map((command) => commandHelp(magic, command)),
});

function commandHelp(magic: MagicSpec, command: ChosenCommand): CommandHelp {
  const { spec, subcommand } = command;
  const about = (each: ArgumentSpec): string =>
    [
      each.about,
      each.choices ? `one of ${each.choices.join(', ')}` : '',
      each.fallback === undefined ? '' : `default: ${each.fallback}`,
    ]
      .filter((part) => part !== '')
      .join('; ');
  const body = spec.body ? [{ name: `body (${spec.body.name})`, about: spec.body.about }] : [];
  return {
    usage:
      usageOf(command.title, spec) +
      (subcommand !== undefined && subcommand === magic.implied ? `   or just %${magic.name}` : ''),
    call: callOf(magic.name, subcommand, spec),
    summary: spec.summary,
    arguments: [
      ...(spec.positionals ?? []).map((each) => ({ name: each.name, about: about(each) })),
      ...(spec.options ?? []).map((each) => ({
        name: each.word ? `${each.name}, --${kebab(each.name)}` : `--${kebab(each.name)}`,
        about: about(each),
      })),
      ...body,
    ],
    examples: spec.examples ?? [],
  };
}

export function helpText(help: MagicHelp): string {
  const lines = [`%${help.name}: ${help.summary}`];
  for (const command of help.commands) {
    lines.push('', command.usage);
    if (command.summary !== help.summary) lines.push(`  ${command.summary}`);
    const width = Math.max(...command.arguments.map((each) => each.name.length), 0);
    for (const each of command.arguments) lines.push(`    ${each.name.padEnd(width)}  ${each.about}`);
    lines.push(`  as a method: await ${command.call}`);
    for (const example of command.examples)
      lines.push(...example.split('\n').map((line, index) => (index === 0 ? `  e.g. ${line}` : `       ${line}`)));
  }
  lines.push('', `Every magic takes ${commonOptions.map((each) => `--${each.name} (${each.about})`).join(', ')}.`);
  return lines.join('\n');
}
