// Members of classes and objects, and what data and closures hold besides the plain.
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { reply } from './reply.mjs';

export const routes = {};
const route = (name, fn) => {
  routes[name] = fn;
};

// accessors statics
const K = 'dyn';
const S = Symbol('s');
class Acc {
  static made = 0;
  static {
    this.boot = 'yes';
  }
  static get total() {
    return Acc.made;
  }
  static set total(v) {
    Acc.made = v;
  }
  [K + 'Key'](x) {
    return x + 1;
  }
  [S]() {
    return 's';
  }
  get ['c' + 1]() {
    return 11;
  }
}
const acc = new Acc();
route('acc', (req, res) => {
  Acc.total += 1;
  reply(res, [Acc.total, Acc.boot, acc.dynKey(1), acc[S](), acc.c1]);
});
const obj = {
  __proto__: {
    hi() {
      return 'base';
    },
  },
  hi() {
    return 'derived ' + super.hi();
  },
  [K + 2](x) {
    return x * 2;
  },
  get v() {
    return this.w ?? 1;
  },
  set v(x) {
    this.w = x;
  },
};
route('super', (req, res) => {
  obj.v = obj.v + 1;
  reply(res, [obj.hi(), obj.dyn2(4), obj.v]);
});
class Base {
  hello(x) {
    return 'b' + x;
  }
}
class Sub extends Base {
  hello(x) {
    return [1].map((n) => super.hello(n + x)).join();
  }
  args() {
    return [1, 2].map((i) => arguments[i - 1]);
  }
}
const sub = new Sub();
route('arrowSuper', (req, res) => reply(res, [sub.hello(3), sub.args('p', 'q'), sub.hello === sub.hello]));
route('uuid', (req, res) => reply(res, randomUUID().length));
// what data has besides plain properties
const brandKey = Symbol('brand');
const marked = Object.defineProperty({ a: 1, [brandKey]: { deep: 1 } }, 'hidden', {
  value: [1],
  enumerable: false,
  writable: true,
});
const found = 'a1b2'.match(/\d/);
const gauge = {
  level: 1,
  get twice() {
    return this.level * 2;
  },
  set twice(v) {
    this.level = v / 2;
  },
};
route('extras', (req, res) => {
  marked[brandKey].deep++;
  marked.hidden.push(marked.hidden.length);
  found.hits = (found.hits ?? 0) + 1;
  gauge.twice += 2;
  reply(res, [marked[brandKey].deep, marked.hidden.length, found.index, found.hits, gauge.level, Object.keys(marked)]);
});
// arrows that outlive the function around them
const kept = [];
(function outer(a, b) {
  kept.push(() => arguments.length + arguments[1] + a + b);
})(1, 2, 3);
class Counter {
  n = 0;
  step = () => {
    this.n += 1;
    return this.n;
  };
  static tally = () => Counter.total++;
  static total = 0;
  listen(bus) {
    bus.on('tick', () => {
      this.n += 10;
    });
    return this;
  }
}
const ticks = new EventEmitter();
const counter = new Counter().listen(ticks);
route('arrows', (req, res) => {
  ticks.emit('tick');
  reply(res, [kept.map((f) => f()), counter.step(), Counter.tally(), counter.n]);
});
// classes that were made inside a function and in a block
function makeOnce(k) {
  return class Once {
    #k = k;
    constructor(v) {
      this.v = v;
    }
    by() {
      return this.v * this.#k;
    }
  };
}
const Once = makeOnce(3);
const once = new Once(2);
function makeOpen(k) {
  return class Open {
    constructor(v) {
      this.v = v;
    }
    by() {
      this.v += k;
      return this.v;
    }
  };
}
const Open = makeOpen(3);
const open = new Open(2);
function makeMany(k) {
  class Many {
    constructor(v) {
      this.v = v;
    }
    twice() {
      return this.v * k;
    }
  }
  return Many;
}
const Two = makeMany(2);
const Three = makeMany(3);
const many = new Two(5);
const makers = [];
{
  const factor = 7;
  makers.push(
    class Scaled {
      constructor(v) {
        this.v = v;
      }
      get() {
        return this.v * factor;
      }
    },
  );
}
route('inner', (req, res) =>
  reply(res, [
    once.by(),
    new Once(1).by(),
    open.by(),
    new Open(1).by(),
    new makers[0](2).get(),
    new Two(2).twice(),
    new Three(2).twice(),
    many.twice(),
  ]),
);
