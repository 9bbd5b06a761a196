// What Node's builtins may do, and which %allow opens those that reach the machine.
import { isBuiltin } from 'node:module';
import type { CellGrants } from './ports.ts';

/** Loaded inside the isolate; keep in step with inside/builtins.ts, which a test does. */
export const pureBuiltins: ReadonlySet<string> = new Set([
  'assert',
  'assert/strict',
  'buffer',
  'console',
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
]);

/** They only compute, but in native code: handles to the host's own, without a grant. */
const computing: ReadonlySet<string> = new Set(['crypto', 'zlib']);

const groups: Readonly<Record<string, 'fs' | 'net' | 'run' | 'env'>> = {
  fs: 'fs',
  'fs/promises': 'fs',
  net: 'net',
  tls: 'net',
  http: 'net',
  https: 'net',
  http2: 'net',
  dgram: 'net',
  dns: 'net',
  'dns/promises': 'net',
  child_process: 'run',
  cluster: 'run',
  worker_threads: 'run',
  os: 'env',
};

export const bareName = (specifier: string): string => specifier.replace(/^node:/, '');

export const isNodeBuiltin = (specifier: string): boolean => isBuiltin(specifier);

/** What %allow must be given for a builtin; undefined when it needs nothing. */
export function grantFor(specifier: string): string | undefined {
  const name = bareName(specifier);
  if (pureBuiltins.has(name) || computing.has(name)) return undefined;
  return groups[name] ?? `pkg:node:${name}`;
}

export function isGranted(grant: string | undefined, grants: CellGrants): boolean {
  if (grant === undefined) return true;
  if (grant.startsWith('pkg:')) return grants.packages.includes(grant.slice(4));
  return grants[grant as 'fs' | 'net' | 'run' | 'env'];
}
