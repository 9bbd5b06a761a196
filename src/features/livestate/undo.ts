// Undo, from what this process holds or from the journal alone.
import { fail, isDevsandboxError } from '../../core/common/errors.ts';
import type { Target } from '../../core/targets/target.ts';
import { heldFor, journalOf, report, type Entry } from './backup.ts';
import { writeGuarded } from './edit-value.ts';
import { functionValue } from './edit-function.ts';
import { resolve } from './resolve.ts';
import { serialise } from './serialise.ts';
import type { EditReport, UndoOptions, UndoReport } from './types.ts';

export async function editHistory(target: Target): Promise<readonly EditReport[]> {
  return journalOf(target)
    .entries()
    .map((entry) => report(target, entry));
}

export async function undoEdit(target: Target, id?: number, options: UndoOptions = {}): Promise<UndoReport> {
  const entries = journalOf(target).entries();
  // One that was only intended may have been made before its editor was killed: undoing what is not there is harmless.
  const undoable = (entry: Entry) => entry.state === 'applied' || entry.state === 'intended';
  const entry =
    id === undefined
      ? (entries.findLast((candidate) => candidate.state === 'applied') ?? entries.findLast(undoable))
      : entries.find((candidate) => candidate.id === id);
  if (!entry) throw fail('DS5031', { which: id === undefined ? 'is left to undo' : `has the number ${id}` });
  if (!undoable(entry))
    throw fail('DS5032', {
      id: entry.id,
      name: entry.name,
      reason: `it is ${entry.state}`,
      remedy: '%edit history lists what is applied',
    });
  const later = entries.find(
    (candidate) => candidate.id > entry.id && candidate.name === entry.name && candidate.state === 'applied',
  );
  if (later)
    throw fail('DS5032', {
      id: entry.id,
      name: entry.name,
      reason: `edit ${later.id} changed it again`,
      remedy: `%edit undo ${later.id} first`,
    });
  const undone =
    entry.details.kind === 'value' ? await undoValue(target, entry, options) : await undoFunction(target, entry);
  if (undone.verified) journalOf(target).settle(entry, 'undone');
  return undone;
}

async function undoValue(target: Target, entry: Entry, options: UndoOptions): Promise<UndoReport> {
  const { before, result, incomplete } = entry.details;
  const resolved = await resolve(target, entry.name);
  const present = (await serialise(target, resolved.value)).expression;
  const done = { id: entry.id, name: entry.name, restored: before };
  if (incomplete === undefined && present === before && heldFor(target, entry.id)?.value === undefined)
    return { ...done, verified: true, pause: 0 as UndoReport['pause'] };
  // Of an edit that was only begun nobody knows the result: what is there is the app's own, unless it reads like the edit.
  const isOurs = result === undefined ? isSameText(present, entry.details.after) : present === result;
  if (!isOurs && !options.force)
    throw fail('DS5034', { id: entry.id, name: entry.name, expected: result ?? entry.details.after, actual: present });
  const handle = heldFor(target, entry.id)?.value;
  let written;
  if (handle !== undefined) {
    written = await writeGuarded(target, resolved, 'held', handle).catch((error: unknown) => {
      if (isDevsandboxError(error) && error.code === 'DS5003') throw error;
      return undefined; // the object is gone; an equal one is made below
    });
  }
  if (!written && incomplete !== undefined)
    throw fail('DS5032', {
      id: entry.id,
      name: entry.name,
      reason: `the old value cannot be made again: ${incomplete}`,
      remedy: `set what is needed by hand with %edit ${entry.name} = value`,
    });
  written ??= await writeGuarded(target, resolved, before);
  const now = (await serialise(target, (await resolve(target, entry.name)).value)).expression;
  return { ...done, verified: now === before, pause: written.pause };
}

const isSameText = (a: string, b: string): boolean => {
  const bare = (text: string): string =>
    text
      .replace(/\s+/g, '')
      .replace(/['`]/g, '"')
      .replace(/^\((.*)\)$/, '$1');
  return bare(a) === bare(b);
};

async function undoFunction(target: Target, entry: Entry): Promise<UndoReport> {
  const done = { id: entry.id, name: entry.name, restored: entry.details.before };
  const replacement = heldFor(target, entry.id)?.replacement;
  if (replacement !== undefined) {
    const { missed, handle, pause } = await target.restoreFunction(replacement);
    const { value } = await resolve(target, entry.name);
    return { ...done, verified: missed.length === 0 && 'handle' in value && value.handle === handle, pause };
  }
  const resolved = await resolve(target, entry.name);
  functionValue(resolved);
  // The port finds the original on the function that replaced it, or compiles this text when it is gone.
  const back = await target.replaceFunction(resolved.place, entry.details.before);
  const { value } = await resolve(target, entry.name);
  return {
    ...done,
    restored: back.source,
    verified:
      back.source === entry.details.before &&
      back.missed.length === 0 &&
      'handle' in value &&
      value.handle === back.handle,
    pause: back.pause,
  };
}
