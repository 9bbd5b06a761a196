// What functions and classes can be and do, each behind a route. The start of every answer depends on the requests before
// it, so that state has to be right.
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { reply } from './reply.mjs';

export const routes = {};
const route = (name, fn) => {
  routes[name] = fn;
};

// several live of one place
const makeAt = [1, 2, 3].map((n) => (x) => x * n + total());
function total() {
  return 1;
}
const tables = {};
for (const name of ['a', 'b']) tables[name] = (x) => name + x;
route('several', (req, res) => reply(res, [makeAt.map((f) => f(2)), tables.a(1), tables.b(2)]));
// extends
class Bus extends EventEmitter {
  count = 0;
  constructor(name) {
    super();
    this.name = name;
  }
  shout(x) {
    this.count++;
    this.emit('x', x);
    return this.count;
  }
}
const bus = new Bus('main');
const heard = [];
bus.on('x', (x) => heard.push(x));
route('emitter', (req, res) => {
  const n = bus.shout('hey' + heard.length);
  reply(res, [n, heard.length]);
});
route('emitterNew', (req, res) => {
  const b = new Bus('t');
  let got;
  b.once('x', (x) => {
    got = x;
  });
  b.shout(4);
  reply(res, [got, b.listenerCount('x'), b.name]);
});
class Oops extends Error {
  constructor(m, code) {
    super(m);
    this.code = code;
  }
  get name() {
    return 'Oops';
  }
}
route('error', (req, res) => {
  try {
    throw new Oops('bad', 7);
  } catch (e) {
    reply(res, [e.message, e.code, e instanceof Oops, e instanceof Error, String(e)]);
  }
});
class Reg extends Map {
  getOr(k, v) {
    return this.has(k) ? this.get(k) : v;
  }
}
const reg = new Reg([['a', 1]]);
route('map', (req, res) => {
  reg.set('n', reg.getOr('n', 0) + 1);
  reply(res, [reg.size, reg.getOr('a', 0), reg.getOr('zz', 5), [...reg]]);
});
class Src extends Readable {
  n = 0;
  _read() {
    this.push(this.n++ < 3 ? 'c' + this.n : null);
  }
}
route('readable', (req, res) => {
  let out = '';
  const s = new Src();
  s.on('data', (d) => {
    out += d.toString();
  });
  s.on('end', () => reply(res, out));
});
class List extends Array {
  sum() {
    return this.reduce((a, b) => a + b, 0);
  }
}
const list = List.from([1, 2, 3]);
route('array', (req, res) => {
  list.push(1);
  reply(res, [list.sum(), list.length, list instanceof List, list.map((x) => x + 1).sum()]);
});
// tagged
const tag = (s, ...v) => s.raw.join('|') + v.join(',') + s.length;
const seenTags = new Set();
const idTag = (s) => {
  seenTags.add(s);
  return seenTags.size;
};
route('tagged', (req, res) => reply(res, [tag`a${1}b\n${req.method}c`, idTag`x`]));
// destructuring
const box = { y: 0, list: [] };
let da = 0,
  db = 0;
route('destruct', (req, res) => {
  [da, db = 7] = [db, undefined];
  ({ x: box.y, z: box.list[0], ...box.rest } = { x: da + 1, z: 2, q: 9 });
  [box.p, ...box.q] = 'abc';
  for ([box.i] of [[1], [2]]) box.y += box.i;
  reply(res, [da, db, box]);
});
route('destructForeign', (req, res) => {
  let m, u;
  ({
    method: m,
    url: u = 'none',
    headers: { host: box.host },
  } = req);
  const {
    socket: { remoteAddress },
    ...r
  } = req;
  reply(res, [m, u, typeof box.host, remoteAddress, typeof r]);
});
// generators
function* gen(n) {
  for (let i = 0; i < n; i++) {
    const got = yield i * total();
    if (got) yield got;
  }
}
async function* agen(n) {
  for (let i = 0; i < n; i++) {
    await Promise.resolve();
    yield i + 1;
  }
}
route('gen', (req, res) => {
  const g = gen(3);
  reply(res, [g.next(), g.next(5), [...gen(2)], [...g]]);
});
route('agen', async (req, res) => {
  const out = [];
  for await (const x of agen(3)) out.push(x);
  reply(res, out);
});
class Tree {
  items = [1, 2];
  *[Symbol.iterator]() {
    yield* this.items;
  }
  async *walk() {
    for (const i of this.items) {
      await new Promise((r) => setTimeout(r, 1));
      yield i;
    }
  }
}
const tree = new Tree();
route('iter', async (req, res) => {
  const a = [...tree];
  for await (const x of tree.walk()) a.push(x);
  reply(res, a);
});
route('stream', async (req, res) => {
  let t = '';
  for await (const c of Readable.from(agen(3))) t += c;
  reply(res, t);
});
