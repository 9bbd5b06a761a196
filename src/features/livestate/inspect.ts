// Looking at a value and completing names, by reading only.
import { fail } from '../../core/common/errors.ts';
import { formatLiveName, joinStep, parseLiveName } from '../../core/targets/live-name.ts';
import type { LiveMember, LiveValue } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { presentSource } from './edit-function.ts';
import { resolve, resolveModule } from './resolve.ts';
import type { InspectReport } from './types.ts';

const defaultLimit = 100;

export async function inspectName(
  target: Target,
  name: string,
  options: { readonly limit?: number } = {},
): Promise<InspectReport> {
  const limit = options.limit ?? defaultLimit;
  const parsed = parseLiveName(name);
  if (parsed.member === undefined) return inspectModule(target, parsed.module, limit);
  const { name: full, value } = await resolve(target, name);
  if (value.kind !== 'object' && value.kind !== 'function') return { name: full, value, members: [], total: 0 };
  const members = await target.members(value.handle, { start: 0, count: limit });
  const report = {
    name: full,
    value,
    members,
    total: Math.max(members.length, value.kind === 'object' ? value.size : 0),
  };
  if (value.kind === 'object') return report;
  return {
    ...report,
    ...(value.place !== undefined && { place: value.place }),
    source: await presentSource(target, full, value),
  };
}

/** A module by its id, or the modules of a directory. */
async function inspectModule(target: Target, id: string, limit: number): Promise<InspectReport> {
  const folder = id.replace(/\/?$/, '/');
  const modules = await target.modules();
  const inside = modules.filter((module) => module.own && (module.id.startsWith(folder) || id === '.' || id === ''));
  const exact = modules.some((module) => module.id === id);
  if (inside.length > 0 && !exact) {
    const members = inside.slice(0, limit).map((module): LiveMember => ({
      step: module.id,
      key: text(module.id),
      value: text(module.format),
      writable: false,
      enumerable: true,
      origin: 'property',
    }));
    return { name: id, value: text(`${inside.length} modules`), members, total: inside.length };
  }
  const module = await resolveModule(target, id, id);
  const members = await target.moduleMembers(module.id);
  return {
    name: module.id,
    value: text(`${module.format} module, ${members.length} members`),
    members: members.slice(0, limit),
    total: members.length,
    place: module.id,
  };
}

const text = (value: string): LiveValue => ({ kind: 'string', value });

const completions = 200;

export async function completeName(target: Target, prefix: string): Promise<readonly string[]> {
  const hash = prefix.indexOf('#');
  if (hash < 0) {
    const own = (await target.modules()).filter((module) => module.own).map((module) => module.id);
    const starting = own.filter((id) => id.startsWith(prefix));
    return starting.length === 1 && starting[0] === prefix ? [`${prefix}#`] : starting.sort();
  }
  const { base, partial } = splitLast(prefix);
  try {
    const members = await membersOf(target, base);
    const wanted = partial.replace(/^\./, '').replaceAll("'", '"');
    return members
      .map((member) => member.step)
      .filter(
        (step) =>
          (step.startsWith('.') ? step.slice(1) : step).startsWith(wanted) &&
          (!partial.startsWith('.') || !step.startsWith('[')),
      )
      .slice(0, completions)
      .map((step) => (base.endsWith('#') ? base + step : base + joinStep(step)));
  } catch {
    return []; // half a name leads nowhere: nothing to offer
  }
}

async function membersOf(target: Target, base: string): Promise<readonly LiveMember[]> {
  if (base.endsWith('#')) return target.moduleMembers((await resolveModule(target, base.slice(0, -1), base)).id);
  const { value } = await resolve(target, base);
  if (value.kind !== 'object' && value.kind !== 'function')
    throw fail('DS5021', { missing: 'member', name: base, hint: 'it is no object' });
  return target.members(value.handle, { start: 0, count: completions });
}

/** The longest start that is a whole name, and the step begun after it. */
function splitLast(prefix: string): { base: string; partial: string } {
  const hash = prefix.indexOf('#');
  for (let at = prefix.length - 1; at > hash; at--) {
    if (prefix[at] !== '.' && prefix[at] !== '[') continue;
    const base = prefix.slice(0, at);
    try {
      formatLiveName(parseLiveName(base)); // a dot or bracket inside a quoted key ends no name
    } catch {
      continue;
    }
    return { base, partial: prefix.slice(at) };
  }
  return { base: prefix.slice(0, hash + 1), partial: prefix.slice(hash + 1) };
}
