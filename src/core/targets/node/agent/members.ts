// Members of an object, and the step by step way to one of them; getters and proxies stay untouched.
import type { LiveMember } from '../../live-value.ts';
import { entryStep, stepOf, type Describer } from './describe.ts';
import {
  descriptorIn,
  entriesOf,
  isNative,
  ownKeys,
  prototypeOf,
  sizeOfTyped,
  subtypeOf,
  type Types,
} from './shape.ts';

/** What a step leads to: a value, or why not. */
export type Found =
  | { readonly ok: true; readonly value: unknown; readonly name: unknown; readonly isConst?: boolean }
  | { readonly ok: false; readonly problem: 'missing' | 'accessor' | 'proxy' | 'primitive' | 'private' };

export interface Members {
  list(value: object, start: number, count: number): LiveMember[];
  find(value: unknown, step: string): Found;
  /** Assigns through a data property or an entry; undefined when it went well. */
  assign(value: object, step: string, next: unknown): string | undefined;
}

type Step =
  | { readonly key: PropertyKey }
  | { readonly entry: unknown }
  | { readonly position: number }
  | { readonly private: string };

export function makeMembers(types: Types, describer: Describer): Members {
  const property = (value: object, key: PropertyKey, origin: LiveMember['origin'], isIndex: boolean): LiveMember[] => {
    let descriptor: PropertyDescriptor | undefined;
    try {
      descriptor = descriptorIn(types, value, key);
    } catch {
      // An export that is not initialised yet.
      return [
        {
          step: stepOf(key, isIndex),
          key: describer.describe(String(key)),
          value: { kind: 'undefined' },
          writable: false,
          enumerable: true,
          origin,
        },
      ];
    }
    if (!descriptor) return [];
    return [
      {
        step: stepOf(key, isIndex),
        key: describer.describe(isIndex ? Number(key) : key),
        value: describer.describeProperty(descriptor, key),
        writable: 'value' in descriptor ? descriptor.writable === true : descriptor.set !== undefined,
        enumerable: descriptor.enumerable === true,
        origin,
      },
    ];
  };

  const inherited = (value: object): LiveMember[] => {
    const members: LiveMember[] = [];
    const seen = new Set<PropertyKey>(ownKeys(value));
    let proto = prototypeOf(types, value);
    for (let depth = 0; proto && depth < 8; depth++) {
      const made: unknown = types.isProxy(proto)
        ? undefined
        : Reflect.getOwnPropertyDescriptor(proto, 'constructor')?.value;
      // Builtin prototypes say nothing about the app.
      if (types.isProxy(proto) || (typeof made === 'function' && isNative(made))) break;
      for (const key of ownKeys(proto)) {
        if (key === 'constructor' || seen.has(key)) continue;
        seen.add(key);
        members.push(...property(proto, key, 'prototype', false));
      }
      proto = prototypeOf(types, proto);
    }
    return members;
  };

  function list(value: object, start: number, count: number): LiveMember[] {
    if (types.isProxy(value)) return [];
    const subtype = subtypeOf(types, value);
    const members: LiveMember[] = [];
    let left = count;
    let skip = start;
    if (subtype === 'map' || subtype === 'set') {
      const isMap = subtype === 'map';
      let position = start;
      for (const [key, item] of entriesOf(value, isMap, start, count)) {
        members.push({
          step: entryStep(key, position++),
          key: describer.describe(key),
          value: describer.describe(item, isMap ? key : undefined),
          writable: isMap,
          enumerable: true,
          origin: 'entry',
        });
      }
      left -= members.length;
      skip = 0;
    } else if (subtype === 'array' || subtype === 'typedarray') {
      const length = subtype === 'array' ? (value as unknown[]).length : sizeOfTyped(value);
      for (let i = start; i < length && left > 0; i++, left--)
        members.push(...property(value, String(i), 'property', true));
      skip = Math.max(0, start - length);
    }
    const isIndexed = subtype === 'array' || subtype === 'typedarray';
    // A million indexes as keys would cost more than looking is worth: only what is not an index is listed by key.
    const keys =
      subtype === 'typedarray'
        ? []
        : ownKeys(value).filter(
            (key) => !isIndexed || (key !== 'length' && !(typeof key === 'string' && /^\d+$/.test(key))),
          );
    for (const key of keys.slice(skip, skip + Math.max(0, left))) {
      members.push(...property(value, key, 'property', false));
      left--;
    }
    if (left > 0 && typeof value === 'object' && subtype !== 'module') members.push(...inherited(value).slice(0, left));
    return members;
  }

  const symbolStep = (value: object, text: string): symbol | undefined => {
    for (let at: object | null | undefined = value, depth = 0; at && depth < 8; at = prototypeOf(types, at), depth++) {
      if (types.isProxy(at)) return undefined;
      for (const key of ownKeys(at)) if (typeof key === 'symbol' && stepOf(key, false) === `[${text}]`) return key;
    }
    return undefined;
  };

  function parse(value: object, step: string): Step | undefined {
    const entry = /^\.get\((.*)\)$/s.exec(step);
    if (entry) return { entry: parseKey(entry[1]!) };
    const position = /^\.entry\((\d+)\)$/.exec(step);
    if (position) return { position: Number(position[1]) };
    if (step.startsWith('#')) return { private: step };
    if (!step.startsWith('[')) return { key: step };
    const inside = step.slice(1, -1);
    if (inside.startsWith('Symbol')) {
      const symbol = symbolStep(value, inside);
      return symbol === undefined ? undefined : { key: symbol };
    }
    return { key: inside.startsWith('"') ? (JSON.parse(inside) as string) : inside };
  }

  const keyOfPosition = (value: object, position: number): readonly [unknown, unknown] | undefined =>
    entriesOf(value, types.isMap(value), position, 1)[0];

  const descriptorOf = (value: object, key: PropertyKey): PropertyDescriptor | 'proxy' | undefined => {
    for (
      let at: object | null | undefined = value, depth = 0;
      at && depth < 100;
      at = prototypeOf(types, at), depth++
    ) {
      if (types.isProxy(at)) return 'proxy';
      const found = descriptorIn(types, at, key);
      if (found) return found;
    }
    return undefined;
  };

  function find(value: unknown, step: string): Found {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
      if (typeof value === 'string' && (step === 'length' || /^\[\d+\]$/.test(step))) {
        return {
          ok: true,
          value: step === 'length' ? value.length : value[Number(step.slice(1, -1))],
          name: undefined,
        };
      }
      return { ok: false, problem: 'primitive' };
    }
    if (types.isProxy(value)) return { ok: false, problem: 'proxy' };
    const parsed = parse(value, step);
    if (!parsed) return { ok: false, problem: 'missing' };
    if ('private' in parsed) return { ok: false, problem: 'private' };
    if ('position' in parsed) {
      if (!types.isMap(value) && !types.isSet(value)) return { ok: false, problem: 'missing' };
      const entry = keyOfPosition(value, parsed.position);
      return entry ? { ok: true, value: entry[1], name: entry[0] } : { ok: false, problem: 'missing' };
    }
    if ('entry' in parsed) {
      if (types.isMap(value)) {
        if (!(Reflect.apply(mapHas, value, [parsed.entry]) as boolean)) return { ok: false, problem: 'missing' };
        return { ok: true, value: Reflect.apply(mapGet, value, [parsed.entry]), name: parsed.entry };
      }
      if (types.isSet(value))
        return Reflect.apply(setHas, value, [parsed.entry])
          ? { ok: true, value: parsed.entry, name: undefined }
          : { ok: false, problem: 'missing' };
      return { ok: false, problem: 'missing' };
    }
    const descriptor = descriptorOf(value, parsed.key);
    if (descriptor === 'proxy') return { ok: false, problem: 'proxy' };
    if (!descriptor) return { ok: false, problem: 'missing' };
    if (!('value' in descriptor)) return { ok: false, problem: 'accessor' };
    return { ok: true, value: descriptor.value, name: parsed.key };
  }

  function assign(value: object, step: string, next: unknown): string | undefined {
    if (types.isProxy(value)) return 'it belongs to a proxy, whose trap would run';
    const parsed = parse(value, step);
    if (!parsed || 'private' in parsed) return 'there is no such member';
    if ('entry' in parsed || 'position' in parsed) {
      if (!types.isMap(value)) return 'members of a Set are not assigned';
      const key = 'entry' in parsed ? parsed.entry : keyOfPosition(value, parsed.position)?.[0];
      Reflect.apply(mapSet, value, [key, next]);
      return undefined;
    }
    const own = descriptorIn(types, value, parsed.key);
    if (own && !('value' in own)) return 'it is a getter or setter, whose code would run';
    if (own && !own.writable) return own.configurable ? 'it is read-only' : 'it is read-only and cannot be redefined';
    if (!own) {
      const above = descriptorOf(value, parsed.key);
      if (above === 'proxy' || (above && !('value' in above))) return 'it is a getter or setter, whose code would run';
    }
    if (own) return Reflect.set(value, parsed.key, next) ? undefined : 'the object refused it';
    return Reflect.defineProperty(value, parsed.key, {
      value: next,
      writable: true,
      enumerable: true,
      configurable: true,
    })
      ? undefined
      : 'the object is not extensible';
  }

  return { list, find, assign };
}

const mapGet = Map.prototype.get;
const mapHas = Map.prototype.has;
const mapSet = Map.prototype.set;
const setHas = Set.prototype.has;

function parseKey(text: string): unknown {
  if (text.startsWith('"')) return JSON.parse(text) as string;
  if (text === 'undefined') return undefined;
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+n$/.test(text) ? BigInt(text.slice(0, -1)) : Number(text);
}
