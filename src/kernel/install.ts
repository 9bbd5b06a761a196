// `devsandbox kernel install|list|remove`: the folder by which Jupyter finds the kernel. Its command names the Node.js
// executable and our script by absolute path, because a Jupyter server has neither our PATH nor an npx cache. Folders
// that we did not write are never overwritten and never removed.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, messageOf } from '../core/common/errors.ts';
import { kernelFolders, kernelsBelow, pythonPrefix, userDataFolder } from './jupyter-paths.ts';
import { logoPng32, logoPng64, logoSvg } from './logos.ts';
import { protocolVersion } from './wire.ts';

export interface InstallOptions {
  /** Default: the user's own folder. */
  readonly where?: 'user' | 'sys-prefix' | { readonly prefix: string };
  readonly name?: string;
  /** Target that the kernel attaches to when it starts. */
  readonly attach?: string;
  /** More arguments of `devsandbox kernel run`, such as `--allow-fs`. */
  readonly args?: readonly string[];
}

export interface InstalledKernel {
  readonly name: string;
  readonly displayName: string;
  readonly folder: string;
  readonly attach: string | undefined;
  /** Version of devsandbox that wrote it. */
  readonly version: string;
  readonly argv: readonly string[];
  /** Set when its Node.js or its script is not where it was: what is missing. */
  readonly broken: string | undefined;
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const script = fileURLToPath(new URL('../../bin/devsandbox.js', import.meta.url));

function kernelName(options: InstallOptions): string {
  const suffix = options.attach
    ?.replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase();
  const name = options.name ?? (suffix ? `devsandbox-${suffix}` : 'devsandbox');
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) throw fail('DS7010', { name });
  return name;
}

function folderOf(where: InstallOptions['where']): string {
  if (typeof where === 'object') return kernelsBelow(where.prefix);
  if (where !== 'sys-prefix') return join(userDataFolder(), 'kernels');
  const prefix = pythonPrefix();
  if (prefix === undefined) throw fail('DS7011');
  return kernelsBelow(prefix);
}

/**
 * Writes a kernelspec; one of ours with the same name is replaced.
 * @throws DS7010 bad name, DS7011 no environment, DS7012 no permission, DS7014 somebody else's kernel
 */
export function installKernel(options: InstallOptions = {}): InstalledKernel {
  const name = kernelName(options);
  const folder = join(folderOf(options.where), name);
  if (existsSync(join(folder, 'kernel.json')) && !readKernel(name, folder))
    throw fail('DS7014', { name, path: folder });
  const attach = options.attach === undefined ? [] : ['--attach', options.attach];
  const spec = {
    argv: [process.execPath, script, 'kernel', 'run', '{connection_file}', ...attach, ...(options.args ?? [])],
    display_name:
      options.attach === undefined ? 'TypeScript (devsandbox)' : `TypeScript in ${options.attach} (devsandbox)`,
    language: 'typescript',
    interrupt_mode: 'message',
    kernel_protocol_version: protocolVersion,
    env: {},
    metadata: { devsandbox: { version, ...(options.attach === undefined ? {} : { attach: options.attach }) } },
  };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'logo-svg.svg'), logoSvg);
    writeFileSync(join(folder, 'logo-32x32.png'), logoPng32);
    writeFileSync(join(folder, 'logo-64x64.png'), logoPng64);
    writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(spec, undefined, 2)}\n`);
  } catch (error) {
    throw fail('DS7012', { name, path: folder, reason: messageOf(error) }, error);
  }
  return readKernel(name, folder)!;
}

/** Kernels written by devsandbox, wherever Jupyter would find them. */
export function listKernels(options: { readonly prefix?: string } = {}): InstalledKernel[] {
  const found: InstalledKernel[] = [];
  for (const parent of kernelFolders(options.prefix)) {
    let names: string[];
    try {
      names = readdirSync(parent).toSorted();
    } catch {
      continue; // Most of the places do not exist.
    }
    for (const name of names) {
      const kernel = readKernel(name, join(parent, name));
      if (kernel) found.push(kernel);
    }
  }
  return found;
}

/**
 * Removes the first kernel of this name that Jupyter would find.
 * @throws DS7013 there is none, DS7014 it is not ours, DS7012 no permission
 */
export function removeKernel(name: string, options: { readonly prefix?: string } = {}): InstalledKernel {
  const kernel = listKernels(options).find((candidate) => candidate.name === name);
  if (!kernel) {
    const foreign = kernelFolders(options.prefix)
      .map((parent) => join(parent, name))
      .find((folder) => existsSync(join(folder, 'kernel.json')));
    throw foreign === undefined ? fail('DS7013', { name }) : fail('DS7014', { name, path: foreign });
  }
  try {
    rmSync(kernel.folder, { recursive: true });
  } catch (error) {
    throw fail('DS7012', { name, path: kernel.folder, reason: messageOf(error) }, error);
  }
  return kernel;
}

/** The kernel in `folder` when devsandbox wrote it. */
function readKernel(name: string, folder: string): InstalledKernel | undefined {
  let spec: {
    argv?: unknown;
    display_name?: unknown;
    metadata?: { devsandbox?: { version?: unknown; attach?: unknown } };
  };
  try {
    spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as typeof spec;
  } catch {
    return undefined;
  }
  const ours = spec.metadata?.devsandbox;
  if (!ours || !Array.isArray(spec.argv)) return undefined;
  const argv = spec.argv.map(String);
  return {
    name,
    displayName: String(spec.display_name),
    folder,
    attach: typeof ours.attach === 'string' ? ours.attach : undefined,
    version: String(ours.version),
    argv,
    broken: argv.slice(0, 2).find((path) => !existsSync(path)),
  };
}
