// A counterfactual in which one function has another text: its module's unit is made again around it. The numbers of
// functions and sites outside it stay as they were, so that the rest of the tape still fits.
import { stripTypes } from './strip-types.ts';
import { fail } from '../common/errors.ts';
import type { Manifest, ManifestInstance } from '../instrument/manifest.ts';
import { ModulePlan } from '../instrument/transform/index.ts';

export interface Replacement {
  readonly module: string;
  readonly fn: string;
  readonly source: string;
}

/** @throws DS4020 when the tape has no such function, DS4021 when the text is no function */
export function replacedManifest(manifest: Manifest, { module: id, fn, source }: Replacement): Manifest {
  const at = manifest.modules.findIndex((module) => module.id === id);
  const module = manifest.modules[at];
  if (!module) throw fail('DS4020', { fn: `${id}#${fn}` });
  const plan = new ModulePlan({
    path: id,
    source: module.source,
    format: module.format,
    ...(module.wrapper ? { wrapper: module.wrapper } : {}),
    functionBase: module.functionBase,
    siteBase: module.siteBase,
  });
  const info = plan.functions.find((item) => item.name === fn && item.kind !== 'class');
  if (!info) throw fail('DS4020', { fn: `${id}#${fn}` });
  const text = stripTypes(source, id).trim().replace(/;$/, '');
  const original = plan.text(info.index);
  const lines = original.split('\n').length - text.split('\n').length;
  const whole = `${module.source.slice(0, info.start)}${text}${'\n'.repeat(Math.max(0, lines))}${module.source.slice(info.end)}`;
  let changed: ModulePlan;
  try {
    changed = new ModulePlan({
      path: id,
      source: whole,
      format: module.format,
      ...(module.wrapper ? { wrapper: module.wrapper } : {}),
      functionBase: module.functionBase,
      siteBase: module.siteBase,
    });
  } catch (error) {
    throw fail('DS4021', { fn: `${id}#${fn}`, problem: error instanceof Error ? error.message : String(error) });
  }
  const shift = changed.functions.length - plan.functions.length;
  const renumber = (index: number): number => (index > info.index ? index + shift : index);
  // New numbers for functions behind the change would not fit the tape: they keep theirs where the count is the same.
  const sites = siteNumbers(plan, changed, info.start, info.end, whole.length - module.source.length);
  const instances = manifest.instances.map((instance): ManifestInstance => {
    if (instance.module !== at) return instance;
    const unit = changed.unit(instance.functions.map(renumber));
    return {
      ...instance,
      code: renumbered(unit.code, sites, module.functionBase, shift, info.index),
      moduleVariables: unit.moduleVariables,
      activationVariables: unit.activationVariables,
    };
  });
  return { ...manifest, instances };
}

/** The same units, made so that they tell their locals where something is thrown. */
export function watchedManifest(manifest: Manifest): Manifest {
  const plans = manifest.modules.map(
    ({ id, source, format, wrapper, functionBase, siteBase }) =>
      new ModulePlan({
        path: id,
        source,
        format,
        ...(wrapper ? { wrapper } : {}),
        functionBase,
        siteBase,
        watch: true,
      }),
  );
  return {
    ...manifest,
    instances: manifest.instances.map((instance) => ({
      ...instance,
      code: plans[instance.module]?.unit(instance.functions).code ?? instance.code,
    })),
  };
}

/** Site numbers of the changed module to those of the tape; sites inside the new text keep numbers of the old one's by text. */
function siteNumbers(
  plan: ModulePlan,
  changed: ModulePlan,
  start: number,
  end: number,
  delta: number,
): ReadonlyMap<number, number> {
  const base = plan.input.siteBase;
  const [before, after] = [new Map<string, number>(), plan.input.source];
  plan.sites.forEach((site, index) => {
    const inside = site.start >= start && site.end <= end;
    before.set(inside ? `in:${after.slice(site.start, site.end)}` : `${site.start}:${site.end}`, index + base);
  });
  const map = new Map<number, number>();
  changed.sites.forEach((site, index) => {
    const back = site.start >= end + delta ? delta : 0;
    const inside = site.start >= start && site.end <= end + delta;
    const key = inside
      ? `in:${changed.input.source.slice(site.start, site.end)}`
      : `${site.start - back}:${site.end - (site.end >= end + delta ? delta : 0)}`;
    map.set(index + base, before.get(key) ?? index + base + 10_000_000);
  });
  return map;
}

const siteUse = /(\$\.(?:c|m|k|n|g|s|ref|upd|d|has|io|i|ai|fi|o|sp|tpl|a|imp|fn|cf)\()(\d+)(?=[,)])/g;
const functionUse = /(\$\.(?:f|fd|e|as|gs)\()(\d+)(?=[,)])/g;

function renumbered(
  code: string,
  sites: ReadonlyMap<number, number>,
  base: number,
  shift: number,
  from: number,
): string {
  const withSites = code.replace(
    siteUse,
    (_whole, call: string, number: string) => `${call}${sites.get(Number(number)) ?? number}`,
  );
  if (shift === 0) return withSites;
  return withSites.replace(functionUse, (_whole, call: string, number: string) => {
    const index = Number(number) - base;
    return `${call}${index > from + shift ? Number(number) - shift : index > from ? Number(number) + 10_000_000 : number}`;
  });
}
