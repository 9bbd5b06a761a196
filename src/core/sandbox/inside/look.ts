// Looking at the cells' values for completion and inspection: by property descriptors only, so that no getter, no trap
// and no toString of a user runs. Values of the target and handles are asked in their own way, which runs nothing either.
import { app, memberNames } from './app.ts';
import { bundleOf } from './display.ts';
import type { Bundle } from './display.ts';
import { handleMembers, handleText } from './handles.ts';
import { keyText } from './live.ts';
import { liveState } from './live-state.ts';
import { isProxy } from './proxies.ts';
import { bindings, userNames } from './scope.ts';

export interface Member {
  readonly text: string;
  readonly kind: 'variable' | 'property' | 'function';
  readonly detail?: string;
}

const nothing = Symbol('nothing');

/** Value of a property when reading it runs nothing. */
function peek(object: object, key: string): unknown {
  if (isProxy(object) || handleText(object) !== undefined) return nothing;
  // The bridge never runs code of the target; an own object of ours says what it has.
  if (liveState(object) || memberNames(object)) return (object as Record<string, unknown>)[key];
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at) as object | null) {
    if (isProxy(at)) return nothing;
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (!property) continue;
    if ('value' in property) return property.value;
    return property.get && bindings.has(property.get) ? property.get() : nothing;
  }
  return nothing;
}

const boxed = (value: unknown): object | undefined =>
  value === null || value === undefined || value === nothing
    ? undefined
    : typeof value === 'object' || typeof value === 'function'
      ? value
      : (Object(value) as object);

/** Follows `a`, `b`, `c` from the cells' scope. */
function follow(path: readonly string[]): unknown {
  let at: unknown = globalThis;
  for (const key of path) {
    const object = boxed(at);
    if (!object) return nothing;
    at = peek(object, key);
  }
  return at;
}

const describeValue = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'object' ? (Array.isArray(value) ? 'Array' : 'object') : typeof value;

/** Members of the value at a path; without a path, the names in scope. */
export function membersAt(path: readonly string[]): readonly Member[] {
  if (path.length === 0) return scopeNames();
  const object = boxed(follow(path));
  if (!object) return [];
  const state = liveState(object);
  if (state) return liveMembers(object);
  const own = memberNames(object);
  if (own) return own.map((text) => ({ text, kind: 'property' }));
  if (handleText(object) !== undefined) return handleMembers(object).map((text) => ({ text, kind: 'property' }));
  return isProxy(object) ? [] : chainMembers(object);
}

function liveMembers(object: object): readonly Member[] {
  const state = liveState(object)!;
  const listed = state
    .members()
    .filter((member) => member.origin !== 'entry')
    .map((member): Member => ({
      text: keyText(member),
      kind: member.value.kind === 'function' ? 'function' : 'property',
      detail: detailOf(member.value),
    }));
  const methods = chainMembers(Object.getPrototypeOf(object) as object).filter(
    (member) =>
      state.value.kind === 'object' &&
      ['map', 'set', 'array', 'date'].includes(state.value.subtype) &&
      member.text !== 'constructor',
  );
  return [...listed, ...methods];
}

const detailOf = (value: { readonly kind: string; readonly preview?: string }): string =>
  value.preview?.slice(0, 60) ?? value.kind;

function chainMembers(object: object): readonly Member[] {
  const found = new Map<string, Member>();
  for (let at: object | null = object; at && !isProxy(at); at = Object.getPrototypeOf(at) as object | null) {
    for (const [text, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (
        found.has(text) ||
        (at === Object.prototype && text.startsWith('__')) ||
        (ArrayBuffer.isView(at) || Array.isArray(at) ? /^\d+$/.test(text) : false)
      )
        continue;
      const isCallable = typeof property.value === 'function';
      found.set(text, {
        text,
        kind: isCallable ? 'function' : 'property',
        ...('value' in property ? { detail: describeValue(property.value) } : { detail: 'accessor' }),
      });
    }
  }
  return [...found.values()];
}

function scopeNames(): readonly Member[] {
  const mine = [...userNames].map((text): Member => {
    const value = peek(globalThis, text);
    return {
      text,
      kind: typeof value === 'function' ? 'function' : 'variable',
      detail: value === nothing ? 'accessor' : describeValue(value),
    };
  });
  const others = chainMembers(globalThis).filter((member) => !userNames.has(member.text));
  return [...mine, ...others];
}

export async function inspectAt(path: readonly string[]): Promise<{ found: boolean; data: Bundle }> {
  const value = path.length === 0 ? nothing : follow(path);
  if (value === nothing || (value === undefined && !exists(path))) return { found: false, data: {} };
  const bundle = value === app ? { 'text/plain': 'app { modules }' } : await bundleOf(value);
  return {
    found: true,
    data: { 'text/plain': `${path.join('.')}: ${kindOf(value)}\n${String(bundle['text/plain'])}` },
  };
}

function exists(path: readonly string[]): boolean {
  const holder = path.length === 1 ? globalThis : boxed(follow(path.slice(0, -1)));
  if (!holder || isProxy(holder)) return false;
  const last = path.at(-1)!;
  return liveState(holder) || memberNames(holder)
    ? membersAt(path.slice(0, -1)).some((member) => member.text === last)
    : last in holder;
}

function kindOf(value: unknown): string {
  if (typeof value === 'function') {
    const text = liveState(value) || handleText(value) !== undefined ? '' : Function.prototype.toString.call(value);
    const head = text.startsWith('class') ? '' : /^[^{]*?\)(?=\s*(?:=>|\{))/.exec(text)?.[0];
    return head === undefined || head === ''
      ? text.startsWith('class')
        ? 'class'
        : 'function'
      : `function ${head.replace(/\s+/g, ' ')}`;
  }
  return describeValue(value);
}
