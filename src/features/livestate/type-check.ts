// What TypeScript says of an edit before it is made. Only errors that the edit brings count: those that the unedited
// text has too are left out. Without an answer the edit goes on, and its preview says that types were not checked.
import { resolve as resolvePath } from 'node:path';
import type { TypeError } from '../../core/cells/language-service.ts';
import { formatStep, joinStep, type LiveName } from '../../core/targets/live-name.ts';
import type { Target } from '../../core/targets/target.ts';
import { overlayFunction } from './overlay.ts';
import type { WrittenFunction } from './function-source.ts';
import type { Problem, TypeChecker } from './types.ts';

export interface TypeCheck {
  /** For people: against what was checked, or why not. */
  readonly types: string;
  readonly problems: readonly Problem[];
}

const isTypeScript = (path: string): boolean => /\.[cm]?tsx?$/.test(path);

/** Missing types are no errors: JavaScript is welcome. Nor is what only the form of the overlay brings. */
const leftOut = new Set([
  2448, 2454, 7005, 7006, 7008, 7010, 7011, 7013, 7018, 7019, 7020, 7022, 7023, 7024, 7025, 7031, 7032, 7033, 7034,
  7041, 7051,
]);
/** `Cannot find name …`: an app need not have the types of Node installed. */
const unknownName = new Set([2304, 2503, 2552, 2580, 2584, 2591]);
const nodeNames = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...['require', 'module', 'exports', '__filename', '__dirname'],
]);

export async function checkFunctionTypes(
  checker: TypeChecker,
  target: Target,
  written: WrittenFunction | undefined,
  source: string,
): Promise<TypeCheck> {
  if (!written) return notChecked('its source was not found');
  const overlay = overlayFunction(written, source);
  if (!overlay) return notChecked('it does not fit where the present function is written');
  const found = await newErrors(checker, target, written.path, written.text, overlay.text);
  if ('problem' in found) return notChecked(found.problem);
  const problems = found.errors.map(({ code, message, start }): Problem => {
    const inside = start >= overlay.start && start <= overlay.end;
    const line = lineAt(overlay.text, start) - (inside ? lineAt(overlay.text, overlay.start) - 1 : 0);
    // Elsewhere in the module: as many lines off as the new function is longer.
    const moved = start > overlay.end ? overlay.text.split('\n').length - written.text.split('\n').length : 0;
    return {
      severity: 'error',
      check: 'types',
      code: `TS${code}`,
      message: inside ? message : `${written.path}:${line - moved} ${message}`,
      ...(inside && { line }),
    };
  });
  return { types: `checked against ${written.path}`, problems };
}

/** Checks that an expression may be assigned to what a live name means. */
export async function checkValueTypes(
  checker: TypeChecker,
  target: Target,
  name: LiveName,
  expression: string,
): Promise<TypeCheck> {
  const { running, original, originalPath } = await target.source(name.module);
  const path = originalPath ?? name.module;
  const text = original ?? running;
  if (!isTypeScript(path)) return shapeOnly(`${path} declares no types`);
  const there = pathOf(name);
  // Within a function a variable has its declared type, not that of what it was assigned last.
  const head = `${text}\n;(() => { let there = ${there};\nconst old = there;\nthere = (\n`;
  const overlay = `${head}${expression}\n); return [there, old]; });\n`;
  const found = await newErrors(checker, target, path, text, overlay);
  if ('problem' in found) return shapeOnly(found.problem);
  const expressionLine = lineAt(overlay, head.length);
  const nameLine = expressionLine - 3;
  if (found.errors.some(({ start }) => lineAt(overlay, start) === nameLine))
    return shapeOnly(`${path} gives ${there} no type that can be named`);
  const problems = found.errors.map(({ code, message, start }): Problem => ({
    severity: 'error',
    check: 'types',
    code: `TS${code}`,
    message,
    line: Math.max(1, lineAt(overlay, start) - expressionLine + 1),
  }));
  return { types: `checked against ${path}`, problems };
}

/** Whatever leads to the value is taken to be there. */
const pathOf = ({ member = '', steps }: LiveName): string =>
  steps.reduce(
    (path, step, at) => {
      const isSure = step.kind === 'entry' || step.kind === 'index';
      return `${path}${joinStep(formatStep(step))}${isSure || at < steps.length - 1 ? '!' : ''}`;
    },
    member + (steps.length > 0 ? '!' : ''),
  );

async function newErrors(
  checker: TypeChecker,
  target: Target,
  path: string,
  before: string,
  after: string,
): Promise<{ readonly errors: readonly TypeError[] } | { readonly problem: string }> {
  // JavaScript is checked as if it asked for it.
  const mark = isTypeScript(path) ? '' : '// @ts-check\n';
  const answer = await checker.errorsOf(resolvePath(target.info.cwd, path), [mark + before, mark + after]);
  if ('problem' in answer) return answer;
  const [old = [], now = []] = answer.errors;
  const key = ({ code, message }: TypeError): string => `${code} ${message}`;
  const known = new Set(old.map(key));
  return {
    errors: now
      .filter((error) => !known.has(key(error)) && !leftOut.has(error.code) && !isNodeName(error))
      .map((error) => ({ ...error, start: error.start - mark.length })),
  };
}

const isNodeName = ({ code, message }: TypeError): boolean =>
  unknownName.has(code) && nodeNames.has(/'([\w$]+)'/.exec(message)?.[1] ?? '');

const lineAt = (text: string, offset: number): number => text.slice(0, Math.max(0, offset)).split('\n').length;

const notChecked = (reason: string): TypeCheck => ({ types: `not checked: ${reason}`, problems: [] });
const shapeOnly = (reason: string): TypeCheck => ({ types: `shape only: ${reason}`, problems: [] });
