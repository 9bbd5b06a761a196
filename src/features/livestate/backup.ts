// What the journal keeps of an edit, and what only this process can keep: the object itself, for an undo that restores
// identity.
import { identityOf } from '../../core/journal/identity.ts';
import { EditJournal, type JournalEntry } from '../../core/journal/journal.ts';
import { ms } from '../../core/common/units.ts';
import type { Handle } from '../../core/targets/live-value.ts';
import type { Replacement, Target } from '../../core/targets/target.ts';
import type { EditPreview, EditReport } from './types.ts';

export interface EditDetails extends EditPreview {
  readonly target: string;
  /** Why `before` cannot make the old value again, when it cannot. */
  readonly incomplete?: string;
  /** The value as it was right after the edit. */
  readonly result?: string;
  readonly mechanism: string;
  readonly pause: number;
  readonly verified: boolean;
  readonly references: readonly string[];
  readonly missed: Replacement['missed'];
}

export type Entry = JournalEntry<EditDetails>;

export const journalOf = (target: Target): EditJournal<EditDetails> =>
  new EditJournal({ identity: identityOf(target.info.pid) });

interface Held {
  /** The old object of an edited value. */
  readonly value?: Handle;
  /** Id of a replaced function in this session. */
  readonly replacement?: string;
}

const held = new WeakMap<Target, Map<number, Held>>();

export const heldFor = (target: Target, id: number): Held | undefined => held.get(target)?.get(id);

export function hold(target: Target, id: number, what: Held): void {
  let byId = held.get(target);
  if (!byId) held.set(target, (byId = new Map()));
  byId.set(id, what);
}

export const begin = (target: Target, preview: EditPreview, incomplete?: string): Entry =>
  journalOf(target).begin(preview.name, {
    ...preview,
    target: target.info.name,
    ...(incomplete !== undefined && { incomplete }),
    mechanism: '',
    pause: 0,
    verified: false,
    references: [],
    missed: [],
  });

export function report(target: Target, entry: Entry): EditReport {
  const { name, kind, before, after, diff, types, problems, mechanism, pause, verified, references, missed } =
    entry.details;
  // `intended` in the journal of a finished process: nobody knows whether it was made.
  const state = entry.state === 'intended' ? 'failed' : entry.state;
  return {
    name,
    kind,
    before,
    after,
    diff,
    // Journals of earlier versions do not say.
    types: types ?? 'not checked',
    problems,
    id: entry.id,
    state,
    at: entry.at,
    pid: target.info.pid,
    mechanism,
    pause: ms(pause),
    backup: journalOf(target).path,
    verified,
    references,
    missed,
  };
}
