// Source text of a function, cut out of its module by the place the runtime gives: reading it needs no code to run in
// the target.
import { parseSync, Visitor } from 'oxc-parser';
import type { LiveFunction } from '../../core/targets/live-value.ts';
import type { Target } from '../../core/targets/target.ts';

export async function functionSource(target: Target, fn: LiveFunction): Promise<string | undefined> {
  const place = /^(.*):(\d+)$/.exec(fn.place ?? '');
  if (!place) return undefined;
  const modules = await target.modules();
  const module = modules.find((candidate) => candidate.id === place[1]);
  if (!module) return undefined;
  const { running, original } = await target.source(module.id);
  // Where a source map leads, the place is one in the original.
  return functionAt(original ?? running, Number(place[2]), fn.name) ?? functionAt(running, Number(place[2]), fn.name);
}

/** @internal The function that begins on a line; of several the one with that name, else the outermost. */
export function functionAt(text: string, line: number, name: string): string | undefined {
  const { program, errors } = parseSync('module.ts', text);
  if (errors.length > 0 && program.body.length === 0) return undefined;
  const lineOf = lineCounter(text);
  const found: { start: number; end: number; name: string | undefined }[] = [];
  const methods = new Set<number>();
  const named = new Map<number, string>();
  const add = (node: { start: number; end: number }, named: string | undefined) => {
    if (lineOf(node.start) === line) found.push({ start: node.start, end: node.end, name: named });
  };
  const method = (node: {
    start: number;
    end: number;
    key: { start: number; end: number; type: string };
    value: { start: number } | null;
    static?: boolean;
  }) => {
    methods.add(node.value!.start);
    const skip = node.static ? (/^static\s+/.exec(text.slice(node.start))?.[0].length ?? 0) : 0;
    add({ start: node.start + skip, end: node.end }, text.slice(node.key.start, node.key.end));
  };
  new Visitor({
    MethodDefinition: (node) => method(node as never),
    Property: (node) => {
      if (node.method || node.kind !== 'init') method(node as never);
      else if (/Function/.test(node.value.type)) named.set(node.value.start, text.slice(node.key.start, node.key.end));
    },
    VariableDeclarator: (node) => {
      if (node.init && node.id.type === 'Identifier') named.set(node.init.start, node.id.name);
    },
    FunctionDeclaration: (node) => add(node, node.id?.name),
    FunctionExpression: (node) => {
      if (!methods.has(node.start)) add(node, node.id?.name ?? named.get(node.start));
    },
    ArrowFunctionExpression: (node) => add(node, named.get(node.start)),
  }).visit(program);
  const best =
    found.find((candidate) => candidate.name === name) ?? found.sort((a, b) => a.start - b.start || b.end - a.end)[0];
  return best && text.slice(best.start, best.end);
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
