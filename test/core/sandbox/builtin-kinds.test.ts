import { builtinModules } from 'node:module';
import { expect, test } from 'vitest';
import { grantFor, isGranted } from '../../../src/core/sandbox/builtin-kinds.ts';
import type { CellGrants } from '../../../src/core/sandbox/ports.ts';

const none: CellGrants = { fs: false, net: false, run: false, env: false, packages: [] };

test.each([
  ['node:fs', 'fs'],
  ['fs/promises', 'fs'],
  ['net', 'net'],
  ['node:https', 'net'],
  ['child_process', 'run'],
  ['node:os', 'env'],
  ['node:sqlite', 'pkg:node:sqlite'],
  ['node:path', undefined],
  ['crypto', undefined],
])('%s needs %s', (specifier, grant) => {
  expect(grantFor(specifier)).toBe(grant);
});

test('nothing that reaches the machine is open by default', () => {
  const open = builtinModules.filter((name) => isGranted(grantFor(name), none));
  expect(open.toSorted()).toEqual([
    'assert',
    'assert/strict',
    'buffer',
    'console',
    'crypto',
    'events',
    'path',
    'path/posix',
    'perf_hooks',
    'process',
    'querystring',
    'string_decoder',
    'timers',
    'timers/promises',
    'url',
    'util',
    'util/types',
    'zlib',
  ]);
});

test('a grant opens what it names', () => {
  expect(isGranted('fs', { ...none, fs: true })).toBe(true);
  expect(isGranted('pkg:node:sqlite', { ...none, packages: ['node:sqlite'] })).toBe(true);
  expect(isGranted('pkg:pg', { ...none, fs: true })).toBe(false);
});
