// `devsandbox replay --check *.tape`: tapes as a regression suite. Every root call of every tape is re-executed from the
// tape alone; exit code 1 when one diverged.
import { resolve } from 'node:path';
import { fail, isDevsandboxError } from '../core/common/errors.ts';
import { showCheck } from '../magics/display/tapes.ts';
import { styleOf } from '../magics/display/style.ts';

export async function replayTapes(
  paths: readonly string[],
  flags: { readonly check?: boolean; readonly json?: boolean },
): Promise<void> {
  if (!flags.check) throw fail('DS6024');
  const { replayCheck } = await import('../features/timetravel/index.ts');
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    for (const path of paths) {
      if (stop.signal.aborted) break;
      try {
        const report = await replayCheck(resolve(path), { signal: stop.signal });
        if (report.diverged > 0) process.exitCode = 1;
        process.stdout.write(
          flags.json
            ? `${JSON.stringify({ path, ...report })}\n`
            : `${path}\n${String(showCheck(report, styleOf(process.stdout)).data['text/plain'])}\n`,
        );
      } catch (error) {
        // One tape that cannot be read does not keep the others from being checked.
        if (!isDevsandboxError(error)) throw error;
        process.exitCode = 1;
        if (flags.json)
          process.stdout.write(`${JSON.stringify({ path, error: { code: error.code, message: error.message } })}\n`);
        process.stderr.write(`${error.message}\n`);
      }
    }
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
