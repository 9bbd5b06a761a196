// Errors and bytes of the isolate, by the name of their class on the tape.

export function makeError(name: string): Error {
  const known = (globalThis as unknown as Record<string, unknown>)[name];
  if (typeof known === 'function' && (name === 'Error' || Object.prototype.isPrototypeOf.call(Error, known))) {
    return name === 'AggregateError' ? new AggregateError([]) : new (known as new () => Error)();
  }
  // A class of foreign code: the name is kept, in a prototype of its own so that its own keys stay as recorded.
  const made = class extends Error {};
  Object.defineProperty(made, 'name', { value: name });
  return new made();
}

export function makeBytes(name: string, raw: Uint8Array): object {
  if (name === 'ArrayBuffer') return raw.slice().buffer;
  const made = (globalThis as unknown as Record<string, unknown>)[name] as
    | (new (buffer: ArrayBufferLike) => object)
    | undefined;
  return made && name.endsWith('Array') ? new made(raw.slice().buffer) : raw.slice();
}
