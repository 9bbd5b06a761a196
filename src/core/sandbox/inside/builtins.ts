// Node's builtins that only compute, for cells and for the packages they import.
import * as assert from 'unenv/node/assert';
import * as buffer from 'unenv/node/buffer';
import * as events from 'unenv/node/events';
import * as path from 'unenv/node/path';
import * as querystring from 'unenv/node/querystring';
import * as stringDecoder from 'unenv/node/string_decoder';
import { format, formatWithOptions, inspect, stripVTControlCharacters } from 'node-inspect-extracted';
import * as unenvUtil from 'unenv/node/util';
import { cellConsole } from './console.ts';
import * as timers from './timers.ts';

/** `exports` of a CommonJS builtin: its default, with the named ones beside it. */
const whole = (namespace: Record<string, unknown>): unknown => {
  const main = namespace['default'];
  if (typeof main !== 'function' && typeof main !== 'object') return { ...namespace };
  const into = typeof main === 'function' ? main : { ...(main as object) };
  for (const [name, value] of Object.entries(namespace)) {
    if (name !== 'default' && !Object.hasOwn(into as object, name))
      Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return into;
};

function fileURLToPath(url: string | URL): string {
  const parsed = typeof url === 'string' ? new URL(url) : url;
  if (parsed.protocol !== 'file:') throw new TypeError('The URL must be of scheme file');
  return decodeURIComponent(parsed.pathname);
}

const pathToFileURL = (file: string): URL =>
  new URL(`file://${encodeURI(path.resolve(file)).replace(/[?#]/g, encodeURIComponent)}`);

let made: Record<string, unknown> | undefined;

/** By name without `node:`; made on first use, after the globals are in place. */
export function builtins(): Record<string, unknown> {
  if (made) return made;
  const world = globalThis as unknown as Record<string, unknown>;
  const util = {
    ...(unenvUtil.default as object),
    ...unenvUtil,
    format,
    formatWithOptions,
    inspect,
    stripVTControlCharacters,
    TextEncoder: world['TextEncoder'],
    TextDecoder: world['TextDecoder'],
  };
  const timerSet = {
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    setImmediate: timers.setImmediate,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearTimeout,
    clearImmediate: timers.clearTimeout,
  };
  const paths = whole(path) as Record<string, unknown>;
  made = {
    assert: whole(assert),
    'assert/strict': (whole(assert) as Record<string, unknown>)['strict'],
    buffer: whole(buffer),
    console: cellConsole,
    events: whole(events),
    path: paths,
    'path/posix': paths,
    perf_hooks: { performance: world['performance'] },
    process: world['process'],
    querystring: whole(querystring),
    string_decoder: whole(stringDecoder),
    timers: { ...timerSet, promises: timers.promises },
    'timers/promises': timers.promises,
    url: { URL: world['URL'], URLSearchParams: world['URLSearchParams'], fileURLToPath, pathToFileURL },
    util,
    'util/types': (util as { types?: unknown }).types,
  };
  return made;
}
