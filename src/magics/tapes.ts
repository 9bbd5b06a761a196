// Which tape is meant: an id or its beginning, a path, or none for the last one.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../core/common/errors.ts';
import type { TapeReference } from '../core/session/state.ts';
import type { Services } from './services.ts';

/** Tapes of this session, newest first, then those of the tapes' folder. */
export async function knownTapes(services: Services): Promise<readonly TapeReference[]> {
  const mine = services.session.state.tapes.toReversed();
  const timetravel = await services.timetravel();
  const others = (await timetravel.listTapes(services.tapesDirectory)).filter(
    (tape) => !mine.some((each) => each.path === tape.path),
  );
  return [...mine, ...others.map((tape) => ({ tape: tape.tape, path: tape.path, open: false }))];
}

/** Path of the tape that is meant. */
export async function findTape(services: Services, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    const last = services.session.state.tapes.findLast((tape) => !tape.open);
    if (last) return last.path;
    if (services.session.state.recording !== undefined) throw fail('DS3091');
    const newest = (await knownTapes(services))[0];
    if (newest) return newest.path;
    throw fail('DS3090');
  }
  if (/[/\\]|\.tape$/.test(wanted)) {
    const path = resolve(wanted);
    if (!existsSync(path)) throw fail('DS3092', { tape: wanted });
    return path;
  }
  const found = (await knownTapes(services)).filter((tape) => tape.tape.startsWith(wanted));
  if (found.length > 1 && !found.some((tape) => tape.tape === wanted))
    throw fail('DS3093', { tape: wanted, tapes: found.map((tape) => tape.tape).join(', ') });
  const tape = found.find((each) => each.tape === wanted) ?? found[0];
  if (!tape) throw fail('DS3092', { tape: wanted });
  return tape.path;
}
