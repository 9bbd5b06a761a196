// Edit of a value: preview, check, backup on disk, compare and set, verify by reading back.
import { fail, isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import type { LiveValue } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { begin, hold, journalOf, report, type Entry } from './backup.ts';
import { checkExpression } from './check.ts';
import { unifiedDiff } from './diff.ts';
import { describe, resolve, type Resolved } from './resolve.ts';
import { serialise } from './serialise.ts';
import { compareShapes } from './shape.ts';
import type { EditOptions, EditPreview, EditReport } from './types.ts';

export async function previewValue(target: Target, name: string, expression: string): Promise<EditPreview> {
  return (await prepare(target, name, expression)).preview;
}

async function prepare(target: Target, name: string, expression: string) {
  const resolved = await resolve(target, name);
  const before = await serialise(target, resolved.value);
  const syntax = checkExpression(expression);
  const problems = syntax.length > 0 ? syntax : compareShapes(expression, resolved.value);
  const after = expression.trim();
  const preview: EditPreview = {
    name: resolved.name,
    kind: 'value',
    before: before.expression,
    after,
    diff: unifiedDiff(before.expression, after),
    problems,
  };
  return { resolved, before, preview };
}

export async function editValue(
  target: Target,
  name: string,
  expression: string,
  options: EditOptions = {},
): Promise<EditReport> {
  const { resolved, before, preview } = await prepare(target, name, expression);
  const error = preview.problems.find((problem) => problem.severity === 'error');
  if (error) throw fail('DS5024', { name: resolved.name, problem: error.message });
  const present = describe(resolved.value);
  if (options.expected !== undefined && options.expected !== present)
    throw changed(resolved.name, options.expected, present);
  const entry = begin(target, preview, before.incomplete);
  const journal = journalOf(target);
  try {
    const result = await writeGuarded(target, resolved, preview.after);
    if (resolved.value.kind === 'object' || resolved.value.kind === 'function')
      hold(target, entry.id, { value: resolved.value.handle });
    const asked = await serialise(target, result.after);
    const found = await serialise(target, (await resolve(target, resolved.name)).value);
    const details = {
      ...entry.details,
      result: found.expression,
      mechanism: result.mechanism,
      pause: result.pause,
      verified: asked.expression === found.expression,
    };
    return report(target, journal.settle(entry, 'applied', details));
  } catch (thrown) {
    await settleFailure(target, entry, before.expression);
    throw thrown;
  }
}

/** A write that failed half way may have happened all the same: the journal says what is there now. */
async function settleFailure(target: Target, entry: Entry, before: string): Promise<void> {
  const now = await resolve(target, entry.name)
    .then((found) => serialise(target, found.value))
    .catch(() => undefined);
  journalOf(target).settle(entry, now === undefined ? 'intended' : now.expression === before ? 'failed' : 'applied', {
    ...entry.details,
    ...(now && { result: now.expression }),
  });
}

const marker = 'devsandbox: changed meanwhile';

/**
 * Compare and set. A primitive is compared inside the expression, so in the same instant as it is written; an object
 * by its preview, which the port compares.
 */
export async function writeGuarded(
  target: Target,
  resolved: Resolved,
  expression: string,
  heldValue?: Parameters<Target['write']>[3],
) {
  const literal = literalOf(resolved.value);
  const guarded =
    literal === undefined
      ? expression
      : `(() => { if (!Object.is(old, ${literal})) throw new Error(${JSON.stringify(marker)}); return (${expression}\n); })()`;
  const expected = 'preview' in resolved.value ? resolved.value.preview : undefined;
  try {
    return await target.write(resolved.place, guarded, expected, heldValue);
  } catch (error) {
    if (messageOf(error).includes(marker) || (isDevsandboxError(error) && error.code === 'DS5003')) {
      const now = await resolve(target, resolved.name);
      throw changed(resolved.name, describe(resolved.value), describe(now.value));
    }
    throw error;
  }
}

function literalOf(value: LiveValue): string | undefined {
  if (value.kind === 'object' || value.kind === 'function' || value.kind === 'symbol' || value.kind === 'redacted')
    return undefined;
  if (value.kind === 'string' && value.length !== undefined) return undefined;
  return value.kind === 'undefined' ? 'void 0' : describe(value);
}

export const changed = (name: string, expected: string, actual: string) => fail('DS5003', { name, expected, actual });
