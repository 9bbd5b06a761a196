// A cell as typed becomes the text of an async function that the isolate runs. What a cell declares at its top becomes
// properties of the isolate's global object: closures of earlier cells see later assignments, redeclaration replaces,
// and the engine's own inline caches for globals keep it fast. The function gets `__ds` from core/sandbox/inside:
//
//   __ds.let({ x: … })  __ds.const({ x: … })      declare; through an object literal, so that functions get their names
//   __ds.open('a', 'b')  __ds.seal('a')           make names assignable before a pattern, constant after it
//   __ds.var('x')                                 declares unless it exists
//   __ds.import(specifier)  __ds.bind(module, { local: 'exported' })  __ds.meta
//
// and returns `{ value }` when the last statement is an expression.
import { decodedMap, TraceMap } from '@jridgewell/trace-mapping';
import type { EncodedSourceMap } from '@jridgewell/trace-mapping';
import remapping from '@jridgewell/remapping';
import MagicString from 'magic-string';
import { readsAsObject, toJavaScript } from './parse.ts';
import { rewriteStatements } from './rewrite.ts';

export interface CompiledCell {
  readonly name: string;
  /** What was typed. */
  readonly source: string;
  /** A script whose value is the function. */
  readonly script: string;
  /** From the script to what was typed. */
  readonly map: TraceMap;
  /** Names that the cell defines. */
  readonly defined: readonly string[];
}

/** Compiles one cell; throws DS2010 with the place when it cannot be read. */
export function compileCell(source: string, name: string): CompiledCell {
  const object = readsAsObject(source);
  const plain = toJavaScript(object ? `(${source}\n)` : source, name);
  const text = new MagicString(plain.code);
  const defined = rewriteStatements(plain.program, text);
  // No line break: the first line of the cell stays the first of the script.
  text.prepend('(async (__ds) => {"use strict"; ').append('\n})');
  const rewritten = text.generateMap({ source: `${name}.js`, hires: 'boundary' }) as unknown as EncodedSourceMap;
  const combined = remapping(rewritten as never, (file) => (file === `${name}.js` ? (plain.map as never) : null));
  const map = new TraceMap(combined as never);
  return { name, source, script: text.toString(), map: object ? shifted(map) : map, defined };
}

/** Takes back the parenthesis that was put before the first line. */
function shifted(map: TraceMap): TraceMap {
  const decoded = decodedMap(map);
  const mappings = decoded.mappings.map((line) =>
    line.map((segment) =>
      segment.length > 1 && segment[2] === 0
        ? [segment[0], segment[1], 0, Math.max(0, (segment[3] as number) - 1), ...segment.slice(4)]
        : segment,
    ),
  );
  return new TraceMap({ ...decoded, mappings } as never);
}
