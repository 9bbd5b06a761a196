// A counterfactual in which one function has another text: its module's unit is made again around it. The numbers of
// functions and sites outside it stay as they were, so that the rest of the tape still fits.
import { stripTypes } from './strip-types.ts';
import { fail } from '../common/errors.ts';
import type { Manifest, ManifestInstance } from '../instrument/manifest.ts';
import { ModulePlan, type ModuleInput } from '../instrument/transform/index.ts';

export interface Replacement {
  readonly module: string;
  readonly fn: string;
  readonly source: string;
}

/** @throws DS4020 when the tape has no such function, DS4021 when the text is no function, DS4022 when it needs what the tape lacks */
export function replacedManifest(manifest: Manifest, { module: id, fn, source }: Replacement): Manifest {
  const at = manifest.modules.findIndex((module) => module.id === id);
  const module = manifest.modules[at];
  if (!module) throw fail('DS4020', { fn: `${id}#${fn}` });
  const input = inputOf(manifest, at);
  const plan = new ModulePlan(input);
  const info = plan.functions.find((item) => item.name === fn && item.kind !== 'class');
  if (!info) throw fail('DS4020', { fn: `${id}#${fn}` });
  const text = stripTypes(source, `${id}#${fn}`).trim();
  const original = plan.text(info.index);
  const lines = original.split('\n').length - text.split('\n').length;
  const whole = `${module.source.slice(0, info.start)}${text}${'\n'.repeat(Math.max(0, lines))}${module.source.slice(info.end)}`;
  // Numbers are known once the new text is parsed; units are made after that.
  const numbers = { fn: new Map<number, number>(), site: new Map<number, number>() };
  let changed: ModulePlan;
  try {
    changed = new ModulePlan({
      ...input,
      source: whole,
      numbers: {
        fn: (index) => numbers.fn.get(index) ?? index + module.functionBase,
        site: (index) => numbers.site.get(index) ?? index + module.siteBase,
      },
    });
  } catch (error) {
    throw fail('DS4021', { fn: `${id}#${fn}`, problem: error instanceof Error ? error.message : String(error) });
  }
  const [inner, recordedInner] = [insideOf(changed, info.index), insideOf(plan, info.index)];
  const last = info.index + recordedInner;
  const shift = inner - recordedInner;
  const renumber = (index: number): number => (index > last ? index + shift : index);
  for (const { index } of changed.functions) {
    if (index > info.index + inner) numbers.fn.set(index, index - shift + module.functionBase);
    // Functions of another text are other functions, unless there are as many: these stand for one another.
    else if (index > info.index && shift !== 0) numbers.fn.set(index, index + module.functionBase + newNumbers);
  }
  numberSites(
    plan,
    changed,
    { start: info.start, end: info.end, delta: whole.length - module.source.length },
    numbers.site,
  );
  const held = new Set(
    manifest.instances.flatMap((instance) =>
      instance.module === at
        ? [...instance.moduleVariables, ...instance.activationVariables].map(({ name }) => name)
        : [],
    ),
  );
  const instances = manifest.instances.map((instance): ManifestInstance => {
    if (instance.module !== at) return instance;
    if (instance.kind === 'program') return { ...instance, code: changed.program().replayed };
    const unit = changed.unit(instance.functions.map(renumber));
    // Without its value the variable would be undefined, and the function would fail where it does not.
    const unknown = [...unit.moduleVariables, ...unit.activationVariables].find(({ name }) => !held.has(name));
    if (unknown) throw fail('DS4022', { fn: `${id}#${fn}`, variable: unknown.name });
    return {
      ...instance,
      code: unit.code,
      moduleVariables: unit.moduleVariables,
      activationVariables: unit.activationVariables,
    };
  });
  return { ...manifest, instances };
}

/** The same units, made so that they tell their locals where something is thrown. */
export function watchedManifest(manifest: Manifest): Manifest {
  const plans = manifest.modules.map((_, at) => new ModulePlan({ ...inputOf(manifest, at), watch: true }));
  return {
    ...manifest,
    instances: manifest.instances.map((instance) => ({
      ...instance,
      code:
        (instance.kind === 'program'
          ? plans[instance.module]?.program().replayed
          : plans[instance.module]?.unit(instance.functions).code) ?? instance.code,
    })),
  };
}

/** What a module of a tape was instrumented from. */
function inputOf(manifest: Manifest, at: number): ModuleInput {
  const { id, source, format, wrapper, functionBase, siteBase } = manifest.modules[at]!;
  const program = manifest.instances.some(({ module, kind }) => module === at && kind === 'program');
  return { path: id, source, format, ...(wrapper ? { wrapper } : {}), functionBase, siteBase, program };
}

/** How many functions stand within one; they follow it in the list. */
function insideOf({ functions }: ModulePlan, index: number): number {
  const outer = functions[index];
  return functions.filter((fn) => outer && fn.index !== index && fn.start >= outer.start && fn.end <= outer.end).length;
}

/**
 * Numbers of the changed module's sites on the tape. Sites inside the new text keep those of the old one: by their text,
 * else by what is called, each in order, because the same text may stand there several times.
 */
function numberSites(
  plan: ModulePlan,
  changed: ModulePlan,
  { start, end, delta }: { readonly start: number; readonly end: number; readonly delta: number },
  numbers: Map<number, number>,
): void {
  const base = plan.input.siteBase;
  // Several sites may have the same range.
  const outside = new Map<string, number[]>();
  const old: { text: string; number: number }[] = [];
  plan.sites.forEach((site, index) => {
    if (site.start >= start && site.end <= end)
      return void old.push({ text: siteText(plan.input.source, site), number: index + base });
    const range = `${site.start}:${site.end}`;
    outside.set(range, [...(outside.get(range) ?? []), index + base]);
  });
  const fresh: { text: string; index: number }[] = [];
  changed.sites.forEach((site, index) => {
    numbers.set(index, index + base + newNumbers);
    if (site.start >= start && site.end <= end + delta)
      return void fresh.push({ text: siteText(changed.input.source, site), index });
    const moved = (at: number): number => (at >= end + delta ? at - delta : at);
    const found = outside.get(`${moved(site.start)}:${moved(site.end)}`)?.shift();
    if (found !== undefined) numbers.set(index, found);
  });
  let left = fresh;
  for (const key of [(text: string) => text, calledIn])
    left = left.filter(({ text, index }) => {
      const found = old.findIndex((site) => key(site.text) === key(text));
      if (found >= 0) numbers.set(index, old.splice(found, 1)[0]!.number);
      return found < 0;
    });
}

/** Text of a site without what formatters change. */
const siteText = (source: string, { start, end }: { readonly start: number; readonly end: number }): string =>
  source.slice(start, end).replace(/\s+/g, '').replace(/['`]/g, '"').replace(/,\)/g, ')');

/** `response.json` of `response.json({ a })`: the text without the last arguments. */
function calledIn(text: string): string {
  if (!text.endsWith(')')) return text;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth += 1;
    else if (text[at] === '(' && --depth === 0) return text.slice(0, at);
  }
  return text;
}

/** Beyond every number of a tape: for sites and functions that only the new text has. */
const newNumbers = 10_000_000;
