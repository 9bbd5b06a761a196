// Edit of a function: the port swaps every reference; here are preview, check, journal and report.
import { fail } from '../../core/common/errors.ts';
import type { LiveFunction } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { begin, hold, journalOf, report } from './backup.ts';
import { checkFunction, stripExport } from './check.ts';
import { unifiedDiff } from './diff.ts';
import { functionSource, writtenFunction, type WrittenFunction } from './function-source.ts';
import { previewOf, refuseErrors } from './preview.ts';
import { resolve, type Resolved } from './resolve.ts';
import { checkFunctionTypes } from './type-check.ts';
import type { EditOptions, EditPreview, EditReport, PreviewOptions } from './types.ts';

export async function previewFunction(
  target: Target,
  name: string,
  source: string,
  options: PreviewOptions = {},
): Promise<EditPreview> {
  return (await prepare(target, name, source, options)).preview;
}

async function prepare(
  target: Target,
  name: string,
  source: string,
  options: EditOptions,
): Promise<{ resolved: Resolved; preview: EditPreview }> {
  const resolved = await resolve(target, name);
  const fn = functionValue(resolved);
  if (options.preview) return { resolved, preview: options.preview };
  const before = await presentSource(target, resolved.name, fn);
  const after = stripExport(source);
  const problems = checkFunction(after, before);
  const { types, problems: wrong } =
    options.types === undefined || problems.some(({ severity }) => severity === 'error')
      ? { types: 'not checked', problems: [] }
      : await checkFunctionTypes(options.types, target, await writtenAt(target, resolved, fn), after);
  const preview = previewOf(
    {
      name: resolved.name,
      kind: 'function',
      before,
      after,
      diff: unifiedDiff(before, after),
      types,
      problems: [...problems, ...wrong],
    },
    options,
  );
  return { resolved, preview };
}

/** Where it is written; one that an edit put there is found by its name. */
async function writtenAt(
  target: Target,
  { parsed }: Resolved,
  { place, name }: LiveFunction,
): Promise<WrittenFunction | undefined> {
  const at = /^(.*):(\d+)$/.exec(place ?? '');
  return (
    (at && (await writtenFunction(target, at[1]!, name, Number(at[2])))) || writtenFunction(target, parsed.module, name)
  );
}

export async function editFunction(
  target: Target,
  name: string,
  source: string,
  options: EditOptions = {},
): Promise<EditReport> {
  const { resolved, preview } = await prepare(target, name, source, options);
  refuseErrors(preview);
  const journal = journalOf(target);
  const entry = begin(target, preview);
  try {
    const replacement = await target.replaceFunction(resolved.place, preview.after);
    hold(target, entry.id, { replacement: replacement.id });
    const now = await resolve(target, resolved.name);
    const details = {
      ...entry.details,
      before: replacement.originalSource,
      result: replacement.source,
      mechanism: 'every reference rewritten, optimised callers flushed',
      pause: replacement.pause,
      verified: now.value.kind === 'function' && now.value.handle === replacement.handle,
      references: replacement.references,
      missed: replacement.missed,
    };
    return report(target, journal.settle(entry, 'applied', details));
  } catch (thrown) {
    // The port puts back what a failed replacement had written. Where that is not seen, the edit can still be undone.
    const now = await resolve(target, resolved.name).catch(() => undefined);
    const isBack = now?.value.kind === 'function' && now.value.handle === functionValue(resolved).handle;
    if (isBack) journal.settle(entry, 'failed');
    throw thrown;
  }
}

export function functionValue(resolved: Resolved): LiveFunction {
  if (resolved.value.kind !== 'function')
    throw fail('DS5023', {
      name: resolved.name,
      reason: `it is ${resolved.value.kind === 'object' ? resolved.value.className : resolved.value.kind}, no function`,
      remedy: `set it with %edit ${resolved.name} = value`,
    });
  if (resolved.value.isClass)
    throw fail('DS5023', {
      name: resolved.name,
      reason: 'it is a class',
      remedy: `edit one of its methods: ${resolved.name}.prototype.method`,
    });
  return resolved.value;
}

/** Text of the function that is there now: out of its module, or the journal when an edit put it there. */
export async function presentSource(target: Target, name: string, fn: LiveFunction): Promise<string> {
  const edit = journalOf(target)
    .entries()
    .findLast((entry) => entry.name === name && entry.details.kind === 'function' && entry.state === 'applied');
  if (edit) return edit.details.result ?? edit.details.after;
  return (await functionSource(target, fn)) ?? fn.preview;
}
