// Edit of a function: the port swaps every reference; here are preview, check, journal and report.
import { fail } from '../../core/common/errors.ts';
import type { LiveFunction } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { begin, hold, journalOf, report } from './backup.ts';
import { checkFunction, stripExport } from './check.ts';
import { unifiedDiff } from './diff.ts';
import { functionSource } from './function-source.ts';
import { resolve, type Resolved } from './resolve.ts';
import type { EditPreview, EditReport } from './types.ts';

export async function previewFunction(target: Target, name: string, source: string): Promise<EditPreview> {
  return (await prepare(target, name, source)).preview;
}

async function prepare(
  target: Target,
  name: string,
  source: string,
): Promise<{ resolved: Resolved; preview: EditPreview }> {
  const resolved = await resolve(target, name);
  const before = await presentSource(target, resolved.name, functionValue(resolved));
  const after = stripExport(source);
  return {
    resolved,
    preview: {
      name: resolved.name,
      kind: 'function',
      before,
      after,
      diff: unifiedDiff(before, after),
      problems: checkFunction(after, before),
    },
  };
}

export async function editFunction(target: Target, name: string, source: string): Promise<EditReport> {
  const { resolved, preview } = await prepare(target, name, source);
  const error = preview.problems.find((problem) => problem.severity === 'error');
  if (error)
    throw fail('DS5024', { name: resolved.name, problem: error.message + (error.line ? ` (line ${error.line})` : '') });
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
      verified: now.value.kind === 'function' && replacement.references.length > 0,
      references: replacement.references,
      missed: replacement.missed,
    };
    return report(target, journal.settle(entry, 'applied', details));
  } catch (thrown) {
    if (target.alive) journal.settle(entry, 'failed'); // the port puts back what a failed replacement had written
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
