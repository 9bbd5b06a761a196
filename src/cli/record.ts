// `devsandbox record app.js`: starts a program under the recorder, from its first line on, and says where the tape is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail } from '../core/common/errors.ts';

const candidates = ['../register.ts', '../register.js'].map((name) => new URL(name, import.meta.url));

export async function recordProgram(
  command: readonly string[],
  flags: { readonly out?: string; readonly scope?: string; readonly compression?: string },
): Promise<void> {
  const register = candidates.find((url) => existsSync(fileURLToPath(url)));
  if (!register) throw fail('DS6025');
  const environment = {
    ...process.env,
    ...(flags.out === undefined ? {} : { DEVSANDBOX_TAPE: flags.out }),
    ...(flags.scope === undefined ? {} : { DEVSANDBOX_SCOPE: flags.scope }),
    ...(flags.compression === undefined ? {} : { DEVSANDBOX_COMPRESSION: flags.compression }),
  };
  const child = spawn(process.execPath, ['--import', register.href, ...command], {
    stdio: 'inherit',
    env: environment,
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, failed) => {
    child.once('exit', (...end) => done(end));
    child.once('error', failed);
  });
  for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(each, forward);
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
}
