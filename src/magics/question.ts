// `?name`, `??name`, `%help name` and the hover of a notebook: what a magic, a name of the cells or a live name is.
import { fail, isDevsandboxError } from '../core/common/errors.ts';
import type { Inspection, MimeBundle } from '../core/sandbox/ports.ts';
import { showInspection } from './display/live-value.ts';
import { preformatted } from './display/html.ts';
import type { TextStyle } from './display/style.ts';
import { helpOf, helpText } from './help.ts';
import type { LazyRunner } from './lazy-runner.ts';
import { isMagic, loadMagic } from './registry.ts';
import type { Services } from './services.ts';

/** Help of a magic as something to show. */
export async function magicHelp(name: string): Promise<MimeBundle> {
  const help = helpOf(await loadMagic(name));
  const text = helpText(help);
  return { 'text/plain': text, 'text/html': preformatted(text), 'application/json': help };
}

/** Answers `?name` and `??name` (`deep`: with source). */
export async function answerQuestion(
  name: string,
  deep: boolean,
  services: Services,
  runner: LazyRunner,
  style: TextStyle,
): Promise<MimeBundle> {
  if (name.startsWith('%')) return magicHelp(name.replace(/^%+/, '').split(/\s/)[0]!);
  if (/^[\w$.[\]'"()]+$/.test(name)) {
    const inspection = await (await runner.start()).inspect(name, name.length);
    if (inspection.found) return inspection.data;
  }
  const live = services.session.state.target ? await liveInspection(name, deep, services, style) : undefined;
  if (live) return live;
  if (isMagic(name)) return magicHelp(name);
  throw fail('DS6013', { name });
}

async function liveInspection(
  name: string,
  deep: boolean,
  services: Services,
  style: TextStyle,
): Promise<MimeBundle | undefined> {
  try {
    const livestate = await services.livestate();
    const report = await livestate.inspectName(services.target(), name);
    return { ...showInspection(report, style, deep).data, 'application/json': report };
  } catch (error) {
    if (isDevsandboxError(error)) return undefined; // no such live name: it may be something else
    throw error;
  }
}

/** What stands at the cursor. */
export async function inspectAt(
  code: string,
  cursor: number,
  services: Services,
  runner: LazyRunner,
  style: TextStyle,
): Promise<Inspection> {
  const line = code.slice(code.lastIndexOf('\n', cursor - 1) + 1).split('\n')[0]!;
  const magic =
    /^\s*(?:[\w$\s.]+=\s*)?%{1,2}([A-Za-z]\w*)/.exec(line)?.[1] ?? /^\s*\?{1,2}%?([A-Za-z]\w*)\s*$/.exec(line)?.[1];
  if (magic !== undefined && isMagic(magic)) return { found: true, data: await magicHelp(magic) };
  const inspection = await (await runner.start()).inspect(code, cursor);
  if (inspection.found || !services.session.state.target) return inspection;
  const word = /[\w$#/.@-]*$/.exec(code.slice(0, cursor))![0] + /^[\w$#/.@-]*/.exec(code.slice(cursor))![0];
  const data = word.includes('#') ? await liveInspection(word, false, services, style) : undefined;
  return data ? { found: true, data } : inspection;
}
