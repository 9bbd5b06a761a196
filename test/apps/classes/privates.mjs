// Classes with private names.
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { reply } from './reply.mjs';

export const routes = {};
const route = (name, fn) => {
  routes[name] = fn;
};

let made = 0;
class Cart {
  static #count = 0;
  static open(id, options) {
    return new Cart(id, options);
  }
  static get count() {
    return Cart.#count;
  }
  static #check(id) {
    if (id === 'bad') throw new RangeError('bad id');
    return id;
  }
  #id;
  #lines = [];
  #total = 0;
  #rate = 1;
  note = 'n';
  constructor(id, { rate = 2 } = {}) {
    this.#id = id;
    this.#rate = rate;
    made += 1;
  }
  get id() {
    return this.#id;
  }
  get #double() {
    return this.#total * 2;
  }
  set #double(v) {
    this.#total = v / 2;
  }
  #add(sku, n) {
    this.#lines.push({ sku, n });
    this.#total += n * this.#rate;
    return this;
  }
  add(sku, n) {
    Cart.#check(sku);
    Cart.#count++;
    return this.#add(sku, n);
  }
  async save() {
    await new Promise((r) => setTimeout(r, 1));
    this.#double += 2;
    return this.#double;
  }
  static is(o) {
    return #id in o;
  }
  swap(other) {
    [this.#id, other.#id] = [other.#id, this.#id];
    return other?.#id;
  }
  each(f) {
    return this.#lines.map((l) => f(l, this.#rate));
  }
  maybe(o) {
    return [o?.#id, o?.#add?.('z', 0) === o, this.#tag`a${1}b`];
  }
  #tag(s, v) {
    return s.join('-') + v;
  }
  lazy() {
    this.#lines ??= [];
    this.#rate ||= 3;
    this.#total &&= this.#total + 0;
    return this.#total++ + ++this.#rate;
  }
  toJSON() {
    return { id: this.#id, lines: this.#lines, total: this.#total, double: this.#double };
  }
  *[Symbol.iterator]() {
    for (const l of this.#lines) yield l.sku + this.#rate;
  }
}
const main = new Cart('main', { rate: 3 });
main.add('first', 1);
route('own-add', (req, res) => {
  main.add(req.method, 2);
  reply(res, [main, Cart.count, main.id]);
});
route('own-fresh', async (req, res) => {
  const c = Cart.open('x');
  c.add('q', 4);
  await c.save();
  reply(res, [c, [...c], Cart.is(c), Cart.is({}), made]);
});
route('own-bad', (req, res) => {
  try {
    main.add('bad', 1);
  } catch (e) {
    reply(res, [e.name, e.message]);
  }
});
route('own-other', (req, res) => {
  const c = new Cart(req.method);
  let m;
  try {
    c.swap({});
  } catch (e) {
    m = e.message;
  }
  reply(res, [
    main.swap(c),
    c.id,
    main.swap(c),
    main.maybe(null),
    main.maybe(c),
    main.lazy(),
    main.each((l, r) => l.n * r).length,
    m,
  ]);
});
class Session {
  #mark = randomUUID();
  #at = Date.now();
  #user;
  constructor(user) {
    this.#user = user;
  }
  show() {
    return [this.#user, this.#mark.length, this.#at > 1];
  }
  age(now) {
    return now - this.#at >= 0;
  }
}
const sessions = new Map([['s', new Session('s')]]);
route('own-session', (req, res) => {
  const s = new Session('me');
  sessions.set('n' + sessions.size, s);
  reply(res, [s.show(), sessions.size, sessions.get('s').show(), s.age(Date.now())]);
});
function ignore() {}
class Hub extends EventEmitter {
  #seen = 0;
  constructor(n) {
    super();
    this.name = n;
    this.on('x', ignore);
  }
  push(v) {
    this.#seen += v;
    this.emit('x', v);
    return this.#seen;
  }
}
const hub = new Hub('h');
let heard = 0;
hub.on('x', (v) => {
  heard += v;
});
route('own-hub', (req, res) => {
  const h = new Hub('t');
  h.on('x', (v) => {
    heard += v * 10;
  });
  reply(res, [hub.push(2), h.push(3), heard, h.name, h.listenerCount('x')]);
});
class Job {
  #run;
  constructor(run) {
    this.#run = run;
  }
  go(x) {
    return this.#run(x);
  }
}
route('own-job', (req, res) => {
  const j = new Job((x) => x + made);
  reply(res, [j.go(1)]);
});
class Req {
  #req;
  constructor(req) {
    this.#req = req;
  }
  get method() {
    return this.#req.method;
  }
}
route('own-req', (req, res) => {
  const r = new Req(req);
  reply(res, [r.method]);
});
class Vip extends Cart {
  #level = 1;
  constructor(id) {
    super(id, { rate: 5 });
  }
  up() {
    return ++this.#level;
  }
}
class Plain extends Cart {
  extra = Date.now() > 0;
  constructor(id) {
    super(id);
    this.k = id;
  }
  size() {
    return [...this].length;
  }
}
const vip = new Vip('v');
route('own-vip', (req, res) => {
  vip.add('w', 1);
  const p = new Plain('p');
  p.add('w', 2);
  const v = new Vip('q');
  reply(res, [vip.up(), vip, p, p.size(), p.extra, v.up(), v instanceof Cart]);
});
class Bound {
  #n = 0;
  inc = () => {
    this.#n += 1;
    return this.#n;
  };
  get n() {
    return this.#n;
  }
}
const bound = new Bound();
route('own-bound', (req, res) => {
  reply(res, [bound.inc(), bound.n]);
});
class Err extends Error {
  #code;
  constructor(m, c) {
    super(m);
    this.#code = c;
  }
  get code() {
    return this.#code;
  }
}
const keep = new Err('kept', 1);
route('own-err', (req, res) => {
  try {
    throw new Err('boo', 9);
  } catch (e) {
    reply(res, [e.message, e.code, keep.code, keep.message]);
  }
});
class Cache extends Map {
  #hits = 0;
  get(k) {
    this.#hits++;
    return super.get(k);
  }
  get hits() {
    return this.#hits;
  }
}
const cache = new Cache([['a', 1]]);
route('own-cache', (req, res) => {
  cache.set('b', cache.get('a'));
  reply(res, [cache.hits, [...cache], new Cache([[1, 2]]).size]);
});
