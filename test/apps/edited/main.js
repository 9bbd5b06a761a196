// An HTTP app whose functions and values are edited while it is under load.
import http from 'node:http';
import { createRequire } from 'node:module';
import { discounted, facts, heat, ways } from './prices.js';

const require = createRequire(import.meta.url);
const { shipping } = require('./shipping.cjs');

const server = http.createServer((request, response) => {
  const answer =
    request.url === '/facts'
      ? { ...facts(), globals: Reflect.ownKeys(globalThis).map(String).toSorted() }
      : { ...ways(), ...heat(), shipping: shipping(1), discount: discounted() };
  response.end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
