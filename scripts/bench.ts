// `npm run bench [name…]`: runs bench/*.ts one after another, each in a process of its own, so that none warms up or
// disturbs another.
import { spawnSync } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { basename } from 'node:path';
import { root } from './architecture/repo.ts';

const wanted = process.argv.slice(2);
const files = (await Array.fromAsync(glob('bench/*.ts', { cwd: root }))).toSorted();
const chosen = files.filter((file) => wanted.length === 0 || wanted.includes(basename(file, '.ts')));
if (chosen.length === 0) {
  console.log(
    `no benchmark is called ${wanted.join(', ')}; there are ${files.map((file) => basename(file, '.ts')).join(', ')}`,
  );
  process.exitCode = 1;
}
for (const file of chosen) {
  console.log(`\n# ${basename(file, '.ts')}`);
  const { status } = spawnSync(process.execPath, ['--no-node-snapshot', file], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
