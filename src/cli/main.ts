// The command line: reads what was typed and hands it to the part that does it, loaded only then, so that
// `devsandbox --version` costs no more than starting Node.js. Errors are one coded line and exit code 1.
import { createRequire } from 'node:module';
import { isDevsandboxError } from '../core/common/errors.ts';

const version = (): string => (createRequire(import.meta.url)('../../package.json') as { version: string }).version;

export async function main(args: readonly string[]): Promise<void> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version()}\n`);
    return;
  }
  // A reader that went away (`devsandbox targets | head -1`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    const { runCommand } = await import('./commands.ts');
    await runCommand(args, version());
  } catch (thrown) {
    await report(thrown);
  }
}

async function report(thrown: unknown): Promise<void> {
  process.exitCode = 1;
  if (isDevsandboxError(thrown)) {
    process.stderr.write(`${thrown.message}\n`);
    return;
  }
  const { toCellError } = await import('../magics/display/errors.ts');
  process.stderr.write(`${toCellError(thrown).message}\n`);
}
