// A program as it runs: its functions and variables, and, where it is recorded, copies of its functions in the places of
// those that foreign code holds, as the agent puts them there.
import type { Manifest } from '../../../src/core/instrument/manifest.ts';
import type { Recorder, RecorderOptions } from '../../../src/core/instrument/runtime/recorder-port.ts';
import { ModulePlan } from '../../../src/core/instrument/transform/index.ts';
import { computedOf } from '../../../src/core/targets/node/recording/classes.ts';
import type { Capture } from '../../../src/core/targets/node/agent/capture.ts';
import { prepareClass, stateOf, tellParent } from '../../../src/core/targets/node/agent/recording/classes.ts';
import { memberSwaps, write } from '../../../src/core/targets/node/agent/recording/switch.ts';

type Callable = (...args: unknown[]) => unknown;

export interface Own {
  readonly call: (index: number, args: unknown[]) => unknown;
  readonly refill: () => void;
  /** Of a copy. */
  readonly original: (copy: object) => object | undefined;
  /** Module variables by name. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Puts copies in; gives how to put the originals back. */
  readonly record: (makeRecorder: (options: RecorderOptions) => Recorder) => Recorded;
}

export interface Recorded {
  readonly chunks: readonly Uint8Array[];
  readonly manifest: Manifest;
  readonly stop: () => void;
}

/** Generated classes have no private names: no scope of theirs is needed. */
const noCapture = {} as Capture;
const functionName = /^f\d+$/;

export function load(source: string, foreign: Readonly<Record<string, unknown>>): Own {
  const plan = new ModulePlan({ path: 'program.js', source, format: 'module', functionBase: 1, siteBase: 1 });
  const indices = plan.moduleLevel.map(({ index }) => index);
  const unit = plan.unit(indices);
  const functions = plan.functions.map(({ name }) => name);
  const names = [
    ...new Set([...unit.moduleVariables.map(({ name }) => name), ...indices.map((index) => functions[index]!)]),
  ];
  const text = source.replace(/^import (\{[^}]*\}) from 'foreign';/, 'const $1 = foreign;');
  const assigned = new Set(unit.moduleVariables.filter(({ mutable }) => mutable).map(({ name }) => name));
  const accessors = names
    .map(
      (name) => `get ${name}() { return ${name}; },${assigned.has(name) ? ` set ${name}($v) { ${name} = $v; },` : ''}`,
    )
    .join('');
  // oxlint-disable-next-line typescript/no-implied-eval -- a module whose variables can be reached, as a debugger reaches them
  const run = new Function('foreign', `"use strict"; ${text}\nreturn { __proto__: null, ${accessors} };`) as (
    given: unknown,
  ) => Record<string, unknown>;
  const variables = run(foreign);
  const held: Record<string, unknown> = {};
  const originalOf = new Map<object, object>();
  for (const name of names) if (functionName.test(name) || name === 'refill') held[name] = variables[name];
  return {
    call: (index, args) => Reflect.apply(held[`f${index}`] as Callable, undefined, args),
    original: (copy) => originalOf.get(copy),
    refill: () => {
      const refill = held['refill'] as Callable;
      refill();
    },
    variables,
    record(makeRecorder) {
      const chunks: Uint8Array[] = [];
      const start = performance.now();
      const recorder = makeRecorder({
        now: () => Math.round((performance.now() - start) * 1000),
        send: (chunk) => void chunks.push(chunk.slice()),
        defer: (callback) => process.nextTick(callback),
        redact: [],
        maxBytesPerSecond: 1e9,
      });
      // As units.ts of the agent does: what is never assigned again is a plain property.
      const $M = Object.create(null) as Record<string, unknown>;
      for (const { name, mutable } of unit.moduleVariables)
        Object.defineProperty(
          $M,
          name,
          mutable
            ? { get: () => variables[name], set: (value: unknown) => void (variables[name] = value), enumerable: true }
            : { value: variables[name], enumerable: true },
        );
      const originals = indices.map((index) => variables[functions[index]!] as Callable);
      const wanted = indices.map((index) => ({
        number: 1 + index,
        id: 0,
        isClass: plan.functions[index]!.kind === 'class',
        isPrivate: false,
        keys: computedOf(plan, index).map((each) => 1 + each.index),
      }));
      wanted.forEach((each, at) => {
        const computed = computedOf(plan, indices[at]!).map((member) => ({
          number: 1 + member.index,
          text: plan.text(member.index),
          isStatic: member.isStatic,
        }));
        const problem = each.isClass
          ? prepareClass(originals[at], { id: 0, number: each.number, names: [], computed }, noCapture, recorder)
          : undefined;
        if (problem !== undefined) throw new Error(problem);
        tellParent(each, originals[at], recorder);
      });
      const make = (0, eval)(unit.code) as (...given: unknown[]) => Callable[];
      const copies = make(recorder.helpers, $M, {});
      const undo: (() => void)[] = [];
      const swaps = copies.flatMap((copy, at) => {
        const index = indices[at]!;
        const original = originals[at]!;
        originalOf.set(copy, original);
        if (plan.functions[index]!.kind === 'class') {
          recorder.adoptClass(original, copy, 1 + index);
          return memberSwaps(original, copy);
        }
        recorder.adopt(original, copy, 1 + index);
        const name = functions[index]!;
        if (!(name in held)) return [];
        return [{ holder: { object: held, key: name, part: 'value' as const, own: false }, from: original, to: copy }];
      });
      recorder.addState(0, () => [
        ['$functions', [...originals]],
        ...stateOf(wanted, originals, recorder),
        ...unit.moduleVariables.map(({ name }) => [name, $M[name]] as const),
      ]);
      for (const each of Object.values(foreign)) recorder.markForeign(each as object);
      recorder.start();
      for (const { holder, from, to } of swaps)
        if (write(holder, from, to)) undo.push(() => void write(holder, to, from));
      const manifest: Manifest = {
        modules: [
          {
            id: 'program.js',
            url: 'file:///program.js',
            format: 'module',
            source,
            functionBase: 1,
            siteBase: 1,
            sites: plan.sites,
            functions: plan.functions,
          },
        ],
        instances: [
          {
            index: 0,
            module: 0,
            kind: 'module',
            functions: indices,
            code: unit.code,
            moduleVariables: unit.moduleVariables,
            activationVariables: [],
            cells: {},
            usesThis: unit.usesThis,
          },
        ],
        gaps: [],
        meta: {},
      };
      return {
        chunks,
        manifest,
        stop: () => {
          for (const each of undo.toReversed()) each();
          recorder.stop();
        },
      };
    },
  };
}
