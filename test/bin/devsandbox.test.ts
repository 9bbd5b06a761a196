import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorTable } from '../../src/core/common/errors.ts';
import { nodeBinary } from '../support/nodes.ts';

const bin = fileURLToPath(new URL('../../bin/devsandbox.js', import.meta.url));

test.each([20, 22] as const)('started on Node %i it says in one line what to do', (major) => {
  const { stdout, stderr, status } = spawnSync(nodeBinary(major), [bin, 'targets'], { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(
    new RegExp(`^DS6001 devsandbox needs Node\\.js 24 or newer and runs on ${major}\\.\\d+\\.\\d+; `),
  );
  expect(stderr).toContain('https://nodejs.org');
  expect(status).toBe(1);
});

test('what it says is the documented error', () => {
  const { stderr } = spawnSync(nodeBinary(20), [bin], { encoding: 'utf8' });
  const what = errorTable.DS6001.what.split('{version}')[0]!;
  expect(stderr).toContain(what);
});
