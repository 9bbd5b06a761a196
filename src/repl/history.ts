// What was typed, kept over sessions: one JSON text a line, so that cells of several lines stay whole. Lines are added,
// never rewritten, so that two terminals at once lose nothing; the file is cut when a session begins.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../core/common/state-directory.ts';

const kept = 2000;
// The line editor has lines only: a cell of several stands in it on one, with a sign that cells do not contain.
const newline = ' ⏎ ';

export const toLine = (cell: string): string => cell.replaceAll('\n', newline);
export const fromLine = (line: string): string => line.replaceAll(newline, '\n');

export class History {
  readonly #path: string | undefined;
  /** Newest first, as readline wants it. */
  readonly entries: string[];

  constructor(path?: string) {
    try {
      this.#path = path ?? join(stateFolder('repl'), 'history.jsonl');
    } catch {
      this.#path = undefined; // a home that cannot be written: history lives as long as the session
    }
    this.entries = this.#read();
  }

  add(text: string): void {
    if (text.trim() === '' || this.entries[0] === text) return;
    this.entries.unshift(text);
    if (this.#path === undefined) return;
    try {
      appendFileSync(this.#path, `${JSON.stringify(text)}\n`, { mode: 0o600 });
    } catch {
      // The line was run; that it cannot be remembered is no reason to disturb.
    }
  }

  #read(): string[] {
    if (this.#path === undefined) return [];
    try {
      const lines = readFileSync(this.#path, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      if (lines.length > kept * 2) writeFileSync(this.#path, `${lines.slice(-kept).join('\n')}\n`, { mode: 0o600 });
      return lines.slice(-kept).toReversed().flatMap(read);
    } catch {
      return [];
    }
  }
}

function read(line: string): readonly string[] {
  try {
    const text: unknown = JSON.parse(line);
    return typeof text === 'string' ? [text] : [];
  } catch {
    return []; // cut off by a crash
  }
}
