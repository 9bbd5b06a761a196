// fetch for cells: to the target's own listeners always, elsewhere with %allow net. Redirects are followed here, so that
// one cannot lead out of what is allowed.
import { fail, messageOf } from '../../common/errors.ts';

export interface NetworkPorts {
  readonly anywhere: () => boolean;
  /** Ports of the target's own listeners. */
  readonly ports: (cell: number) => Promise<readonly number[]>;
}

export interface FetchParameters {
  readonly url: string;
  readonly method: string;
  readonly headers: [string, string][];
  readonly redirect: 'follow' | 'error' | 'manual';
  readonly body?: string;
}

const ownHosts = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0']);
const redirects = new Set([301, 302, 303, 307, 308]);

export class Network {
  readonly #ports: NetworkPorts;
  readonly #streams = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  #last = 0;

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  async fetch(cell: number, parameters: FetchParameters): Promise<unknown> {
    let { url, method } = parameters;
    let body = parameters.body === undefined ? undefined : Buffer.from(parameters.body, 'base64');
    for (let hops = 0; ; hops += 1) {
      await this.#check(cell, url);
      const response = await this.#once(url, {
        method,
        headers: parameters.headers,
        redirect: 'manual',
        ...(body ? { body } : {}),
      });
      const location = response.headers.get('location');
      if (parameters.redirect === 'manual' || !redirects.has(response.status) || location === null)
        return this.#describe(response, hops > 0);
      await response.body?.cancel();
      if (parameters.redirect === 'error' || hops >= 20)
        throw fail('DS2017', {
          url,
          reason: parameters.redirect === 'error' ? 'it was redirected' : 'it was redirected too often',
        });
      url = new URL(location, url).href;
      if (response.status === 303 || (response.status < 303 && method === 'POST')) {
        method = 'GET';
        body = undefined;
      }
    }
  }

  /** The next chunk as base64, null at the end. */
  async read(stream: number): Promise<string | null> {
    const reader = this.#streams.get(stream);
    if (!reader) return null;
    const { done, value } = await reader.read();
    if (!done) return Buffer.from(value).toString('base64');
    this.#streams.delete(stream);
    return null;
  }

  async #once(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { cause } = error as Error;
      throw fail(
        'DS2017',
        {
          url,
          reason:
            cause === undefined ? messageOf(error) : messageOf(cause) || String((cause as { code?: string }).code),
        },
        error,
      );
    }
  }

  async #check(cell: number, url: string): Promise<void> {
    if (this.#ports.anywhere()) return;
    const address = URL.canParse(url) ? new URL(url) : undefined;
    if (!address) throw fail('DS2017', { url, reason: 'it is no address' });
    const port = Number(address.port || (address.protocol === 'https:' ? 443 : 80));
    if (
      address.protocol.startsWith('http') &&
      ownHosts.has(address.hostname) &&
      (await this.#ports.ports(cell)).includes(port)
    )
      return;
    throw fail('DS2016', { url });
  }

  #describe(response: Response, redirected: boolean): unknown {
    const stream = (this.#last += 1);
    if (response.body) this.#streams.set(stream, response.body.getReader());
    return {
      stream,
      status: response.status,
      statusText: response.statusText,
      url: response.url,
      redirected,
      headers: [...response.headers],
    };
  }
}
