// fetch: made by the sandbox host, which asks whether the address is allowed; the classes are ours.
import { Buffer } from './buffer.ts';
import { askLater } from './host.ts';

type HeaderInit = Headers | Record<string, string> | Iterable<readonly [string, string]>;

export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init?: HeaderInit) {
    if (!init) return;
    const pairs =
      Symbol.iterator in init
        ? (init as Iterable<readonly [string, string]>)
        : Object.entries(init as Record<string, string>);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name: string, value: string): void {
    const present = this.get(name);
    this.set(name, present === null ? value : `${present}, ${value}`);
  }

  set(name: string, value: string): void {
    this.#values.set(String(name).toLowerCase(), String(value).trim());
  }

  get(name: string): string | null {
    return this.#values.get(String(name).toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(String(name).toLowerCase());
  }

  delete(name: string): void {
    this.#values.delete(String(name).toLowerCase());
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  entries(): Iterator<[string, string]> & Iterable<[string, string]> {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1))[Symbol.iterator]();
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): Iterator<[string, string]> & Iterable<[string, string]> {
    return this.entries();
  }
}

interface ResponseData {
  readonly stream: number;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [string, string])[];
}

type Pull = () => Promise<Uint8Array | undefined>;

export class Response {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Headers;
  readonly #pull: Pull;
  #used = false;

  constructor(
    body?: string | Uint8Array | null,
    init: {
      status?: number;
      statusText?: string;
      headers?: HeaderInit;
      url?: string;
      redirected?: boolean;
      pull?: Pull;
    } = {},
  ) {
    this.status = init.status ?? 200;
    this.statusText = init.statusText ?? '';
    this.url = init.url ?? '';
    this.redirected = init.redirected ?? false;
    this.headers = new Headers(init.headers);
    let rest =
      body === undefined || body === null
        ? undefined
        : Uint8Array.from(typeof body === 'string' ? Buffer.from(body) : body);
    this.#pull =
      init.pull ??
      (() => {
        const now = rest;
        rest = undefined;
        return Promise.resolve(now);
      });
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  /** An async iterable of chunks. */
  get body(): AsyncIterable<Uint8Array> {
    return { [Symbol.asyncIterator]: () => this.#chunks() };
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    if (this.#used) throw new TypeError('Body is unusable: Body has already been read');
    this.#used = true;
    for (let chunk = await this.#pull(); chunk; chunk = await this.#pull()) yield chunk;
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#chunks()) chunks.push(chunk);
    return Uint8Array.from(Buffer.concat(chunks));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer as ArrayBuffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }
}

interface FetchInit {
  readonly method?: string;
  readonly headers?: HeaderInit;
  readonly body?: string | URLSearchParams | Uint8Array | null;
  readonly redirect?: string;
  readonly signal?: AbortSignal;
}

export async function fetch(address: string | URL, init: FetchInit = {}): Promise<Response> {
  init.signal?.throwIfAborted();
  const headers = new Headers(init.headers);
  const { body } = init;
  if (body instanceof URLSearchParams && !headers.has('content-type'))
    headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  const bytes =
    body === undefined || body === null
      ? undefined
      : Buffer.from(typeof body === 'string' || !(body instanceof URLSearchParams) ? (body as string) : String(body));
  const asked = askLater<ResponseData>('fetch', {
    url: String(address),
    method: init.method ?? 'GET',
    headers: [...headers],
    redirect: init.redirect ?? 'follow',
    ...(bytes ? { body: bytes.toString('base64') } : {}),
  });
  const data = await (init.signal ? Promise.race([asked, aborted(init.signal)]) : asked);
  const pull = async (): Promise<Uint8Array | undefined> => {
    const chunk = await askLater<string | null>('fetch.read', { stream: data.stream });
    return chunk === null ? undefined : Uint8Array.from(Buffer.from(chunk, 'base64'));
  };
  return new Response(null, { ...data, pull });
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
