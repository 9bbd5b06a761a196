// Hooks for ECMAScript modules on Nodes whose loader runs them in a thread of its own (20, and 22 before 22.15). What the
// program has to know of a module is in its port before the module is handed over, so it is there when the module begins.
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { OwnCode, type LoadedModule, type OwnModule } from './own-code.ts';

export interface HookThreadData {
  readonly port: MessagePort;
  readonly cwd: string;
  readonly mainScript: string;
  readonly scope: readonly string[];
  /** Next numbers of functions and sites, for both threads. */
  readonly numbers: Int32Array<SharedArrayBuffer>;
}

export type HookMessage =
  | { readonly loaded: LoadedModule; readonly made: OwnModule }
  | { readonly gap: readonly [reason: string, place: string, detail: string] }
  | { readonly resolved: readonly [parent: string, specifier: string, url: string] };

interface Loaded {
  readonly format?: string | null;
  readonly source?: unknown;
}
type Next<Context, Result> = (specifier: string, context: Context) => Promise<Result>;

let own: OwnCode | undefined;
let post: (message: HookMessage) => void = () => undefined;

export function initialize({ port, ...options }: HookThreadData): void {
  post = (message) => port.postMessage(message);
  port.unref();
  own = new OwnCode({
    ...options,
    loaded: (loaded, made) => post({ loaded, made }),
    gap: (...gap) => post({ gap }),
  });
}

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: Next<object, { readonly url: string }>,
): Promise<{ readonly url: string }> {
  const resolved = await next(specifier, context);
  if (context.parentURL !== undefined) post({ resolved: [context.parentURL, specifier, resolved.url] });
  return resolved;
}

export async function load(url: string, context: object, next: Next<object, Loaded>): Promise<Loaded> {
  const loaded = await next(url, context);
  const { format, source } = loaded;
  if (format !== 'module' || !url.startsWith('file:') || source === null || source === undefined) return loaded;
  const path = fileURLToPath(url);
  if (!own?.has(path)) return loaded;
  const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
  const running = own.instrument(path, text, 'module', url);
  return running === undefined ? loaded : { ...loaded, source: running };
}
