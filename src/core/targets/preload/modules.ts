// ECMAScript modules of a program that is recorded from its first line: they are instrumented when they are read, and what
// their imports resolve to is noted, because that tells which of them lead to other own modules.
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { quietly } from './quietly.ts';
import type { HookMessage, HookThreadData } from './hooks-thread.ts';
import type { OwnCode, OwnCodeOptions } from './own-code.ts';

interface Loaded {
  readonly format?: string | null;
  readonly source?: unknown;
}
interface Resolved {
  readonly url: string;
}
type Next<Context, Result> = (specifier: string, context?: Context) => Result;
interface Hooks {
  resolve(
    specifier: string,
    context: { readonly parentURL?: string },
    next: Next<{ readonly parentURL?: string }, Resolved>,
  ): Resolved;
  load(url: string, context: object, next: Next<object, Loaded>): Loaded;
}
interface HookedModule {
  readonly registerHooks?: (hooks: Hooks) => unknown;
  readonly stripTypeScriptTypes?: (source: string, options: { readonly mode: 'strip' | 'transform' }) => string;
}

const { registerHooks, stripTypeScriptTypes } = Module as unknown as HookedModule;

export class Resolutions {
  readonly #urls = new Map<string, string>();

  add(parent: string, specifier: string, url: string): void {
    this.#urls.set(`${parent} ${specifier}`, url);
  }

  get(parent: string, specifier: string): string | undefined {
    return this.#urls.get(`${parent} ${specifier}`);
  }
}

/** Where modules are numbered for all threads: the hooks of older Nodes have one of their own. */
export const sharedNumbers = (): Int32Array<SharedArrayBuffer> | undefined =>
  registerHooks ? undefined : new Int32Array(new SharedArrayBuffer(8));

/** Gives what tells, when it is called, of everything that was loaded elsewhere. */
export function instrumentModules(own: OwnCode, resolutions: Resolutions, options: OwnCodeOptions): () => void {
  if (!registerHooks) return instrumentInThread(own, resolutions, options);
  if (stripTypeScriptTypes) quietly(() => stripTypeScriptTypes('', { mode: 'strip' }));
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (context.parentURL !== undefined) resolutions.add(context.parentURL, specifier, resolved.url);
      return resolved;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const { format, source } = loaded;
      if ((format !== 'module' && format !== 'module-typescript') || !url.startsWith('file:')) return loaded;
      const path = fileURLToPath(url);
      if (!own.has(path) || source === null || source === undefined) return loaded;
      const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      const running = own.instrument(path, format === 'module' ? text : withoutTypes(text), 'module', url);
      return running === undefined ? loaded : { ...loaded, format: 'module', source: running };
    },
  });
  return () => undefined;
}

function instrumentInThread(own: OwnCode, resolutions: Resolutions, options: OwnCodeOptions): () => void {
  const { port1, port2 } = new MessageChannel();
  const { cwd, mainScript, scope, numbers, gap } = options;
  const file = import.meta.url.endsWith('.ts') ? './hooks-thread.ts' : './hooks-thread.js';
  const data = { port: port2, cwd, mainScript, scope, numbers: numbers! } satisfies HookThreadData;
  Module.register(file, { parentURL: import.meta.url, data, transferList: [port2] });
  port1.unref();
  return () => {
    for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1)) {
      const message = next.message as HookMessage;
      if ('loaded' in message) own.add(message.loaded, message.made);
      else if ('gap' in message) gap(...message.gap);
      else resolutions.add(...message.resolved);
    }
  };
}

/** As Node would do it next. */
function withoutTypes(text: string): string {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return stripTypeScriptTypes!(text, { mode: typescript === 'transform' ? 'transform' : 'strip' });
}
