// From a live name to the place it means in a target, step by step through the port. Getters are never run: a name that
// leads through one is refused by name.
import { fail } from '../../core/common/errors.ts';
import { formatLiveName, formatStep, joinStep, parseLiveName, type LiveName } from '../../core/targets/live-name.ts';
import type { LiveMember, LiveValue } from '../../core/targets/live-value.ts';
import type { Place, Target, TargetModule } from '../../core/targets/target.ts';

export interface Resolved {
  /** Canonical text, with the module's id. */
  readonly name: string;
  readonly parsed: LiveName;
  readonly place: Place;
  readonly value: LiveValue;
}

export async function resolveModule(target: Target, id: string, name: string): Promise<TargetModule> {
  const modules = await target.modules();
  const exact = modules.find((module) => module.id === id);
  if (exact) return exact;
  const ending = modules.filter((module) => module.id.endsWith(`/${id}`) && module.own);
  if (ending.length === 1) return ending[0]!;
  const own = modules.filter((module) => module.own).map((module) => module.id);
  const hint =
    ending.length > 1
      ? `several end so, name one: ${list(ending.map((module) => module.id))}`
      : `its modules are ${list(own)}`;
  throw fail('DS5021', { missing: `module ${id}`, name, hint });
}

/** Reads a name up to its last step. */
export async function resolve(target: Target, text: string): Promise<Resolved> {
  const written = parseLiveName(text);
  const module = await resolveModule(target, written.module, text);
  const parsed: LiveName = { ...written, module: module.id };
  const name = formatLiveName(parsed);
  if (parsed.member === undefined)
    throw fail('DS5023', {
      name,
      reason: 'it is a whole module',
      remedy: `name one of its variables, as in ${name}#variable`,
    });
  const members = await target.moduleMembers(module.id);
  const member = members.find((candidate) => candidate.step === parsed.member);
  if (!member)
    throw fail('DS5021', {
      missing: parsed.member,
      name: module.id,
      hint: `it has ${list(members.map((m) => m.step))}`,
    });
  let place: Place =
    member.origin === 'variable'
      ? { module: module.id, variable: parsed.member }
      : { module: module.id, exported: parsed.member };
  let value = await target.read(place);
  let soFar = formatLiveName({ ...parsed, steps: [] });
  for (const step of parsed.steps) {
    if (value.kind !== 'object' && value.kind !== 'function')
      throw fail('DS5021', { missing: formatStep(step), name: soFar, hint: `${soFar} is ${describe(value)}` });
    const stepText = formatStep(step);
    place = { handle: value.handle, step: stepText };
    value = await target.read(place);
    soFar += joinStep(stepText);
  }
  return { name, parsed, place, value };
}

/** One line for a value, also a primitive one; what compare-and-set compares. */
export function describe(value: LiveMember['value']): string {
  switch (value.kind) {
    case 'undefined':
    case 'null':
      return value.kind;
    case 'boolean':
      return String(value.value);
    case 'number':
      return value.text ?? String(value.value);
    case 'bigint':
      return `${value.text}n`;
    case 'string':
      return JSON.stringify(value.value) + (value.length === undefined ? '' : `… (${value.length})`);
    case 'symbol':
      return `Symbol(${value.description})`;
    case 'redacted':
      return `[redacted ${value.name}]`;
    case 'accessor':
      return value.getter ? (value.setter ? '[getter and setter]' : '[getter]') : '[setter]';
    default:
      return value.preview;
  }
}

const list = (items: readonly string[]): string =>
  items.length === 0 ? 'none' : items.slice(0, 12).join(', ') + (items.length > 12 ? ', …' : '');
