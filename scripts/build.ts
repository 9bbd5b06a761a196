// `npm run build`: the published form of the package in dist/, for Node.js 24 without type stripping (which Node.js
// refuses below node_modules): JavaScript and declarations by tsc, and the injected code bundled ahead of time.
import { spawnSync } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBundle } from '../src/core/common/bundle.ts';
import { root } from './architecture/repo.ts';
import { injectedCalls } from './injected-calls.ts';

const dist = join(root, 'dist');

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} failed`);
}

/** tsc rewrites `.ts` in imports but not in URLs of files that are started as processes or workers. */
async function rewriteUrls(): Promise<void> {
  for await (const name of glob('**/*.js', { cwd: dist, exclude: ['injected/**'] })) {
    const path = join(dist, name);
    const text = await readFile(path, 'utf8');
    const changed = text.replace(/(new URL\(\s*(['"])\.[^'"]*)\.ts(\2,\s*import\.meta\.url)/g, '$1.js$3');
    if (changed !== text) await writeFile(path, changed);
  }
}

async function bundleInjectedCode(): Promise<void> {
  await mkdir(join(dist, 'injected'), { recursive: true });
  const names = new Map<string, string>();
  for await (const name of glob('src/**/*.ts', { cwd: root })) {
    const path = join(root, name);
    for (const { entry, options } of injectedCalls(path, await readFile(path, 'utf8'))) {
      const { code, hash } = await makeBundle(entry, options);
      if ((names.get(options.name) ?? hash) !== hash) throw new Error(`two bundles are called ${options.name}`);
      names.set(options.name, hash);
      await writeFile(join(dist, 'injected', `${options.name}.js`), code);
      console.log(`injected/${options.name}.js  ${(code.length / 1024).toFixed(1)} KB`);
    }
  }
}

await rm(dist, { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.build.json');
await rewriteUrls();
await bundleInjectedCode();
run('publint', '--strict');
