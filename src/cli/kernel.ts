// `devsandbox kernel …`: hands over to the kernel, and says what it did.
import { createEngine, type EngineOptions } from '../magics/compose.ts';
import { installKernel, listKernels, removeKernel, runKernel, type InstallOptions } from '../kernel/index.ts';

export function kernelInstall(flags: Record<string, string | boolean | undefined>, args: readonly string[]): void {
  const where: InstallOptions['where'] =
    typeof flags['prefix'] === 'string' ? { prefix: flags['prefix'] } : flags['sysPrefix'] ? 'sys-prefix' : 'user';
  const installed = installKernel({
    where,
    ...(typeof flags['name'] === 'string' ? { name: flags['name'] } : {}),
    ...(typeof flags['attach'] === 'string' ? { attach: flags['attach'] } : {}),
    ...(args.length > 0 ? { args } : {}),
  });
  process.stdout.write(`installed ${installed.name} (${installed.displayName}) in ${installed.folder}\n`);
}

export function kernelList(): void {
  for (const kernel of listKernels())
    process.stdout.write(
      `${kernel.name}  ${kernel.folder}${kernel.broken === undefined ? '' : `  broken: ${kernel.broken}`}\n`,
    );
}

export function kernelRemove(name: string | undefined): void {
  const removed = removeKernel(name ?? 'devsandbox');
  process.stdout.write(`removed ${removed.name} from ${removed.folder}\n`);
}

export const kernelRun = (file: string, options: EngineOptions): Promise<void> =>
  runKernel(file, { createEngine: () => createEngine(options) });
