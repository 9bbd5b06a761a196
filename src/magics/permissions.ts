// The words of %allow and %deny, and of --allow on the command line.
import { fail } from '../core/common/errors.ts';
import { accessKinds, type AccessKind, type Grants } from '../core/session/state.ts';
import { nearest } from './suggest.ts';

export const grantWords = ['fs', 'net', 'run', 'env'] as const;

export interface Permissions {
  readonly kinds: readonly AccessKind[];
  readonly grants: Partial<Grants>;
  readonly hasGrants: boolean;
}

export function readPermissions(words: readonly string[], magic: 'allow' | 'deny'): Permissions {
  const kinds: AccessKind[] = [];
  const packages: string[] = [];
  const flags: Partial<Record<(typeof grantWords)[number], true>> = {};
  for (const word of words) {
    const flag = grantWords.find((each) => each === word);
    const kind = accessKinds.find((each) => each === word);
    if (kind) kinds.push(kind);
    else if (flag) flags[flag] = true;
    else if (/^pkg:(?:@[\w.-]+\/)?[\w.-]+$/.test(word)) packages.push(word.slice('pkg:'.length));
    else {
      const all = [...accessKinds, ...grantWords];
      const near = nearest(word, all);
      throw fail('DS6005', {
        value: word,
        argument: 'what',
        magic,
        expected: `one of ${all.join(', ')}, pkg:NAME${near ? ` (${near}?)` : ''}`,
      });
    }
  }
  const grants = { ...flags, ...(packages.length > 0 ? { packages } : {}) };
  return { kinds, grants, hasGrants: Object.keys(grants).length > 0 };
}
