// Source text of a function, cut out of its module by the place the runtime gives: reading it needs no code to run in
// the target.
import { parseSync, Visitor } from 'oxc-parser';
import type { LiveFunction } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';

interface Found {
  readonly start: number;
  readonly end: number;
  readonly form: 'declaration' | 'expression' | 'class member' | 'object member';
  /** As written: of a member its key. */
  readonly name: string | undefined;
}

/** A function where it is written. */
export interface WrittenFunction extends Found {
  /** Relative to the target's working directory. */
  readonly path: string;
  /** Whole text of that file. */
  readonly text: string;
}

export const textOf = ({ text, start, end }: WrittenFunction): string => text.slice(start, end);

export async function functionSource(target: Target, fn: LiveFunction): Promise<string | undefined> {
  const place = /^(.*):(\d+)$/.exec(fn.place ?? '');
  if (!place) return undefined;
  const written = await writtenFunction(target, place[1]!, fn.name, Number(place[2]));
  return written && textOf(written);
}

/** The function of a module that begins on a line, or without one the only function of that name. */
export async function writtenFunction(
  target: Target,
  moduleId: string,
  name: string,
  line?: number,
): Promise<WrittenFunction | undefined> {
  const module = (await target.modules()).find((candidate) => candidate.id === moduleId);
  if (!module) return undefined;
  const { running, original, originalPath } = await target.source(module.id);
  // Where a source map leads, the place is one in the original.
  for (const [text, path] of [[original, originalPath ?? module.id] as const, [running, module.id] as const]) {
    const found = text === undefined ? undefined : functionAt(text, line, name);
    if (found) return { path, text: text!, ...found };
  }
  return undefined;
}

/** @internal The function that begins on a line; of several the one with that name, else the outermost. */
export function functionAt(text: string, line: number | undefined, name: string): Found | undefined {
  const { program, errors } = parseSync('module.ts', text);
  if (errors.length > 0 && program.body.length === 0) return undefined;
  const lineOf = lineCounter(text);
  const found: Found[] = [];
  const methods = new Set<number>();
  const named = new Map<number, string>();
  const add = (node: { start: number; end: number }, form: Found['form'], called: string | undefined) => {
    if (line === undefined ? called === name : lineOf(node.start) === line)
      found.push({ start: node.start, end: node.end, form, name: called });
  };
  const method = (
    node: {
      start: number;
      end: number;
      key: { start: number; end: number; type: string };
      value: { start: number } | null;
      static?: boolean;
    },
    form: Found['form'],
  ) => {
    methods.add(node.value!.start);
    const skip = node.static ? (/^static\s+/.exec(text.slice(node.start))?.[0].length ?? 0) : 0;
    add({ start: node.start + skip, end: node.end }, form, text.slice(node.key.start, node.key.end));
  };
  new Visitor({
    MethodDefinition: (node) => method(node as never, 'class member'),
    Property: (node) => {
      if (node.method || node.kind !== 'init') method(node as never, 'object member');
      else if (/Function/.test(node.value.type)) named.set(node.value.start, text.slice(node.key.start, node.key.end));
    },
    VariableDeclarator: (node) => {
      if (node.init && node.id.type === 'Identifier') named.set(node.init.start, node.id.name);
    },
    FunctionDeclaration: (node) => add(node, 'declaration', node.id?.name ?? undefined),
    FunctionExpression: (node) => {
      if (!methods.has(node.start)) add(node, 'expression', node.id?.name ?? named.get(node.start));
    },
    ArrowFunctionExpression: (node) => add(node, 'expression', named.get(node.start)),
  }).visit(program);
  if (line === undefined) return found.length === 1 ? found[0] : undefined;
  return (
    found.find((candidate) => candidate.name === name) ?? found.sort((a, b) => a.start - b.start || b.end - a.end)[0]
  );
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
