// Where Jupyter looks for kernels, by its own rules: the user's data folder, the Python environment in use, the system.
import { execFileSync } from 'node:child_process';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own data folder of Jupyter. */
export function userDataFolder(env: Environment = process.env, system = platform()): string {
  if (env['JUPYTER_DATA_DIR']) return env['JUPYTER_DATA_DIR'];
  if (system === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (system === 'win32') return join(env['APPDATA'] || join(homedir(), 'AppData', 'Roaming'), 'jupyter');
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'jupyter');
}

/** Root of the Python environment that is active, or of the Python that the shell finds. */
export function pythonPrefix(env: Environment = process.env): string | undefined {
  const active = env['VIRTUAL_ENV'] || env['CONDA_PREFIX'];
  if (active) return active;
  for (const python of ['python3', 'python']) {
    try {
      return execFileSync(python, ['-c', 'import sys; print(sys.prefix)'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 10_000,
      }).trim();
    } catch {
      // Not there, or not a Python: the next name may be.
    }
  }
  return undefined;
}

export const kernelsBelow = (prefix: string): string => join(prefix, 'share', 'jupyter', 'kernels');

/** Folders with kernels, in the order in which Jupyter takes the first of a name. */
export function kernelFolders(extraPrefix?: string, env: Environment = process.env): string[] {
  const fromPath = (env['JUPYTER_PATH'] ?? '').split(delimiter).filter(Boolean);
  const prefix = pythonPrefix(env);
  const folders = [
    ...(extraPrefix === undefined ? [] : [kernelsBelow(extraPrefix)]),
    ...fromPath.map((folder) => join(folder, 'kernels')),
    join(userDataFolder(env), 'kernels'),
    ...(prefix === undefined ? [] : [kernelsBelow(prefix)]),
    ...(platform() === 'win32' ? [] : ['/usr/local/share/jupyter/kernels', '/usr/share/jupyter/kernels']),
  ];
  return [...new Set(folders)];
}
