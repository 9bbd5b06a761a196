// Formats the given files, or all of them: `npm run format [path…]`. With --committed only files without changes that
// are not committed yet, so that nobody's work in progress moves under their hands.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const committedOnly = args.includes('--committed');
const paths = args.filter((argument) => !argument.startsWith('--'));

const git = (...parameters: string[]): readonly string[] =>
  spawnSync('git', parameters, { encoding: 'utf8' }).stdout.split('\0').filter(Boolean);

if (committedOnly) {
  const changed = new Set(git('diff', '--name-only', '-z', 'HEAD'));
  paths.push(...git('ls-files', '-z', '--', '*.ts', '*.js', '*.json').filter((path) => !changed.has(path)));
}
const result = spawnSync('oxfmt', ['--no-error-on-unmatched-pattern', ...paths], { stdio: 'inherit' });
process.exitCode = result.status ?? 1;
