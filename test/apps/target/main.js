// An HTTP app for attaching to. It tells what a devsandbox could leave behind: globals, listeners, handles.
import http from 'node:http';
import { createRequire } from 'node:module';
import { discount, total, visit } from './shop.js';

const require = createRequire(import.meta.url);
const { advance } = require('./legacy.cjs');
require('./held.cjs');

const traces = () => ({
  globals: Reflect.ownKeys(globalThis).map(String).toSorted(),
  process: Reflect.ownKeys(process).map(String).toSorted(),
  listeners: process
    .eventNames()
    .map((name) => [String(name), process.listenerCount(name)])
    .toSorted((a, b) => (a[0] < b[0] ? -1 : 1)),
  handles: process
    ._getActiveHandles()
    .map((handle) => handle.constructor.name)
    .filter((name) => name !== 'Socket').length,
  sockets: process
    ._getActiveHandles()
    .filter(
      (handle) =>
        handle.constructor.name === 'Socket' && handle.remotePort !== undefined && handle.server === undefined,
    ).length,
  resources: process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'TCPSocketWrap' && name !== 'Immediate')
    .toSorted(),
});

const server = http.createServer((request, response) => {
  if (request.url === '/traces') return response.end(JSON.stringify(traces()));
  response.end(JSON.stringify({ total: total(3), visits: visit(), calls: advance(), discount }));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
