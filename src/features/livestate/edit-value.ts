// Edit of a value: preview, check, backup on disk, compare and set, verify by reading back.
import { fail, isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import type { LiveValue } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';
import { begin, hold, journalOf, report, type Entry } from './backup.ts';
import { checkExpression } from './check.ts';
import { unifiedDiff } from './diff.ts';
import { describe, resolve, type Resolved } from './resolve.ts';
import { serialise } from './serialise.ts';
import { previewOf, refuseErrors } from './preview.ts';
import { compareShapes, notAFunction } from './shape.ts';
import { checkValueTypes } from './type-check.ts';
import type { EditOptions, EditPreview, EditReport, PreviewOptions, TypeChecker } from './types.ts';

export async function previewValue(
  target: Target,
  name: string,
  expression: string,
  options: PreviewOptions = {},
): Promise<EditPreview> {
  return (await prepare(target, name, expression, options)).preview;
}

async function prepare(target: Target, name: string, expression: string, options: EditOptions) {
  const resolved = await resolve(target, name);
  const before = await serialise(target, resolved.value);
  if (options.preview) return { resolved, before, preview: options.preview };
  const after = expression.trim();
  const syntax = checkExpression(expression);
  const { types, problems } =
    syntax.length > 0
      ? { types: 'not checked', problems: syntax }
      : await checkTypes(target, resolved, after, options.types);
  const preview = previewOf(
    {
      name: resolved.name,
      kind: 'value',
      before: before.expression,
      after,
      diff: unifiedDiff(before.expression, after),
      types,
      problems,
    },
    options,
  );
  return { resolved, before, preview };
}

/** Against the declared type where there is one, else against the value that is there. */
async function checkTypes(target: Target, resolved: Resolved, expression: string, checker: TypeChecker | undefined) {
  const shapes = compareShapes(resolved.name, expression, resolved.value);
  if (!checker) return { types: 'shape only: no type checker is at hand', problems: shapes };
  const checked = await checkValueTypes(checker, target, resolved.parsed, expression);
  // That a function stays one is asked for whatever its type is.
  const kept = checked.types.startsWith('shape only') || resolved.value.kind === 'function' ? shapes : [];
  return { types: checked.types, problems: [...kept, ...checked.problems] };
}

export async function editValue(
  target: Target,
  name: string,
  expression: string,
  options: EditOptions = {},
): Promise<EditReport> {
  const { resolved, before, preview } = await prepare(target, name, expression, options);
  refuseErrors(preview);
  const present = describe(resolved.value);
  if (options.expected !== undefined && options.expected !== present)
    throw changed(resolved.name, options.expected, present);
  const { place } = resolved;
  if (options.holder !== undefined && !('handle' in place && place.handle === options.holder))
    throw changed(resolved.name, 'a member of the object at hand', 'a member of another object');
  const entry = begin(target, preview, before.incomplete);
  const journal = journalOf(target);
  try {
    const keepsFunction = resolved.value.kind === 'function' && options.unchecked !== true;
    const wanted = keepsFunction ? functionOnly(preview.after) : preview.after;
    const result = await writeGuarded(target, resolved, wanted);
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
    if (messageOf(thrown).includes(noFunction))
      throw fail('DS5025', { name: resolved.name, problem: notAFunction(resolved.name, 'another kind') });
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

const noFunction = 'devsandbox: no function';

/** Only running an expression shows for sure what it gives. */
const functionOnly = (expression: string): string =>
  `((next) => { if (typeof next !== 'function') throw new Error(${JSON.stringify(noFunction)}); return next; })(${expression}\n)`;

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
