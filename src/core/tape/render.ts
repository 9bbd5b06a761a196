// A recorded value for people: one line of text, or plain JSON. Both are bounded and survive cycles.
import type { TapeValue } from './events.ts';

export interface RenderLimits {
  readonly depth: number;
  /** Members shown of one object. */
  readonly members: number;
  /** Characters of the whole text. */
  readonly text: number;
}
const lineLimits: RenderLimits = { depth: 3, members: 8, text: 240 };
const jsonLimits: RenderLimits = { depth: 8, members: 200, text: 20_000 };

const singles: Readonly<Record<string, string>> = {
  undefined: 'undefined',
  null: 'null',
  hole: '<empty>',
  nan: 'NaN',
  inf: 'Infinity',
  '-inf': '-Infinity',
  '-0': '-0',
};
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
export const keyText = (key: string): string => (identifier.test(key) ? key : JSON.stringify(key));
const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, Math.max(limit - 1, 0))}…`;

type Graph = Extract<TapeValue, { readonly items?: readonly TapeValue[]; readonly keys?: readonly string[] }>;

/** A property of a recorded object by name. */
export function property(value: TapeValue, name: string): TapeValue | undefined {
  if (!('items' in value)) return undefined;
  const at = value.keys?.indexOf(name) ?? -1;
  return at < 0 ? undefined : value.items?.[at];
}

const plainText = (value: TapeValue | undefined): string =>
  value?.t === 'str' ? value.v : value ? renderValue(value) : '';

/** `TypeError: Cannot read …` for something that was thrown. */
export function errorText(value: TapeValue): string {
  if (value.t === 'error' || (value.t === 'instance' && property(value, 'message'))) {
    const name = plainText(property(value, 'name')) || value.cls || 'Error';
    const message = plainText(property(value, 'message'));
    return shorten(message ? `${name}: ${message}` : name, 300).replaceAll(/\s*\n\s*/g, ' ');
  }
  return renderValue(value, { text: 300 });
}

/** One line, like a person would write it: `{ id: 1, items: [ … ] }`. */
export function renderValue(value: TapeValue, limits: Partial<RenderLimits> = {}): string {
  const full = { ...lineLimits, ...limits };
  let left = full.text;
  const spend = (text: string): string => {
    left -= text.length;
    return text;
  };
  const members = (items: readonly TapeValue[], step: number, show: (at: number) => string): string => {
    const shown: string[] = [];
    let at = 0;
    for (; at < items.length && shown.length < full.members && left > 0; at += step) shown.push(show(at));
    if (at < items.length) shown.push(`… ${(items.length - at) / step} more`);
    return shown.join(', ');
  };
  const wrap = (open: string, inner: string, close: string): string =>
    inner ? `${open} ${inner} ${close}` : `${open}${close}`;

  const graph = (node: Graph, depth: number): string => {
    const items = node.items ?? [];
    const one = (item: TapeValue | undefined): string => (item ? walk(item, depth + 1) : 'undefined');
    const properties = (): string =>
      members(items, 1, (at) => `${keyText(node.keys?.[at] ?? String(at))}: ${one(items[at])}`);
    switch (node.t) {
      case 'array':
        return depth >= full.depth
          ? spend(`[ ${items.length} items ]`)
          : wrap(
              '[',
              members(items, 1, (at) => one(items[at])),
              ']',
            );
      case 'map':
        return depth >= full.depth
          ? spend(`Map(${items.length / 2})`)
          : wrap(
              `Map(${items.length / 2}) {`,
              members(items, 2, (at) => `${one(items[at])} → ${one(items[at + 1])}`),
              '}',
            );
      case 'set':
        return depth >= full.depth
          ? spend(`Set(${items.length})`)
          : wrap(
              `Set(${items.length}) {`,
              members(items, 1, (at) => one(items[at])),
              '}',
            );
      case 'date': {
        const date = new Date(Number(node.v));
        return spend(Number.isNaN(date.getTime()) ? 'Date(invalid)' : `Date(${date.toISOString()})`);
      }
      case 'regexp':
        return spend(String(node.v));
      case 'bytes':
        return spend(
          `${node.cls ?? 'bytes'}(${Math.floor((String(node.v ?? '').replaceAll('=', '').length * 3) / 4)} bytes)`,
        );
      case 'error':
        return spend(`[${errorText(node)}]`);
      case 'boxed':
        return spend(`[${node.cls ?? 'boxed'}: ${items[0] ? one(items[0]) : String(node.v)}]`);
      default: {
        const cls = node.cls && node.cls !== 'Object' ? `${node.cls} ` : '';
        return depth >= full.depth ? spend(`${cls}{ ${items.length} members }`) : wrap(`${cls}{`, properties(), '}');
      }
    }
  };

  const walk = (node: TapeValue, depth: number): string => {
    switch (node.t) {
      case 'bool':
      case 'num':
        return spend(String(node.v));
      case 'big':
        return spend(`${shorten(node.v, 60)}n`);
      case 'str':
        return spend(JSON.stringify(shorten(node.v, Math.max(Math.min(left, depth === 0 ? full.text : 80), 4))));
      case 'sym':
        return spend(`Symbol(${node.v})`);
      case 'redacted':
        return spend('<redacted>');
      case 'cut':
        return spend(`<cut: ${node.v}>`);
      case 'ref':
        return spend(`<#${node.id}>`);
      case 'function':
        return spend(`ƒ ${node.name ?? ''}(${node.place})`);
      case 'promise':
        return spend(`Promise #${node.id}`);
      case 'foreign':
        return spend(
          node.callable ? `ƒ ${node.cls || '(foreign)'} #${node.id}` : `${node.cls || 'Object'} #${node.id}`,
        );
      default:
        return node.t in singles ? spend(singles[node.t] as string) : graph(node as Graph, depth);
    }
  };
  return shorten(walk(value, 0).replaceAll(/\s*\n\s*/g, ' '), full.text);
}

/** Plain JSON for display: what JSON has no word for becomes text or a marked object (`$map`, `$set`, `$ref`). */
export function toPlainJson(value: TapeValue, limits: Partial<RenderLimits> = {}): unknown {
  const full = { ...jsonLimits, ...limits };
  let left = full.text;
  const walk = (node: TapeValue, depth: number): unknown => {
    left -= 8;
    switch (node.t) {
      case 'null':
        return null;
      case 'bool':
      case 'num':
        return node.v;
      case 'str': {
        const text = shorten(node.v, Math.max(left, 16));
        left -= text.length;
        return text;
      }
      case 'ref':
        return { $ref: node.id };
      case 'object':
      case 'instance':
      case 'array':
      case 'map':
      case 'set':
        return depth >= full.depth || left <= 0 ? renderValue(node, { depth: 1, text: 80 }) : graph(node, depth);
      default:
        return renderValue(node, { text: 200 });
    }
  };
  const graph = (node: Graph, depth: number): unknown => {
    const items = node.items ?? [];
    const shown = items.slice(0, full.members * (node.t === 'map' ? 2 : 1));
    const rest = items.length - shown.length;
    if (node.t === 'array' || node.t === 'set') {
      const list: unknown[] = shown.map((item) => walk(item, depth + 1));
      if (rest > 0) list.push(`… ${rest} more`);
      return node.t === 'array' ? list : { $set: list };
    }
    if (node.t === 'map') {
      const pairs: unknown[] = [];
      for (let at = 0; at < shown.length; at += 2)
        pairs.push([shown[at], shown[at + 1]].map((item) => (item ? walk(item, depth + 1) : undefined)));
      if (rest > 0) pairs.push([`… ${rest / 2} more`, null]);
      return { $map: pairs };
    }
    const entries = shown.map((item, at): [string, unknown] => [node.keys?.[at] ?? String(at), walk(item, depth + 1)]);
    if (node.t === 'instance') entries.unshift(['$class', node.cls ?? '']);
    if (rest > 0) entries.push(['…', `${rest} more`]);
    return Object.fromEntries(entries);
  };
  return walk(value, 0);
}
