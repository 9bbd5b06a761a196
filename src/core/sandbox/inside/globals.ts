// What a cell finds besides the language: installed once, before any code of a user.
import { Buffer } from './buffer.ts';
import { app } from './app.ts';
import { cellConsole, print } from './console.ts';
import { AbortController, AbortSignal, CustomEvent, Event, EventTarget } from './events.ts';
import { fetch, Headers, Response } from './fetch.ts';
import { ask, askLater, currentCell, enterFor } from './host.ts';
import { watchProxies } from './proxies.ts';
import { session } from './session.ts';
import { TextDecoder, TextEncoder } from './text.ts';
import * as timers from './timers.ts';

export interface World {
  readonly cwd: string;
  readonly platform: string;
  readonly version: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Empty unless the environment was allowed. */
  readonly env: Readonly<Record<string, string>>;
}

const randomBytes = (length: number): Uint8Array =>
  Uint8Array.from(Buffer.from(ask<string>('random', { length }), 'base64'));

function getRandomValues<T extends ArrayBufferView>(into: T): T {
  if (into.byteLength > 65_536)
    throw new DOMException('The requested length exceeds 65,536 bytes', 'QuotaExceededError');
  new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(randomBytes(into.byteLength));
  return into;
}

async function digest(algorithm: string | { name: string }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer> {
  const bytes = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
  const made = await askLater<string>('digest', {
    algorithm: typeof algorithm === 'string' ? algorithm : algorithm.name,
    data: bytes.toString('base64'),
  });
  return Uint8Array.from(Buffer.from(made, 'base64')).buffer as ArrayBuffer;
}

/** As Node's: after the present code, before timers; what it throws is an error of its cell. */
function queueMicrotask(callback: () => void): void {
  if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
  const cell = currentCell();
  const run = (): void => {
    enterFor(cell);
    callback();
  };
  void Promise.resolve().then(run);
}

function makeProcess(world: World): object {
  const start = Date.now();
  const stream = (name: 'stdout' | 'stderr'): object => ({
    write: (text: unknown) => (print(name, String(text)), true),
    isTTY: false,
    columns: 100,
  });
  const hrtime = Object.assign(
    (before?: readonly [number, number]) => {
      const now = Date.now() - start;
      const past = before ? before[0] * 1e3 + before[1] / 1e6 : 0;
      return [Math.floor((now - past) / 1e3), Math.round(((now - past) % 1e3) * 1e6)];
    },
    { bigint: () => BigInt(Math.round((Date.now() - start) * 1e6)) },
  );
  return {
    env: { ...world.env },
    argv: ['node', 'cell'],
    execArgv: [],
    pid: 1,
    platform: world.platform,
    version: world.version,
    versions: world.versions,
    release: { name: 'node' },
    arch: 'x64',
    title: 'cell',
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    cwd: () => world.cwd,
    uptime: () => (Date.now() - start) / 1e3,
    hrtime,
    nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) => queueMicrotask(() => callback(...args)),
    memoryUsage: () => ask('memory'),
    emitWarning: (warning: unknown) => print('stderr', `${String(warning)}\n`),
    on: () => undefined,
    once: () => undefined,
    off: () => undefined,
    removeListener: () => undefined,
    listeners: () => [],
    emit: () => false,
  };
}

/** Shows something in several forms, or replaces what was shown under the same id. */
function display(
  data: Record<string, unknown>,
  options: { readonly id?: string; readonly update?: boolean; readonly metadata?: object } = {},
): void {
  ask('display', {
    data,
    ...(options.id === undefined ? {} : { displayId: options.id }),
    ...(options.update === undefined ? {} : { update: options.update }),
    ...(options.metadata ? { metadata: options.metadata } : {}),
  });
}

export function installGlobals(world: World): void {
  watchProxies();
  const values: Record<string, unknown> = {
    console: cellConsole,
    Buffer,
    TextEncoder,
    TextDecoder,
    Event,
    CustomEvent,
    EventTarget,
    AbortController,
    AbortSignal,
    fetch,
    Headers,
    Response,
    queueMicrotask,
    app,
    session,
    global: globalThis,
    process: makeProcess(world),
    display,
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    setImmediate: timers.setImmediate,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearTimeout,
    clearImmediate: timers.clearTimeout,
    performance: {
      now: () => ask<number>('now'),
      timeOrigin: Date.now(),
      mark: () => undefined,
      measure: () => undefined,
    },
    crypto: { getRandomValues, randomUUID: () => ask<string>('uuid'), subtle: { digest } },
  };
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
