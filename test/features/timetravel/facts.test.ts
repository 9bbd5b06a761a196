import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitRevision } from '../../../src/features/timetravel/facts.ts';
import { folder } from './fixture.ts';

const commit = 'a'.repeat(40);

test('the revision is found above the folder, loose, packed or detached', () => {
  const root = folder();
  const inside = join(root, 'src', 'deep');
  mkdirSync(inside, { recursive: true });
  expect(gitRevision(inside)).toBeUndefined();
  mkdirSync(join(root, '.git', 'refs', 'heads'), { recursive: true });
  writeFileSync(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  expect(gitRevision(inside)).toBeUndefined();
  writeFileSync(join(root, '.git', 'packed-refs'), `# pack-refs\n${commit} refs/heads/main\n`);
  expect(gitRevision(inside)).toEqual({ revision: commit, branch: 'main' });
  writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), `${'b'.repeat(40)}\n`);
  expect(gitRevision(inside)).toEqual({ revision: 'b'.repeat(40), branch: 'main' });
  writeFileSync(join(root, '.git', 'HEAD'), `${commit}\n`);
  expect(gitRevision(inside)).toEqual({ revision: commit });
});

test('a worktree has its branches in the repository', () => {
  const root = folder();
  const git = join(root, 'repo', '.git');
  const tree = join(root, 'tree');
  mkdirSync(join(git, 'worktrees', 'tree'), { recursive: true });
  mkdirSync(join(git, 'refs', 'heads'), { recursive: true });
  mkdirSync(tree);
  writeFileSync(join(tree, '.git'), `gitdir: ${join(git, 'worktrees', 'tree')}\n`);
  writeFileSync(join(git, 'worktrees', 'tree', 'HEAD'), 'ref: refs/heads/fix\n');
  writeFileSync(join(git, 'worktrees', 'tree', 'commondir'), '../..\n');
  writeFileSync(join(git, 'refs', 'heads', 'fix'), `${commit}\n`);
  expect(gitRevision(tree)).toEqual({ revision: commit, branch: 'fix' });
});
