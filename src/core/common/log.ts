// What devsandbox says about itself, for whoever debugs it: off unless DEVSANDBOX_LOG names a level. Lines of JSON on
// stderr, or in the file that DEVSANDBOX_LOG_FILE names, so that terminals and kernels are not garbled. No values of a
// target belong here: they would escape redaction.
import { appendFileSync } from 'node:fs';
import { messageOf } from './errors.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  readonly debug: (what: string, fields?: LogFields) => void;
  readonly info: (what: string, fields?: LogFields) => void;
  readonly warn: (what: string, fields?: LogFields) => void;
  readonly error: (what: string, thrown?: unknown, fields?: LogFields) => void;
}

const maxField = 2_000;

/** A log for one part of the program. Reads the environment at each line, so that tests and sessions can switch it. */
export function log(part: string, environment: NodeJS.ProcessEnv = process.env): Log {
  const write = (level: LogLevel, what: string, fields: LogFields = {}): void => {
    const threshold = levels.indexOf(environment['DEVSANDBOX_LOG'] as LogLevel);
    if (threshold < 0 || levels.indexOf(level) < threshold) return;
    const bounded = Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.slice(0, maxField) : value,
    ]);
    const line = `${JSON.stringify({ time: new Date().toISOString(), level, part, pid: process.pid, what, ...Object.fromEntries(bounded) })}\n`;
    const path = environment['DEVSANDBOX_LOG_FILE'];
    try {
      if (path) appendFileSync(path, line, { mode: 0o600 });
      else process.stderr.write(line);
    } catch {
      // A log that cannot be written must not stop what it is about.
    }
  };
  return {
    debug: (what, fields) => write('debug', what, fields),
    info: (what, fields) => write('info', what, fields),
    warn: (what, fields) => write('warn', what, fields),
    error: (what, thrown, fields) =>
      write('error', what, { ...fields, ...(thrown !== undefined && { error: messageOf(thrown) }) }),
  };
}
