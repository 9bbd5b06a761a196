// Installs what a clone needs and is missing, and says so; a no-op in a moment when all is there.
//
//   node scripts/setup.js demo    packages, among them Node.js 24
//   node scripts/setup.js test    these, and what tests need: other versions of Node.js, Jupyter, a browser
//
// Plain JavaScript without dependencies, because it runs before anything is installed, on Node.js 20.
// What only some tests need (Jupyter, Debian packages) is skipped with a visible line where it cannot be had.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { argv, env, exit, getuid, stdout } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const say = (text) => stdout.write(`setup: ${text}\n`);

/**
 * Whether what npm says it installed (node_modules/.package-lock.json) is what the lock file asks for.
 * Optional packages, such as binaries for other systems, may be absent but not of another version.
 */
export function matchesLock(lock, installed) {
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === '') continue;
    const present = installed.packages?.[path];
    if (!present ? !(wanted.optional || wanted.peer) : present.version !== wanted.version) return false;
  }
  return true;
}

/** Environment for a child npm: no settings of the npm that runs us, and no Node.js that is about to be replaced. */
export function childEnvironment(parent, folder) {
  const result = {};
  for (const [name, value] of Object.entries(parent)) {
    if (!/^npm_(lifecycle|package|config_(local|global)_prefix|config_prefix|command|execpath|node)/.test(name)) {
      result[name] = value;
    }
  }
  const inside = join(folder, 'node_modules');
  result.PATH = (parent.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.startsWith(inside))
    .join(delimiter);
  return result;
}

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
};

/** Runs a program, shows its output only when it fails; gives whether it succeeded. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: childEnvironment(env, root),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (result.status === 0) return true;
  if (!options.quiet) stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  return false;
}

/**
 * `npm ci`, with install scripts only for the Node.js packages, which fetch their binary by one. The others ship
 * binaries for Node.js 24 and would try to compile for the Node.js that runs npm.
 */
function installPackages(folder, nodes, what) {
  const lock = readJson(join(folder, 'package-lock.json'));
  const installed = readJson(join(folder, 'node_modules', '.package-lock.json'));
  const binaries = nodes.map((name) => join(folder, 'node_modules', name, 'bin', 'node'));
  if (matchesLock(lock, installed) && binaries.every((path) => existsSync(path))) return false;
  say(`installing ${what}`);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('npm', ['ci', '--ignore-scripts', ...quiet], { cwd: folder })) throw new Error(`npm ci failed (${what})`);
  const foreground = ['--ignore-scripts=false', ...quiet];
  if (!run('npm', ['rebuild', ...nodes, ...foreground], { cwd: folder }))
    throw new Error(`npm rebuild failed (${what})`);
  const missing = binaries.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`npm installed no ${missing.join(', ')}`);
  return true;
}

/** First Python that is new enough and can make virtual environments. */
function findPython() {
  const check = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 9) else 1)';
  return ['python3', 'python'].find((name) => run(name, ['-c', check], { quiet: true }));
}

/** Python packages of the kernel and notebook tests, in .venv. */
function installPython() {
  const requirements = readFileSync(join(root, 'test', 'requirements.txt'));
  const wanted = createHash('sha256').update(requirements).digest('hex');
  const stamp = join(root, '.venv', 'devsandbox-requirements');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  const python = findPython();
  if (!python) {
    say('SKIPPED Jupyter: no Python 3.9 or newer with venv; kernel and notebook tests will be skipped');
    return true;
  }
  say('installing Jupyter into .venv');
  const pip = join(root, '.venv', 'bin', 'python');
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'test/requirements.txt'];
  if ((!existsSync(pip) && !run(python, ['-m', 'venv', '.venv'])) || !run(pip, install)) {
    say('SKIPPED Jupyter: pip failed, see above; kernel and notebook tests will be skipped');
    return true;
  }
  writeFileSync(stamp, wanted);
  return true;
}

const kernelTestSource = '/usr/lib/python3/dist-packages/jupyter_kernel_test';
const findOnPath = (names) =>
  (env.PATH ?? '').split(delimiter).some((folder) => names.some((name) => existsSync(join(folder, name))));

/** A browser and Jupyter's own kernel tests, from Debian where we may. */
function installDebian() {
  const missing = [];
  if (!findOnPath(['chromium', 'chromium-browser', 'google-chrome'])) missing.push('chromium');
  if (!existsSync(kernelTestSource)) missing.push('python3-jupyter-kernel-test');
  if (missing.length === 0) return linkKernelTest();
  const remedy = `tests that need it will be skipped (apt-get install ${missing.join(' ')})`;
  if (!findOnPath(['apt-get']) || getuid?.() !== 0) {
    say(`SKIPPED ${missing.join(', ')}: needs apt-get and root; ${remedy}`);
    return true;
  }
  say(`installing ${missing.join(', ')}`);
  const options = { env: { ...childEnvironment(env, root), DEBIAN_FRONTEND: 'noninteractive' } };
  const install = () =>
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { ...options, quiet: true });
  if (!install() && !(run('apt-get', ['update', '-q'], options) && install())) {
    say(`SKIPPED ${missing.join(', ')}: apt-get failed; ${remedy}`);
  }
  linkKernelTest();
  return true;
}

/** Debian's module serves Debian's Python; .venv may be another one and sees it through a link. */
function linkKernelTest() {
  const libraries = join(root, '.venv', 'lib');
  if (!existsSync(kernelTestSource) || !existsSync(libraries)) return false;
  for (const version of readdirSync(libraries)) {
    const link = join(libraries, version, 'site-packages', 'jupyter_kernel_test');
    if (!existsSync(link)) symlinkSync(kernelTestSource, link);
  }
  return false;
}

function main(purpose) {
  if (purpose !== 'demo' && purpose !== 'test') {
    stdout.write('usage: node scripts/setup.js demo|test\n');
    return 1;
  }
  const start = performance.now();
  try {
    const steps = [() => installPackages(root, ['node'], 'packages (npm ci)')];
    if (purpose === 'test') {
      const nodes = () =>
        installPackages(
          join(root, 'test', 'nodes'),
          ['node20', 'node22', 'node26'],
          'Node.js 20, 22 and 26 as targets of tests',
        );
      steps.push(nodes, installPython, installDebian);
    }
    const changed = steps.map((step) => step()).some(Boolean);
    if (changed) say(`done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return 0;
  } catch (error) {
    say(`FAILED ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) exit(main(argv[2]));
