// Runs in the target: what copies of classes need of the originals and cannot have by themselves: accessors of private
// names, made in the scope of the class through one of its own members, and the keys that computed members got.
import type { Recorder } from '../../../../instrument/runtime/recorder-port.ts';
import type { PrivateAccess } from '../../../../instrument/runtime/privates.ts';
import type { Capture } from '../capture.ts';
import { ownKeys, textOfFunction } from '../shape.ts';

export interface ClassWanted {
  readonly id: number;
  /** Number on the tape. */
  readonly number: number;
  /** Private names, in the order of the copy. */
  readonly names: readonly string[];
  /** Computed members: number on the tape and text. */
  readonly computed: readonly { readonly number: number; readonly text: string; readonly isStatic: boolean }[];
}

/** A function of a unit. */
export interface UnitFunction {
  /** On the tape. */
  readonly number: number;
  /** Of the live function, or 0. */
  readonly id: number;
  readonly isClass: boolean;
  /** A class with private names: only the original constructs. */
  readonly isPrivate: boolean;
  /** Numbers of its computed members. */
  readonly keys: readonly number[];
}

/** Functions that stand on a class and its prototype, with their keys. */
function membersOf(
  made: object,
): readonly { readonly key: PropertyKey; readonly fn: object; readonly isStatic: boolean }[] {
  const prototype = Reflect.getOwnPropertyDescriptor(made, 'prototype')?.value as object | undefined;
  return [prototype, made].flatMap((holder) =>
    holder === undefined
      ? []
      : ownKeys(holder).flatMap((key) => {
          const described = Reflect.getOwnPropertyDescriptor(holder, key);
          return [described?.value, described?.get, described?.set].flatMap((fn: unknown) =>
            typeof fn === 'function' && key !== 'constructor' ? [{ key, fn, isStatic: holder === made }] : [],
          );
        }),
  );
}

/** Members of the class as it was written, the shortest first: in their scope its private names mean something. */
export function ownMembers(made: object): readonly object[] {
  const text = textOfFunction(made);
  return membersOf(made)
    .map(({ fn }) => ({ fn, own: textOfFunction(fn) }))
    .filter(({ own }) => text.includes(own))
    .toSorted((a, b) => a.own.length - b.own.length)
    .map(({ fn }) => fn);
}

const membersTried = 8;

/** Captures a scope within the class; gives the token, or why there is none. */
export function captureWithin(
  made: object,
  capture: Capture,
): { readonly token: number } | { readonly problem: string } {
  let problem = 'none of its members can be reached';
  for (const member of ownMembers(made).slice(0, membersTried)) {
    const taken = capture.take(member);
    if ('token' in taken) return taken;
    ({ problem } = taken);
  }
  return { problem };
}

/** Tells the recorder of a class; gives why that failed. */
export function prepareClass(
  made: object | undefined,
  { number, names, computed }: ClassWanted,
  capture: Capture,
  recorder: Recorder,
): string | undefined {
  if (!made) return 'it was not found live';
  const members = membersOf(made).map((each) => ({ ...each, text: textOfFunction(each.fn) }));
  const used = new Set<object>();
  for (const wanted of computed) {
    const found = members.find(
      ({ fn, text, isStatic }) => text === wanted.text && isStatic === wanted.isStatic && !used.has(fn),
    );
    if (!found) return 'the key of a computed member was not found';
    used.add(found.fn);
    recorder.keys.set(wanted.number, found.key);
  }
  if (names.length === 0) return undefined;
  const taken = captureWithin(made, capture);
  if (!('token' in taken)) return `its private names cannot be reached: ${taken.problem}`;
  try {
    const list = capture.evalIn(
      taken.token,
      `[${names.map((name) => `{get:(o)=>o.#${name},set:(o,v)=>{o.#${name}=v},has:(o)=>#${name} in o}`).join(',')}]`,
    );
    recorder.addPrivates(number, list as readonly PrivateAccess[]);
    return undefined;
  } catch (error) {
    return `its private names cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    capture.release([taken.token]);
  }
}

/** What a class extends; before its copy is made. */
export function tellParent({ number, isClass }: UnitFunction, made: object | undefined, recorder: Recorder): void {
  const parent = made && isClass ? Reflect.getPrototypeOf(made) : Function.prototype;
  if (parent !== Function.prototype) recorder.parents.set(number, parent);
}

/** What functions of the app hold besides their code: part of the state. */
export function stateOf(
  functions: readonly UnitFunction[],
  live: readonly (object | undefined)[],
  recorder: Recorder,
): readonly (readonly [name: string, value: unknown])[] {
  return functions.flatMap(({ number, isPrivate, keys }, at) => {
    const fn = live[at];
    if (!fn) return [];
    return [
      ...Object.keys(fn).flatMap((key) => {
        const described = Reflect.getOwnPropertyDescriptor(fn, key);
        return described && 'value' in described ? [[`@${number}.${key}`, described.value as unknown] as const] : [];
      }),
      ...(isPrivate ? recorder.privateStatics(number, fn) : []),
      ...(recorder.parents.has(number) ? [[`@${number}^`, recorder.parents.get(number)] as const] : []),
      ...keys.map((key) => [`@${key}[]`, recorder.keys.get(key)] as const),
    ];
  });
}
