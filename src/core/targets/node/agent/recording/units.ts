// Runs in the target: the objects through which copies see the variables of the originals, and the copies themselves.
// What the app never assigns again is a plain property; what it does is an accessor made in the app's own scope, so that
// originals and copies share the one variable and nothing has to be written back, however the recording ends.
import type { EvalClosure } from '../capture.ts';

export interface VariableWanted {
  readonly name: string;
  readonly mutable: boolean;
  readonly kind: string;
  /** Tokens of captured scopes in which the name means this variable, the best first. */
  readonly tokens: readonly number[];
  /** An import whose exporter may assign it anew: read where it is, every time. */
  readonly followed?: boolean;
  /** The live function or class that it names, for when no scope shows it: a class that only its own methods name. */
  readonly id?: number;
}

export interface Problem {
  readonly name: string;
  readonly reason: string;
}

export interface Cell {
  readonly get: () => unknown;
  readonly set: (value: unknown) => void;
}

export interface Variables {
  readonly object: Record<string, unknown>;
  readonly names: string[];
  /** Accessors of those that are assigned. */
  readonly cells: Map<string, Cell>;
  readonly problems: Problem[];
}

const isPrimitive = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function');

export function makeVariables(
  wanted: readonly VariableWanted[],
  closure: (token: number) => EvalClosure | undefined,
  live: (id: number) => object | undefined,
): Variables {
  const object = Object.create(null) as Record<string, unknown>;
  const made: Variables = { object, names: [], cells: new Map(), problems: [] };
  for (const { name, mutable, kind, tokens, id, followed } of wanted) {
    let reason = 'no scope that has it could be captured';
    for (const token of tokens) {
      const evaluate = closure(token);
      if (!evaluate) continue;
      try {
        const value = evaluate(name);
        // A primitive that was imported may be assigned in the module that exports it.
        if (mutable || (kind === 'import' && (followed === true || isPrimitive(value)))) {
          const [get, set] = (
            mutable
              ? evaluate(`[() => ${name}, $v => { ${name} = $v }]`)
              : evaluate(`[() => ${name}, () => { throw new TypeError('Assignment to constant variable.') }]`)
          ) as [Cell['get'], Cell['set']];
          Object.defineProperty(object, name, { get, set, enumerable: true, configurable: false });
          if (mutable) made.cells.set(name, { get, set });
        } else {
          Object.defineProperty(object, name, { value, writable: false, enumerable: true, configurable: false });
        }
        made.names.push(name);
        reason = '';
        break;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
    const value = reason === '' || mutable || id === undefined ? undefined : live(id);
    if (value) {
      Object.defineProperty(object, name, { value, writable: false, enumerable: true, configurable: false });
      made.names.push(name);
    } else if (reason !== '') made.problems.push({ name, reason });
  }
  return made;
}

/** Numbers for variables: activations that share one have the same number. Tried out and put back within one turn. */
export function shareCells(
  instances: readonly { readonly variables: Variables; readonly cells: Record<string, number> }[],
  first: number,
): number {
  const byName = new Map<string, { readonly cell: Cell; readonly cells: Record<string, number> }[]>();
  for (const { variables, cells } of instances) {
    for (const [name, cell] of variables.cells) {
      const list = byName.get(name);
      if (list) list.push({ cell, cells });
      else byName.set(name, [{ cell, cells }]);
    }
  }
  let next = first;
  for (const [name, list] of byName) {
    for (let at = 0; at < list.length; at++) {
      const { cell, cells } = list[at]!;
      if (cells[name] !== undefined) continue;
      const number = next++;
      cells[name] = number;
      if (at === list.length - 1) break;
      const before = cell.get();
      const sentinel = {};
      try {
        cell.set(sentinel);
        for (const other of list.slice(at + 1))
          if (other.cells[name] === undefined && other.cell.get() === sentinel) other.cells[name] = number;
      } finally {
        cell.set(before);
      }
    }
  }
  return next;
}

/** Compiled in the global scope: names that a unit does not bring along are globals, and engines like it best so. */
export function compileUnit(
  code: string,
  helpers: object,
  moduleVariables: object,
  activationVariables: object,
): unknown[] {
  // eslint-disable-next-line no-eval -- an indirect eval is how a script is compiled without loading anything
  const make = (0, eval)(code) as (helpers: object, m: object, a: object) => unknown[];
  return make(helpers, moduleVariables, activationVariables);
}
