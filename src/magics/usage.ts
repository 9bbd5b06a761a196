// One line that shows how a command is written: `%allow KIND… [for DURATION]`.
import type { ArgumentSpec, CommandSpec } from './declare.ts';

function placeholder(spec: ArgumentSpec): string {
  if (spec.choices && spec.choices.length <= 5) return spec.choices.join('|');
  if (spec.type === 'duration') return 'DURATION';
  if (spec.type === 'bytes') return 'SIZE';
  if (spec.word && spec.completer === 'liveName') return 'FILE#FUNCTION';
  return (spec.word ? (spec.completer ?? spec.name) : spec.name).replace(/[A-Z]/g, '-$&').toUpperCase();
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const positional = (spec: ArgumentSpec): string => {
  const text = `${spec.separator ? `${spec.separator} ` : ''}${placeholder(spec)}${spec.many ? '…' : ''}`;
  return spec.required ? text : `[${text}]`;
};

const option = (spec: ArgumentSpec): string => {
  const name = spec.word ? spec.name : `--${kebab(spec.name)}`;
  const text = spec.type === 'boolean' ? name : `${name} ${placeholder(spec)}${spec.many ? '…' : ''}`;
  return spec.required ? text : `[${text}]`;
};

/** `title`: `record start`; gives `%record start [--scope SCOPE]`. */
export function usageOf(title: string, spec: CommandSpec): string {
  const words = [...(spec.positionals ?? []).map(positional), ...(spec.options ?? []).map(option)];
  const line = [title, ...words].join(' ');
  if (!spec.body) return `%${line}`;
  return spec.body.required ? `%%${line}` : `%${line}, or %%${line} with ${spec.body.about}`;
}

/** `session.record.start({ scope, interval })` */
export function callOf(magic: string, subcommand: string | undefined, spec: CommandSpec): string {
  const places = [...(spec.positionals ?? []).map((each) => each.name), ...(spec.body ? [spec.body.name] : [])];
  const options = (spec.options ?? []).map((each) => each.name);
  const named = options.length > 0 ? [`{ ${options.join(', ')} }`] : [];
  return `session.${magic}${subcommand === undefined ? '' : `.${subcommand}`}(${[...places, ...named].join(', ')})`;
}
