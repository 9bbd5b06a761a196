// Values as the front sees them: primitives by value, everything else as a handle with one line of description.
// Secrets are taken out here, before anything leaves the process.
import type { Redaction } from '../../../instrument/runtime/redaction.ts';
import type { Handle, LiveMember, LiveValue } from '../../live-value.ts';
import type { Handles } from './handles.ts';
import {
  className,
  descriptorIn,
  entriesOf,
  functionName,
  isClass,
  ownKeys,
  sizeOf,
  subtypeOf,
  textOfFunction,
  type Types,
} from './shape.ts';

const stringLimit = 10_000;
const previewLimit = 240;
const wholeIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

export interface Describer {
  /** `name` is the key under which the value was found: a secret's name hides it. */
  describe(value: unknown, name?: unknown): LiveValue;
  /** A property described by its descriptor, so that no getter runs. */
  describeProperty(descriptor: PropertyDescriptor, name: unknown): LiveMember['value'];
  preview(value: unknown, name: unknown, depth: number): string;
}

/** Text that reaches a property in a live name. */
export function stepOf(key: PropertyKey, isIndex: boolean): string {
  if (typeof key === 'symbol') {
    const registered = Symbol.keyFor(key);
    if (registered !== undefined) return `[Symbol.for(${JSON.stringify(registered)})]`;
    const description = key.description ?? '';
    return description.startsWith('Symbol.') ? `[${description}]` : `[Symbol(${description})]`;
  }
  const text = String(key);
  if (isIndex) return `[${text}]`;
  return wholeIdentifier.test(text) ? text : `[${JSON.stringify(text)}]`;
}

/** Text that reaches an entry of a Map or a member of a Set; by position when its key is an object. */
export function entryStep(key: unknown, position: number): string {
  switch (typeof key) {
    case 'string':
      return `.get(${JSON.stringify(key)})`;
    case 'bigint':
      return `.get(${key}n)`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return `.get(${Object.is(key, -0) ? '-0' : String(key)})`;
    default:
      return key === null ? '.get(null)' : `.entry(${position})`;
  }
}

const dateText = Date.prototype.toISOString;
const dateTime = Date.prototype.getTime;
const regexpSource = Reflect.getOwnPropertyDescriptor(RegExp.prototype, 'source')!.get!;
const regexpFlags = RegExp.prototype.toString;

export function makeDescriber(types: Types, handles: Handles, redaction: Redaction): Describer {
  const isSecret = (name: unknown): boolean => typeof name === 'string' && redaction.key(name);

  const cut = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);

  // Node.js puts blanks where it strips types.
  const firstLine = (fn: object): string =>
    cut(
      textOfFunction(fn)
        .split('\n', 1)[0]!
        .trimEnd()
        .replace(/ {2,}(?=[,)])/g, '')
        .replace(/ {2,}/g, ' ')
        .replace(/\{$/, '{…}'),
      80,
    );

  const data = (value: object, key: PropertyKey): string | undefined => {
    const found: unknown = Reflect.getOwnPropertyDescriptor(value, key)?.value;
    return typeof found === 'string' ? found : undefined;
  };

  function previewObject(value: object, depth: number): string {
    const subtype = subtypeOf(types, value);
    if (subtype === 'proxy') return 'Proxy';
    if (subtype === 'date') {
      const time = Reflect.apply(dateTime, value, []) as number;
      return Number.isNaN(time) ? 'Invalid Date' : (Reflect.apply(dateText, value, []) as string);
    }
    if (subtype === 'regexp') {
      // RegExp.prototype.toString reads `source` and `flags`, which an app may have overridden on the instance.
      const source = Reflect.apply(regexpSource, value, []) as string;
      return ownKeys(value).every((key) => key === 'lastIndex')
        ? (Reflect.apply(regexpFlags, value, []) as string)
        : `/${source}/`;
    }
    const name = className(types, value);
    if (subtype === 'error') return redaction.text(`${name}: ${data(value, 'message') ?? ''}`);
    const size = sizeOf(types, value, subtype);
    const label =
      subtype === 'array' && name === 'Array'
        ? ''
        : name === 'Object'
          ? ''
          : `${name}${['array', 'map', 'set', 'typedarray', 'arraybuffer'].includes(subtype) ? `(${size})` : ''} `;
    if (['weakmap', 'weakset', 'promise', 'arraybuffer', 'generator', 'iterator'].includes(subtype))
      return label.trim();
    if (depth <= 0)
      return size === 0
        ? `${label}${subtype === 'array' ? '[]' : '{}'}`
        : `${label}${subtype === 'array' ? '[…]' : '{…}'}`;
    const shown: string[] = [];
    const shownLimit = 5;
    if (subtype === 'map' || subtype === 'set') {
      for (const [key, item] of entriesOf(value, subtype === 'map', 0, shownLimit)) {
        const left = preview(key, undefined, 0);
        shown.push(
          subtype === 'map' ? `${left} → ${preview(item, key, depth - 1)}` : preview(key, undefined, depth - 1),
        );
      }
    } else if (subtype === 'array' || subtype === 'typedarray') {
      for (let i = 0; i < Math.min(size, shownLimit); i++) shown.push(previewProperty(value, i, depth));
    } else {
      for (const key of ownKeys(value).slice(0, shownLimit)) {
        shown.push(
          `${typeof key === 'symbol' ? stepOf(key, false) : wholeIdentifier.test(key) ? key : JSON.stringify(key)}: ${previewProperty(value, key, depth)}`,
        );
      }
    }
    if (size > shown.length) shown.push('…');
    if (subtype === 'array' || subtype === 'typedarray')
      return `${label}[${shown.length > 0 ? ` ${shown.join(', ')} ` : ''}]`;
    return `${label}{${shown.length > 0 ? ` ${shown.join(', ')} ` : ''}}`;
  }

  function previewProperty(value: object, key: PropertyKey, depth: number): string {
    let descriptor: PropertyDescriptor | undefined;
    try {
      descriptor = descriptorIn(types, value, key);
    } catch {
      return '[not initialised]';
    }
    if (!descriptor) return 'empty';
    if (!('value' in descriptor)) return descriptor.get ? '[getter]' : '[setter]';
    return preview(descriptor.value, typeof key === 'number' ? undefined : key, depth - 1);
  }

  function preview(value: unknown, name: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return isSecret(name) ? '[redacted]' : JSON.stringify(cut(redaction.text(value), 80));
      case 'number':
        return isSecret(name) ? '[redacted]' : Object.is(value, -0) ? '-0' : String(value);
      case 'bigint':
        return isSecret(name) ? '[redacted]' : `${value}n`;
      case 'symbol':
        return `Symbol(${value.description ?? ''})`;
      case 'function':
        return types.isProxy(value)
          ? 'Proxy'
          : isClass(value)
            ? `class ${functionName(types, value)}`
            : `ƒ ${functionName(types, value)}`;
      case 'object':
        if (value === null) return 'null';
        return isSecret(name) ? '[redacted]' : cut(previewObject(value, depth), previewLimit);
      default:
        return String(value);
    }
  }

  function describe(value: unknown, name?: unknown): LiveValue {
    if (isSecret(name) && value !== null && value !== undefined && typeof value !== 'function')
      return { kind: 'redacted', name: name as string };
    switch (typeof value) {
      case 'undefined':
        return { kind: 'undefined' };
      case 'boolean':
        return { kind: 'boolean', value };
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) return { kind: 'number', value };
        return {
          kind: 'number',
          value: 0,
          text: Object.is(value, -0) ? '-0' : (String(value) as 'NaN' | 'Infinity' | '-Infinity'),
        };
      case 'bigint':
        return { kind: 'bigint', text: String(value) };
      case 'string': {
        const text = redaction.text(value);
        return text.length > stringLimit
          ? { kind: 'string', value: text.slice(0, stringLimit), length: text.length }
          : { kind: 'string', value: text };
      }
      case 'symbol':
        return { kind: 'symbol', handle: handles.add(value) as Handle, description: value.description ?? '' };
      case 'function':
        if (types.isProxy(value)) break;
        return {
          kind: 'function',
          handle: handles.add(value) as Handle,
          name: functionName(types, value),
          isClass: isClass(value),
          preview: firstLine(value),
        };
      case 'object':
        if (value === null) return { kind: 'null' };
    }
    const object = value as object;
    const subtype = subtypeOf(types, object);
    return {
      kind: 'object',
      handle: handles.add(object) as Handle,
      subtype,
      className: subtype === 'proxy' ? 'Proxy' : className(types, object),
      size: sizeOf(types, object, subtype),
      preview: preview(object, undefined, 2),
    };
  }

  return {
    describe,
    describeProperty: (descriptor, name) =>
      'value' in descriptor
        ? describe(descriptor.value, name)
        : { kind: 'accessor', getter: descriptor.get !== undefined, setter: descriptor.set !== undefined },
    preview,
  };
}
