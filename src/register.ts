// `node --import devsandbox/register app.js`: records a program from its first line. What it is told it is told by the
// environment, and takes out of there: the program, and processes that it starts, have the environment they had.
import Module from 'node:module';
import { fail, isDevsandboxError, messageOf } from './core/common/errors.ts';

const { _cache: cache } = Module as unknown as { readonly _cache: Record<string, unknown> };

function told(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value === '' ? undefined : value;
}

try {
  const before = new Set(Object.keys(cache));
  const { recordThisProgram } = await import('./core/targets/preload.ts');
  await recordThisProgram({
    out: told('DEVSANDBOX_TAPE'),
    scope: told('DEVSANDBOX_SCOPE'),
    compression: told('DEVSANDBOX_COMPRESSION'),
    report: told('DEVSANDBOX_REPORT'),
  });
  // The program does not see what was loaded for us.
  for (const name of Object.keys(cache)) if (!before.has(name)) Reflect.deleteProperty(cache, name);
} catch (error) {
  // The program is not run unrecorded.
  const known = isDevsandboxError(error) ? error : fail('DS4031', { problem: messageOf(error) }, error);
  process.stderr.write(`${known.message}\n`);
  process.exit(1);
}
