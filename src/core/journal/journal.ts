// Edits of one process, on disk before they are made, so that another devsandbox can undo them after ours was killed.
// A file of JSON lines for each process; the newest line of an id is its state. A line cut by a crash is left out when
// reading and ended before the next one is written.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail } from '../common/errors.ts';
import { stateFolder } from '../common/state-directory.ts';
import type { ProcessIdentity } from './identity.ts';

/** `intended`: written before the change; when it stays so, we died in between and the change may or may not be there. */
export type EditState = 'intended' | 'applied' | 'undone' | 'failed';

export interface JournalEntry<Details = unknown> {
  readonly id: number;
  readonly state: EditState;
  /** ISO time of the edit. */
  readonly at: string;
  /** Process of the devsandbox that made the edit. */
  readonly editor: number;
  /** Live name. */
  readonly name: string;
  /** Everything an undo needs; JSON. */
  readonly details: Details;
}

export interface JournalOptions {
  readonly identity: ProcessIdentity;
  /** Default: the state directory. */
  readonly folder?: string;
}

/** Held for a few milliseconds: what is older was left by a process that was killed. */
const lockAge = 2000;
const lockPatience = 10_000;

export class EditJournal<Details = unknown> {
  readonly path: string;

  constructor(options: JournalOptions) {
    const { pid, startedAt } = options.identity;
    this.path = join(options.folder ?? stateFolder('journal'), `${pid}-${startedAt}.jsonl`);
  }

  /** Writes down an edit that is about to be made; on disk when this returns. */
  begin(name: string, details: Details): JournalEntry<Details> {
    return this.#locked(() => {
      const id = Math.max(0, ...this.entries().map((entry) => entry.id)) + 1;
      const entry: JournalEntry<Details> = {
        id,
        state: 'intended',
        at: new Date().toISOString(),
        editor: process.pid,
        name,
        details,
      };
      this.#append(entry);
      return entry;
    });
  }

  /** Notes what became of an edit. */
  settle(entry: JournalEntry<Details>, state: EditState, details: Details = entry.details): JournalEntry<Details> {
    const next = { ...entry, state, details };
    this.#locked(() => this.#append(next));
    return next;
  }

  /** All edits, oldest first. */
  entries(): readonly JournalEntry<Details>[] {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw fail('DS5030', { path: this.path, reason: (error as NodeJS.ErrnoException).code ?? 'error' }, error);
    }
    const newest = new Map<number, JournalEntry<Details>>();
    for (const line of text.split('\n')) {
      const entry = parseLine<Details>(line);
      if (entry) newest.set(entry.id, entry);
    }
    return [...newest.values()].sort((a, b) => a.id - b.id);
  }

  #append(entry: JournalEntry<Details>): void {
    try {
      const file = openSync(this.path, 'a+', 0o600);
      try {
        writeSync(file, `${endsInsideLine(file) ? '\n' : ''}${JSON.stringify(entry)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw fail('DS5030', { path: this.path, reason: (error as NodeJS.ErrnoException).code ?? 'error' }, error);
    }
  }

  /** Two devsandboxes on one target must not take the same number. */
  #locked<T>(work: () => T): T {
    const lock = `${this.path}.lock`;
    const owner = `${process.pid} ${randomUUID()}`;
    const deadline = Date.now() + lockPatience;
    for (;;) {
      try {
        writeFileSync(lock, owner, { flag: 'wx', mode: 0o600 });
        break;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'error';
        if (code !== 'EEXIST' || Date.now() > deadline) throw fail('DS5030', { path: this.path, reason: code }, error);
        if (isOld(lock)) breakLock(lock, `${lock}.${owner.slice(-12)}`);
        else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
    try {
      return work();
    } finally {
      if (contentOf(lock) === owner) rmSync(lock, { force: true });
    }
  }
}

/** Takes away a lock whose owner was killed. Another may have done so just before: a lock that is new is put back. */
function breakLock(lock: string, aside: string): void {
  try {
    renameSync(lock, aside);
    if (!isOld(aside)) linkSync(aside, lock);
  } catch {
    // Somebody else was faster.
  } finally {
    rmSync(aside, { force: true });
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function endsInsideLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] !== 10;
}

function isOld(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > lockAge;
  } catch {
    return false;
  }
}

function parseLine<Details>(line: string): JournalEntry<Details> | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as JournalEntry<Details>;
  } catch {
    return undefined; // cut by a crash
  }
}
