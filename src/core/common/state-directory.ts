// Where devsandbox keeps what outlives a process: audit trails, journals of edits, REPL history. One place, so that a
// later process finds what an earlier one left.
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$DEVSANDBOX_HOME`, else `$XDG_STATE_HOME/devsandbox`, else `~/.local/state/devsandbox`. */
export const stateDirectory = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment['DEVSANDBOX_HOME'] ||
  join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'devsandbox');

/** A folder below it, made when missing, readable by its owner only. */
export function stateFolder(name: string): string {
  const path = join(stateDirectory(), name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}
