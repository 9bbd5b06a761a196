// What a tape's header says about where and with what it was recorded. Everything here is read from files or from what
// the recorder reports; no process is started for it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { TapeHeader } from '../../core/tape/events.ts';
import type { RecordingManifest, Target } from '../../core/targets/target.ts';
import type { RecordOptions } from './types.ts';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** Folder that holds HEAD: `.git`, or where a worktree's `.git` file points to. */
function gitFolder(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, '.git');
    if (read(join(candidate, 'HEAD')) !== undefined) return candidate;
    const pointer = /^gitdir: (.+)$/.exec(read(candidate) ?? '')?.[1];
    if (pointer !== undefined) return resolve(folder, pointer);
    if (dirname(folder) === folder) return undefined;
  }
}

export interface GitRevision {
  readonly revision: string;
  readonly branch?: string;
}

/** Commit that is checked out around a folder, without asking git. */
export function gitRevision(folder: string): GitRevision | undefined {
  const git = gitFolder(folder);
  if (git === undefined) return undefined;
  const head = read(join(git, 'HEAD')) ?? '';
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return /^[0-9a-f]{40,64}$/.test(head) ? { revision: head } : undefined;
  // Branches of a worktree lie in the repository that it belongs to.
  const common = read(join(git, 'commondir'));
  const shared = common === undefined ? git : resolve(git, common);
  const packed = (): string | undefined =>
    (read(join(shared, 'packed-refs')) ?? '')
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0];
  const revision = read(join(git, ref)) ?? read(join(shared, ref)) ?? packed();
  return revision === undefined ? undefined : { revision, branch: ref.replace(/^refs\/heads\//, '') };
}

export const toolVersion = (): string =>
  (createRequire(import.meta.url)('../../../package.json') as { readonly version: string }).version;

const text = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value !== '' ? value : fallback;

/** The header of a recording that is on. Zone, locale and clock are the target's where the recorder reports them. */
export function tapeHeader(
  target: Target,
  manifest: RecordingManifest,
  options: Pick<RecordOptions, 'scope' | 'compression'>,
  startedAt: number,
): Omit<TapeHeader, 'id' | 'format'> {
  const { info } = target;
  const meta = (typeof manifest['meta'] === 'object' && manifest['meta'] !== null ? manifest['meta'] : {}) as Readonly<
    Record<string, unknown>
  >;
  const own = Intl.DateTimeFormat().resolvedOptions();
  const git = gitRevision(info.cwd);
  return {
    createdAt: new Date(startedAt).toISOString(),
    target: {
      name: info.name,
      pid: info.pid,
      runtime: `${info.kind} ${info.runtimeVersion}`,
      mainScript: info.mainScript,
    },
    tool: toolVersion(),
    zone: text(meta['timeZone'], own.timeZone),
    locale: text(meta['locale'], own.locale),
    scope: options.scope ?? [],
    compression: options.compression ?? 'lz4',
    clockBase: typeof meta['startedAt'] === 'number' ? meta['startedAt'] : startedAt,
    meta: {
      cwd: info.cwd,
      ...(info.ports.length > 0 ? { ports: info.ports } : {}),
      ...(info.thread ? { thread: info.thread } : {}),
      ...(git ? { git } : {}),
    },
  };
}
