// The service that the shop asks for exchange rates and shipping. Answers take a few milliseconds, as they would
// from another machine.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const rates: Readonly<Record<string, number>> = { EUR: 1, USD: 1.08, GBP: 0.86, CHF: 0.95 };
const delay = Number(process.env['PRICES_DELAY_MS'] ?? 15);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const path = request.url ?? '/';
  if (path.startsWith('/rates/')) {
    const rate = rates[path.slice('/rates/'.length)];
    return rate === undefined ? { status: 404, body: { error: 'no such currency' } } : { status: 200, body: { rate } };
  }
  if (path === '/shipping' && request.method === 'POST') {
    const { lines } = JSON.parse(await bodyOf(request)) as { lines: { quantity: number }[] };
    const pieces = lines.reduce((sum, line) => sum + line.quantity, 0);
    return { status: 200, body: { shipping: 390 + 60 * pieces } };
  }
  return { status: 404, body: { error: 'no such path' } };
}

const server = createServer((request, response) => {
  const send = (status: number, body: unknown) => {
    setTimeout(() => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    }, delay);
  };
  answer(request).then(
    ({ status, body }) => send(status, body),
    () => send(400, { error: 'not understood' }),
  );
});

server.listen(Number(process.env['PRICES_PORT'] ?? 8181), '127.0.0.1', () => {
  console.log(`price service listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
