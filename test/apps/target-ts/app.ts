// TypeScript as Node runs it by itself: types are blanked out, every position stays.
import http from 'node:http';

interface Item {
  price: number;
}
const items: Map<string, Item> = new Map([['a', { price: 4 }]]);
let factor: number = 2;
export function total(id: string): number {
  return items.get(id)!.price * factor;
}
const server = http.createServer((_request: http.IncomingMessage, response: http.ServerResponse) => {
  response.end(JSON.stringify({ total: total('a') }));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${(server.address() as { port: number }).port}`));
