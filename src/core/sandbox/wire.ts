// What crosses between an isolate, the sandbox host and the front, as JSON. Shared by code on both sides of the
// isolate's wall, so it imports nothing.

export interface ThrownData {
  readonly name: string;
  readonly message: string;
  /** Own enumerable data of the error that is JSON: `code`, `errno`, `path`, … */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type WireReply = { readonly value: unknown } | { readonly error: ThrownData };

/** An error as it left the isolate, before its positions are mapped. */
export interface RawError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack: string;
}

export interface RawResult {
  readonly cell: number;
  readonly status: 'ok' | 'error';
  readonly value?: Readonly<Record<string, unknown>>;
  readonly error?: RawError;
}

export function thrownData(thrown: unknown): ThrownData {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'Error', message: String(thrown) };
  const error = thrown as Error;
  const extra: Record<string, unknown> = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    const value: unknown = descriptor.value;
    if (key === 'name' || key === 'message' || key === 'stack') continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') extra[key] = value;
  }
  return { name: String(error.name ?? 'Error'), message: String(error.message ?? error), extra };
}
