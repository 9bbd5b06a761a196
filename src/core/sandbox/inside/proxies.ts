// Which objects are proxies. Looking at one runs its traps, that is the user's code, so completion and printing must
// know; the engine does not tell code inside an isolate, so every proxy is noted where it is made.
const proxies = new WeakSet<object>();
const Original = Proxy;

export const isProxy = (value: unknown): boolean =>
  typeof value === 'object' || typeof value === 'function' ? proxies.has(value as object) : false;

/** A proxy of our own (`app`, handles): it knows how to be looked at. */
export const makeProxy = <T extends object>(target: T, handler: ProxyHandler<T>): T => new Original(target, handler);

/** Replaces the global constructor, before any code of a user has run. */
export function watchProxies(): void {
  const Watched = function Proxy(this: unknown, target: object, handler: ProxyHandler<object>): object {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'");
    const made = new Original(target, handler);
    proxies.add(made);
    return made;
  } as unknown as ProxyConstructor;
  Watched.revocable = (target, handler) => {
    const made = Original.revocable(target, handler);
    proxies.add(made.proxy);
    return made;
  };
  Object.defineProperty(Watched, 'prototype', { value: undefined });
  Object.defineProperty(globalThis, 'Proxy', { value: Watched, writable: true, configurable: true });
}
