// The audit trail: who was allowed what, and what was done or refused. Append-only JSON lines; each line carries the
// hash of the line before it, so that a line changed, removed or put in between is found. A cut end is found as long
// as the session lives, because it remembers the last hash. Written before the thing it speaks of is done.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../common/errors.ts';

export interface AuditEntry {
  readonly n: number;
  readonly at: string;
  readonly session: string;
  readonly user: string;
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previous: string;
  readonly hash: string;
}

export type AuditCheck =
  | { readonly intact: true; readonly entries: number }
  | { readonly intact: false; readonly entries: number; readonly line: number; readonly reason: string };

const start = '0'.repeat(64);

export class AuditTrail {
  readonly path: string;
  readonly #session: string;
  readonly #user: string;
  #last = start;
  #count = 0;

  constructor(options: { readonly path: string; readonly session: string; readonly user: string }) {
    this.path = options.path;
    this.#session = options.session;
    this.#user = options.user;
  }

  append(what: string, details: Readonly<Record<string, unknown>>, at: Date): void {
    const entry = {
      n: this.#count + 1,
      at: at.toISOString(),
      session: this.#session,
      user: this.#user,
      what,
      details,
      previous: this.#last,
    };
    const hash = hashOf(entry);
    try {
      if (this.#count === 0) mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      appendFileSync(this.path, `${JSON.stringify({ ...entry, hash })}\n`, { mode: 0o600 });
    } catch (error) {
      // Without a trail nothing may be done that has to be on it.
      throw fail('DS5010', { path: this.path, reason: (error as NodeJS.ErrnoException).code ?? 'error' }, error);
    }
    this.#last = hash;
    this.#count = entry.n;
  }

  entries(): readonly AuditEntry[] {
    return readEntries(this.path).entries;
  }

  /** Also compares with what this session remembers of its last entry. */
  verify(): AuditCheck {
    const check = verifyTrail(this.path);
    if (!check.intact) return check;
    if (check.entries < this.#count)
      return {
        intact: false,
        entries: check.entries,
        line: check.entries + 1,
        reason: `the last ${this.#count - check.entries} entries are missing`,
      };
    const last = this.entries().at(-1);
    if (check.entries > this.#count || (last && last.hash !== this.#last))
      return {
        intact: false,
        entries: check.entries,
        line: this.#count,
        reason: 'the end is not what this session wrote',
      };
    return check;
  }
}

function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { n, at, session, user, what, details, previous } = entry;
  return createHash('sha256')
    .update(JSON.stringify([n, at, session, user, what, details, previous]))
    .digest('hex');
}

function readEntries(path: string): {
  readonly entries: readonly AuditEntry[];
  readonly bad?: { readonly line: number };
} {
  if (!existsSync(path)) return { entries: [] };
  const entries: AuditEntry[] = [];
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line === '') continue;
    try {
      entries.push(JSON.parse(line) as AuditEntry);
    } catch {
      return { entries, bad: { line: index + 1 } };
    }
  }
  return { entries };
}

/** Follows the chain of a trail on disk. */
export function verifyTrail(path: string): AuditCheck {
  const { entries, bad } = readEntries(path);
  let previous = start;
  for (const [index, entry] of entries.entries()) {
    const line = index + 1;
    if (entry.n !== line)
      return { intact: false, entries: entries.length, line, reason: `entry ${line} is numbered ${entry.n}` };
    if (entry.previous !== previous)
      return {
        intact: false,
        entries: entries.length,
        line,
        reason: `entry ${line} does not follow entry ${line - 1}`,
      };
    if (hashOf(entry) !== entry.hash)
      return { intact: false, entries: entries.length, line, reason: `entry ${line} was changed` };
    previous = entry.hash;
  }
  if (bad) return { intact: false, entries: entries.length, line: bad.line, reason: `line ${bad.line} is not JSON` };
  return { intact: true, entries: entries.length };
}
