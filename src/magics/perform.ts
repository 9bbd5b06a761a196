// Runs one magic: chooses the command, reads its arguments, calls its `run`, and makes of the result what a cell shows.
// The same for a `%line`, a `%%cell` and a method call, which is what keeps them the same.
import { fail } from '../core/common/errors.ts';
import type { MimeBundle } from '../core/sandbox/ports.ts';
import { parseCall, parseWords } from './arguments.ts';
import type { MagicContext, MagicResult, Parsed } from './declare.ts';
import { showValue } from './display/value.ts';
import { chooseCommand, commandsOf, loadMagic, type ChosenCommand } from './registry.ts';
import { nearest } from './suggest.ts';
import { usageOf } from './usage.ts';
import { cutLine, type LinePart } from './words.ts';

export interface Performed {
  readonly data: unknown;
  /** How it is shown: always `text/plain` and `application/json`. */
  readonly bundle: MimeBundle;
  readonly result: MagicResult;
}

export async function performLine(
  parts: readonly LinePart[],
  body: string | undefined,
  context: MagicContext,
): Promise<Performed> {
  const line = cutLine(parts);
  const name = line.words[0]?.text ?? '';
  const magic = await loadMagic(name);
  const { command, taken } = chooseCommand(
    magic,
    line.words[1]?.quoted ? undefined : line.words[1]?.text,
    body !== undefined,
  );
  const parsed = parseWords(command, line, taken ? 2 : 1);
  return run(command, await withBody(command, parsed, body, context), context);
}

async function withBody(
  command: ChosenCommand,
  parsed: Parsed,
  body: string | undefined,
  context: MagicContext,
): Promise<Parsed> {
  const { spec, title } = command;
  const empty = body === undefined || body.trim() === '';
  if (!spec.body) {
    if (body !== undefined) throw fail('DS6008', { magic: title });
    return parsed;
  }
  if (empty) {
    if (spec.body.required) throw fail('DS6007', { magic: title, usage: usageOf(title, spec) });
    return parsed;
  }
  const value = spec.body.type === 'data' ? await context.evaluate(`(${body.trim().replace(/;$/, '')}\n)`) : body;
  return { values: { ...parsed.values, [spec.body.name]: value } };
}

/** `session.record.start({ scope })`: magic `record`, subcommand `start`. */
export async function performCall(
  name: string,
  subcommand: string | undefined,
  args: readonly unknown[],
  context: MagicContext,
): Promise<Performed> {
  const magic = await loadMagic(name);
  const commands = commandsOf(magic);
  const command =
    commands.find((each) => each.subcommand === subcommand) ??
    (subcommand === undefined ? commands.find((each) => each.subcommand === magic.implied) : undefined);
  if (!command) {
    const names = Object.keys(magic.subcommands ?? {});
    const near = subcommand === undefined ? undefined : nearest(subcommand, names);
    throw fail('DS6006', {
      magic: name,
      name: subcommand ?? '""',
      hint: near ? `did you mean session.${name}.${near}?` : `it has ${names.join(', ') || 'none'}`,
    });
  }
  const parsed = parseCall(command, args);
  if (command.spec.body?.required && parsed.values[command.spec.body.name] === undefined)
    throw fail('DS6007', { magic: command.title });
  return run(command, parsed, context);
}

async function run(command: ChosenCommand, parsed: Parsed, context: MagicContext): Promise<Performed> {
  const result = await command.spec.run(context, parsed);
  const data = result.data ?? null;
  const json = JSON.stringify(data, null, 2);
  const bundle: MimeBundle =
    parsed.values['json'] === true
      ? { 'text/plain': json, 'application/json': data }
      : { 'text/plain': showValue(data, context.style), ...result.display?.data, 'application/json': data };
  return { data, bundle, result };
}
