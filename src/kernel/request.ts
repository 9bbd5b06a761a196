// Reading the content of a request: a field of the wrong type is the client's mistake and is said, not guessed at.
import { fail } from '../core/common/errors.ts';
import type { Message } from './wire.ts';

type Kinds = { string: string; number: number; boolean: boolean };

/**
 * Field `name` of a request's content.
 * @param fallback for a field left out; without it the field is required
 * @throws DS7005
 */
export function field<K extends keyof Kinds>(request: Message, name: string, kind: K, fallback?: Kinds[K]): Kinds[K] {
  const value = request.content[name] ?? fallback;
  if (typeof value !== kind)
    throw fail('DS7005', {
      type: request.header.msg_type,
      field: name,
      value: JSON.stringify(request.content[name]) ?? 'nothing',
    });
  return value as Kinds[K];
}

/** The same for a field that may be left out. */
export const optionalField = <K extends keyof Kinds>(request: Message, name: string, kind: K): Kinds[K] | undefined =>
  request.content[name] === undefined || request.content[name] === null ? undefined : field(request, name, kind);
