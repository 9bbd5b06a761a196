// An app of everything that classes and functions can be in JavaScript; `/routes` lists what can be asked.
import http from 'node:http';
import { routes as forms } from './forms.mjs';
import { routes as members } from './members.mjs';
import { routes as privates } from './privates.mjs';
import { reply } from './reply.mjs';

const routes = { ...forms, ...members, ...privates };

async function answer(req, res) {
  const name = req.url.slice(1);
  if (name === 'routes') return reply(res, Object.keys(routes));
  try {
    await routes[name](req, res);
  } catch (error) {
    res.statusCode = 500;
    res.end(String(error.stack));
  }
}

const server = http.createServer((req, res) => void answer(req, res));
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
