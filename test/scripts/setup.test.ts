import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
// @ts-expect-error plain JavaScript, because it runs before anything is installed
import { childEnvironment, matchesLock } from '../../scripts/setup.js';
import { nodeBinary } from '../support/nodes.ts';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-linux': { version: '2.0.0', optional: true },
  },
};

test('what is installed matches the lock', () => {
  expect(matchesLock(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(true);
  expect(matchesLock(lock, { packages: { 'node_modules/a': { version: '1.0.1' } } })).toBe(false);
  expect(matchesLock(lock, {})).toBe(false);
  const otherBinary = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-linux': { version: '1.9.0' } };
  expect(matchesLock(lock, { packages: otherBinary })).toBe(false);
});

test('a child npm sees neither the settings of its parent nor the Node.js that is being replaced', () => {
  const parent = {
    PATH: '/repo/node_modules/.bin:/usr/bin',
    npm_config_local_prefix: '/repo',
    npm_lifecycle_event: 'test',
    npm_config_registry: 'https://registry.example',
  };
  expect(childEnvironment(parent, '/repo')).toEqual({
    PATH: '/usr/bin',
    npm_config_registry: 'https://registry.example',
  });
});

test('it runs on Node 20 and tells how it is used', () => {
  const script = fileURLToPath(new URL('../../scripts/setup.js', import.meta.url));
  const { stdout, status } = spawnSync(nodeBinary(20), [script, 'nonsense'], { encoding: 'utf8' });
  expect(stdout).toContain('usage: node scripts/setup.js demo|test');
  expect(status).toBe(1);
});
