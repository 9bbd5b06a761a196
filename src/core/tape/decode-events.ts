// Events as people and tools read them: numbers of functions and sites become places, values become TapeValues.
import { callNumber, eventIndex, us } from '../common/units.ts';
import { readEvents } from '../instrument/event-reader.ts';
import type { RawEvent } from '../instrument/event-reader.ts';
import type { Manifest, ManifestModule } from '../instrument/manifest.ts';
import { writtenModule } from '../instrument/original.ts';
import type { ByteReader } from '../instrument/runtime/bytes.ts';
import { Extra } from '../instrument/runtime/extras.ts';
import { Tag } from '../instrument/runtime/tags.ts';
import type { AskOperation, CallKind, TapeEvent, TapeValue } from './events.ts';

const operations: readonly AskOperation[] = [
  'call',
  'call',
  'construct',
  'get',
  'set',
  'delete',
  'has',
  'keys',
  'iterate',
  'await',
  'instanceof',
  'call',
  'keys',
  'call',
  'call',
];
const tagNames = { [Tag.undefined]: 'undefined', [Tag.null]: 'null', [Tag.hole]: 'hole' } as const;

/** Places of functions and sites of a tape. */
export class PlaceTable {
  readonly #manifest: Manifest;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  #module(number: number, base: 'functionBase' | 'siteBase') {
    let found: Manifest['modules'][number] | undefined;
    for (const module of this.#manifest.modules)
      if (module[base] <= number && (!found || module[base] > found[base])) found = module;
    return found;
  }

  fn(number: number): { readonly name: string; readonly place: string } {
    if (number < 0) return { name: 'resolve', place: '' };
    const module = this.#module(number, 'functionBase');
    const info = module?.functions[number - module.functionBase];
    return module && info
      ? { name: info.name || '(anonymous)', place: placeIn(module, info.line, info.column) }
      : { name: '(unknown)', place: '' };
  }

  /** A recorder names the place of a gap by the number of a site, of a generator by that of the function. */
  gap(reason: string, place: string): string {
    if (!/^\d+$/.test(place)) return place;
    const number = Number(place);
    return (reason === 'generator' ? this.fn(number) : this.site(number)).place || place;
  }

  site(number: number): { readonly text: string; readonly place: string } {
    const module = this.#module(number, 'siteBase');
    const site = module?.sites[number - module.siteBase];
    if (!module || !site) return { text: '', place: '' };
    const whole = writtenModule(module).text(site.start, site.end);
    const text = /^[^(\n]{1,80}/.exec(whole)?.[0] ?? '';
    return { text: text.trim(), place: placeIn(module, site.line, site.column) };
  }
}

function placeIn(module: ManifestModule, line: number, column: number | undefined): string {
  const written = writtenModule(module).line(line, column);
  return written === undefined ? module.id : `${module.id}:${written}`;
}

/** Decodes chunks of a recording with this manifest; one decoder a segment. */
export function makeChunkDecoder(
  manifest: Manifest,
): () => { decode(chunk: Uint8Array, firstSeq: number): TapeEvent[] } {
  const places = new PlaceTable(manifest);
  return () => {
    const classes = new Map<number, string>();
    const requests = new Map<number, string>();
    const value = (reader: ByteReader): TapeValue => tapeValue(reader, places, classes);
    return {
      decode(chunk, firstSeq) {
        const events: TapeEvent[] = [];
        readEvents(chunk, value, (raw, at) => {
          const base = { seq: eventIndex(firstSeq + events.length), at: us(at) };
          if (raw.kind === 'request') requests.set(raw.request, `${raw.method} ${raw.url.split('?')[0] ?? ''}`);
          events.push({ ...base, ...described(raw, places, requests, manifest) } as TapeEvent);
        });
        return events;
      },
    };
  };
}

function described(
  raw: RawEvent<TapeValue>,
  places: PlaceTable,
  requests: ReadonlyMap<number, string>,
  manifest: Manifest,
): Record<string, unknown> {
  switch (raw.kind) {
    case 'enter': {
      const fn = places.fn(raw.fn);
      const request = requests.get(raw.request);
      return {
        kind: 'enter',
        call: callNumber(raw.call),
        parent: raw.parent,
        callKind: kindOf(raw),
        name: raw.parent === 0 && request ? request : fn.name,
        place: fn.place,
        self: raw.self,
        args: raw.args,
        construct: raw.construct,
        busy: raw.busy,
        request: raw.request,
      };
    }
    case 'leave':
    case 'settled':
      return { ...raw, call: callNumber(raw.call), outcome: raw.outcome === 2 ? 'throw' : 'return' };
    case 'ask': {
      const site = places.site(raw.site);
      const isCall = raw.op === 0;
      return {
        kind: 'ask',
        op: operations[raw.op] ?? 'call',
        place: site.place,
        callee: site.text,
        self: raw.parts[isCall ? 1 : 0] ?? { t: 'undefined' },
        args: raw.parts.slice(isCall ? 2 : 1),
      };
    }
    case 'answer':
    case 'settle':
      return { ...raw, outcome: raw.outcome === 2 ? 'throw' : 'return' };
    case 'gap':
      return { ...raw, place: places.gap(raw.reason, raw.place) };
    case 'state': {
      const instance = manifest.instances[raw.instance];
      return {
        kind: 'state',
        module: instance ? (manifest.modules[instance.module]?.id ?? '') : '',
        last: raw.last,
        variables: raw.variables.map(([name, item]) => ({ name, value: item })),
      };
    }
    default:
      return { ...raw };
  }
}

function kindOf(raw: Extract<RawEvent<TapeValue>, { kind: 'enter' }>): CallKind {
  if (raw.request > 0) return 'http';
  if (raw.fn < 0) return 'promise';
  if (raw.self.t === 'foreign')
    return /^(Timeout|Immediate)$/.test(raw.self.cls)
      ? 'timer'
      : /Emitter|Server|Socket|Stream|Request|Response/.test(raw.self.cls)
        ? 'event'
        : 'callback';
  return 'callback';
}

/** One value, as its bytes say it. */
export function tapeValue(reader: ByteReader, places: PlaceTable, classes: Map<number, string>): TapeValue {
  const again = (): TapeValue => tapeValue(reader, places, classes);
  const properties = (): { keys: string[]; items: TapeValue[] } => {
    const keys: string[] = [];
    const items: TapeValue[] = [];
    for (let left = reader.varint(); left > 0; left--) {
      keys.push(reader.string());
      items.push(again());
    }
    return { keys, items };
  };
  const tag = reader.u8();
  switch (tag) {
    case Tag.undefined:
    case Tag.null:
    case Tag.hole:
      return { t: tagNames[tag as 0] };
    case Tag.true:
    case Tag.false:
      return { t: 'bool', v: tag === Tag.true };
    case Tag.int:
      return { t: 'num', v: reader.zigzag() };
    case Tag.double: {
      const v = reader.f64();
      if (Number.isNaN(v)) return { t: 'nan' };
      if (v === Infinity) return { t: 'inf' };
      if (v === -Infinity) return { t: '-inf' };
      return Object.is(v, -0) ? { t: '-0' } : { t: 'num', v };
    }
    case Tag.string:
      return { t: 'str', v: reader.string() };
    case Tag.bigint:
      return { t: 'big', v: reader.string() };
    case Tag.ref:
      return { t: 'ref', id: reader.varint() };
    case Tag.object:
    case Tag.nullObject:
      return { t: 'object', id: reader.varint(), ...properties() };
    case Tag.array: {
      const id = reader.varint();
      const size = reader.varint();
      const items = Array.from({ length: reader.varint() }, again);
      if (items.length < size) items.push({ t: 'cut', v: `${size - items.length} items` });
      return { t: 'array', id, items };
    }
    case Tag.map: {
      const id = reader.varint();
      return { t: 'map', id, items: Array.from({ length: reader.varint() * 2 }, again) };
    }
    case Tag.set: {
      const id = reader.varint();
      return { t: 'set', id, items: Array.from({ length: reader.varint() }, again) };
    }
    case Tag.date:
      return { t: 'date', id: reader.varint(), v: reader.f64() };
    case Tag.regexp: {
      const id = reader.varint();
      const v = `/${reader.string()}/${reader.string()}`;
      reader.zigzag();
      return { t: 'regexp', id, v };
    }
    case Tag.error:
      return { t: 'error', id: reader.varint(), cls: reader.string(), ...properties() };
    case Tag.bytes: {
      const [id, cls] = [reader.varint(), reader.string()];
      return { t: 'bytes', id, cls, v: Buffer.from(reader.raw(reader.varint())).toString('base64') };
    }
    case Tag.instance: {
      const id = reader.varint();
      const made = places.fn(reader.varint());
      return { t: 'instance', id, cls: made.name, place: made.place, ...properties() };
    }
    case Tag.extended:
      return extended(again(), reader, again);
    case Tag.accessor: {
      // A pair of functions, as a person would see it: the getter, or the setter of a property that has none.
      const [get, set] = [again(), again()];
      return get.t === 'undefined' ? set : get;
    }
    case Tag.derived: {
      const id = reader.varint();
      const made = places.fn(reader.varint());
      const contents = derivedContents(reader, again);
      const { keys, items } = properties();
      const all = [...contents.map((_, at) => `[${at}]`), ...keys];
      return { t: 'instance', id, cls: made.name, place: made.place, keys: all, items: [...contents, ...items] };
    }
    case Tag.function: {
      const id = reader.varint();
      const fn = places.fn(reader.varint());
      return { t: 'function', id, place: fn.place, name: fn.name };
    }
    case Tag.foreign: {
      const id = reader.varint();
      const flags = reader.u8();
      if ((flags & 1) === 1) classes.set(id, reader.string());
      return { t: 'foreign', id, cls: classes.get(id) ?? '', callable: (flags & 2) === 2 };
    }
    case Tag.global:
      return { t: 'foreign', id: 0, cls: reader.string(), callable: false };
    case Tag.foreignPromise:
    case Tag.ownPromise:
    case Tag.native:
      return { t: 'promise', id: reader.varint() };
    case Tag.pending:
      return { t: 'promise', id: 0 };
    case Tag.symbol: {
      const how = reader.u8();
      const id = how === 0 ? reader.varint() : undefined;
      const v = reader.string();
      return { t: 'sym', v, registered: how !== 0, ...(id === undefined ? {} : { id }) };
    }
    case Tag.cut:
      return { t: 'cut', v: reader.string() };
    case Tag.redacted:
      return { t: 'redacted', v: reader.string() };
    case Tag.boxed:
      return { t: 'boxed', id: reader.varint(), items: [again()] };
    case Tag.intrinsic:
      return { t: 'foreign', id: 0, cls: reader.string(), callable: false };
    default:
      throw new RangeError(`a value of the unknown tag ${tag}`);
  }
}

/** What an instance of a class that extends a builtin holds as such. */
function derivedContents(reader: ByteReader, again: () => TapeValue): readonly TapeValue[] {
  const builtin = reader.string();
  if (builtin === 'Date') return [{ t: 'num', v: reader.f64() }];
  if (builtin === 'Array') reader.varint();
  else if (builtin !== 'Map' && builtin !== 'Set') return [{ t: 'cut', v: `what ${builtin} holds` }];
  return Array.from({ length: reader.varint() * (builtin === 'Map' ? 2 : 1) }, again);
}

/** Symbol keys, hidden properties and private fields are shown like the others: `[Symbol(a)]`, `#b`. */
function extended(value: TapeValue, reader: ByteReader, again: () => TapeValue): TapeValue {
  const keys: string[] = [];
  const items: TapeValue[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const flags = reader.u8();
    if ((flags & Extra.closed) !== 0) {
      reader.u8();
      continue;
    }
    if ((flags & Extra.private) !== 0) reader.varint();
    if ((flags & Extra.symbol) !== 0) {
      const symbol = again();
      keys.push(`[${symbol.t === 'sym' ? symbol.v : ''}]`);
    } else keys.push(`${(flags & Extra.private) !== 0 ? '#' : ''}${reader.string()}`);
    items.push(again());
  }
  if (value.t !== 'object' && value.t !== 'instance' && value.t !== 'error') return { ...value };
  return { ...value, keys: [...(value.keys ?? []), ...keys], items: [...(value.items ?? []), ...items] };
}
