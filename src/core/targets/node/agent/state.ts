// Requests about live state, answered with plain JSON. A value that cannot be reached gives `{ problem }`, never a throw.
import type { LiveMember, LiveValue } from '../../live-value.ts';
import type { Capture } from './capture.ts';
import type { Describer } from './describe.ts';
import type { Handles } from './handles.ts';
import type { Members } from './members.ts';
import { ownKeys, prototypeOf, type Types } from './shape.ts';
import type { Stopwatch } from './stopwatch.ts';

export type Answer<T> = T | { readonly problem: string; readonly reason?: string };

export interface StateOptions {
  readonly types: Types;
  readonly handles: Handles;
  readonly describer: Describer;
  readonly members: Members;
  readonly capture: Capture;
  readonly paused: <T>(run: () => T) => T;
  readonly stopwatch: Stopwatch;
}

export interface State {
  read(handle: number, step: string): Answer<{ readonly value: LiveValue }>;
  members(handle: number, start: number, count: number): Answer<{ readonly members: readonly LiveMember[] }>;
  describeAll(names: readonly string[], ...values: unknown[]): LiveValue[];
  release(handles: readonly number[]): void;
  write(
    handle: number,
    step: string,
    expression: string,
    expected: string | null,
    held: number | null,
  ): Answer<Written>;
  writeVariable(
    token: number,
    name: string,
    expression: string,
    expected: string | null,
    held: number | null,
  ): Answer<Written>;
  /** Computes a new value for a variable and gives what is needed to write it; see {@link writeVariable}. */
  prepare(
    token: number,
    name: string,
    expression: string,
    expected: string | null,
    held: number | null,
  ): { readonly next: unknown; readonly before: LiveValue } | { readonly problem: string; readonly reason?: string };
  /** `foreign`: the scope is not within the class that has the field. */
  writePrivate(
    token: number,
    handle: number,
    name: string,
    expression: string,
    expected: string | null,
    held: number | null,
  ): Answer<Written>;
  /** Functions, getters and setters of an object's prototypes: each is within a class that may have a private field. */
  methodsOf(handle: number): object[];
  call(fn: number, receiver: number | null, args: readonly string[]): LiveValue;
}

export interface Written {
  readonly before: LiveValue;
  readonly after: LiveValue;
  readonly ms: number;
}

const lost = Symbol('lost');
const globalEval: (source: string) => unknown = eval;

/** One line for a value: what compare-and-set compares, the same text as people see. */
function lineOf(value: LiveValue): string {
  switch (value.kind) {
    case 'undefined':
    case 'null':
      return value.kind;
    case 'boolean':
      return String(value.value);
    case 'number':
      return value.text ?? String(value.value);
    case 'bigint':
      return `${value.text}n`;
    case 'string':
      return JSON.stringify(value.value) + (value.length === undefined ? '' : `… (${value.length})`);
    case 'symbol':
      return `Symbol(${value.description})`;
    case 'redacted':
      return `[redacted ${value.name}]`;
    default:
      return value.preview;
  }
}

const messageOf = (thrown: unknown): string => {
  try {
    return thrown instanceof Error
      ? `${thrown.name}: ${thrown.message}`
      : typeof thrown === 'string'
        ? thrown
        : `a thrown ${typeof thrown}`;
  } catch {
    return 'an unknown error';
  }
};

export function makeState({ types, handles, describer, members, capture, paused, stopwatch }: StateOptions): State {
  const held = (handle: number): object | undefined => {
    const value = handles.get(handle);
    return typeof value === 'symbol' ? undefined : value;
  };

  const timed = (
    run: () => Omit<Written, 'ms'> | { readonly problem: string; readonly reason?: string },
  ): Answer<Written> => {
    const stopped = stopwatch();
    const result = paused(run);
    return 'problem' in result ? result : { ...result, ms: stopped() };
  };

  const evaluate = (
    closure: ((source: string) => unknown) | undefined,
    expression: string,
    old: unknown,
    given: unknown,
  ): unknown =>
    (
      (closure ?? globalEval)(`(function (old, held) { return (${expression}\n); })`) as (
        old: unknown,
        held: unknown,
      ) => unknown
    )(old, given);

  /** Looked up before anything else: describing may push it out of the table, and `undefined` would be written for it. */
  const givenBy = (holding: number | null): unknown => (holding === null ? undefined : (handles.get(holding) ?? lost));

  const prepare: State['prepare'] = (token, name, expression, expected, holding) => {
    const closure = capture.closure(token);
    const given = givenBy(holding);
    if (!closure || given === lost) return { problem: 'released' };
    const old = closure(name);
    const before = describer.describe(old, name);
    if (expected !== null && lineOf(before) !== expected) return { problem: 'changed', reason: lineOf(before) };
    try {
      return { before, next: evaluate(closure, expression, old, given) };
    } catch (error) {
      return { problem: 'expression', reason: messageOf(error) };
    }
  };

  return {
    read(handle, step) {
      const object = held(handle);
      if (object === undefined) return { problem: 'released' };
      const found = members.find(object, step);
      return found.ok ? { value: describer.describe(found.value, found.name) } : { problem: found.problem };
    },
    members(handle, start, count) {
      const object = held(handle);
      if (object === undefined) return { problem: 'released' };
      return { members: members.list(object, start, count) };
    },
    describeAll: (names, ...values) => values.map((value, i) => describer.describe(value, names[i])),
    release: (numbers) => handles.release(numbers),
    prepare,
    write(handle, step, expression, expected, holding) {
      return timed(() => {
        const object = held(handle);
        const given = givenBy(holding);
        if (object === undefined || given === lost) return { problem: 'released' };
        const found = members.find(object, step);
        if (!found.ok && found.problem !== 'missing') return { problem: found.problem };
        const old = found.ok ? found.value : undefined;
        const name = found.ok ? found.name : undefined;
        const before = describer.describe(old, name);
        if (expected !== null && lineOf(before) !== expected) return { problem: 'changed', reason: lineOf(before) };
        let next: unknown;
        try {
          next = evaluate(undefined, expression, old, given);
        } catch (error) {
          return { problem: 'expression', reason: messageOf(error) };
        }
        const refused = members.assign(object, step, next);
        if (refused !== undefined) return { problem: 'refused', reason: refused };
        const after = members.find(object, step);
        return { before, after: describer.describe(after.ok ? after.value : undefined, name) };
      });
    },
    writeVariable(token, name, expression, expected, holding) {
      return timed(() => {
        const prepared = prepare(token, name, expression, expected, holding);
        if ('problem' in prepared) return prepared;
        const closure = capture.closure(token)!;
        try {
          (closure(`(function ($devsandbox) { ${name} = $devsandbox; })`) as (value: unknown) => void)(prepared.next);
        } catch (error) {
          return { problem: 'refused', reason: messageOf(error) };
        }
        return { before: prepared.before, after: describer.describe(closure(name), name) };
      });
    },
    writePrivate(token, handle, name, expression, expected, holding) {
      return timed(() => {
        const object = held(handle);
        const closure = capture.closure(token);
        const given = givenBy(holding);
        if (object === undefined || !closure || given === lost) return { problem: 'released' };
        let field: { get(object: object): unknown; set(object: object, value: unknown): void };
        try {
          field = closure(`({ get: ($o) => $o.${name}, set: ($o, $v) => { $o.${name} = $v; } })`) as typeof field;
          field.get(object);
        } catch {
          return { problem: 'foreign' };
        }
        const old = field.get(object);
        const before = describer.describe(old, name.slice(1));
        if (expected !== null && lineOf(before) !== expected) return { problem: 'changed', reason: lineOf(before) };
        let next: unknown;
        try {
          next = evaluate(undefined, expression, old, given);
        } catch (error) {
          return { problem: 'expression', reason: messageOf(error) };
        }
        try {
          field.set(object, next);
        } catch (error) {
          return { problem: 'refused', reason: messageOf(error) };
        }
        return { before, after: describer.describe(field.get(object), name.slice(1)) };
      });
    },
    methodsOf(handle) {
      const found: object[] = [];
      const object = held(handle);
      let at = object && prototypeOf(types, object);
      for (let depth = 0; at && !types.isProxy(at) && depth < 8; depth++, at = prototypeOf(types, at)) {
        for (const key of ownKeys(at)) {
          const { value, get, set } = (Reflect.getOwnPropertyDescriptor(at, key) ?? {}) as {
            value?: unknown;
            get?: unknown;
            set?: unknown;
          };
          for (const fn of [value, get, set]) if (typeof fn === 'function' && found.length < 60) found.push(fn);
        }
      }
      return found;
    },
    call(fn, receiver, args) {
      const callee = held(fn);
      if (typeof callee !== 'function') throw new TypeError('it is no function');
      const self = receiver === null ? undefined : handles.get(receiver);
      return describer.describe(
        Reflect.apply(
          callee as (...args: unknown[]) => unknown,
          self,
          args.map((arg) => evaluate(undefined, arg, undefined, undefined)),
        ),
      );
    },
  };
}
