// Own classes that extend foreign ones: what they make belongs to foreign code, and is exact all the same.
import { expect, test } from 'vitest';
import { TestProgram } from '../../support/preload.ts';

test('emitters, streams and errors of own classes', async () => {
  using program = new TestProgram({
    'main.mjs': `import { EventEmitter } from 'node:events';
      import { Transform } from 'node:stream';
      import { pipeline } from 'node:stream/promises';
      import { Readable } from 'node:stream';
      class Bus extends EventEmitter {
        static made = 0;
        count = 0;
        born = Date.now();
        tell = (value) => this.got(value);
        #secret = 5;
        constructor(name) {
          super({ captureRejections: false });
          Bus.made += 1;
          this.name = name;
          this.on('x', this.tell);
        }
        got(value) {
          this.count += value;
          this.emit('y', this.count + this.#secret);
          return this;
        }
        get double() { return this.count * 2; }
        emit(name, ...values) { return super.emit(name, ...values); }
      }
      class Sub extends Bus {
        extra() { return super.got(1).count; }
        static make() { return new Sub('sub'); }
      }
      const bus = new Bus('bus');
      bus.on('y', (value) => console.log('y', value, bus.name, bus.born > 0, bus.double));
      bus.emit('x', 2);
      const sub = Sub.make();
      console.log(sub.extra(), sub instanceof Bus, sub instanceof EventEmitter, sub.name, Bus.made, Object.getPrototypeOf(Bus) === EventEmitter);
      setTimeout(() => { bus.emit('x', 3); console.log(bus.count, bus.listenerCount('x')); }, 2);
      class Upper extends Transform {
        lines = 0;
        _transform(chunk, _encoding, done) { this.lines += 1; done(null, String(chunk).toUpperCase()); }
      }
      const upper = new Upper();
      let text = '';
      await pipeline(Readable.from(['a', 'b']), upper, async function (source) { source.on('data', (part) => { text += String(part); }); await new Promise((done) => source.on('end', done)); });
      console.log(text, upper.lines);
      class Problem extends Error { constructor(message) { super(message); this.status = 4; } }
      class Worse extends Problem {}
      try { throw new Worse('bad'); } catch (error) { console.log(error.message, error.status, error instanceof Problem, error.constructor.name); }`,
  });
  const plain = await program.run(['main.mjs']);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  expect(await program.record(['main.mjs'])).toEqual(plain);
  expect(await program.check()).toMatchObject({ diverged: 0, gapped: 0, divergences: [] });
});

const exact = { diverged: 0, gapped: 0, divergences: [] };

test.each([
  [
    'classes of one text above one another, made while their statics are',
    `import { EventEmitter } from 'node:events';
      const Counting = (Base) => class extends Base {
        n = 0;
        constructor(...all) { super(...all); this.n += 1; }
        count() { return [this.n, ...(super.count?.() ?? [])]; }
      };
      class Twice extends Counting(Counting(EventEmitter)) { static first = new Twice(); got = this.n; }
      console.log(Twice.first.count(), Twice.first.got, Twice.first instanceof Twice, new Twice() instanceof EventEmitter);
      Twice.first.on('x', function () { console.log('x', this.n); });
      setTimeout(() => Twice.first.emit('x'), 1);`,
  ],
  [
    'heirs of builtins',
    `class Later extends Promise { constructor(run) { super(run); this.kind = 'later'; } }
      class Stamp extends Date { constructor() { super(); this.kind = 'stamp'; } isOver() { return Date.now() - this.getTime() >= 0; } }
      class Bag extends Map { add(key) { return this.set(key, (this.get(key) ?? 0) + 1); } }
      class Row extends Array { sum() { return this.reduce((a, b) => a + b, 0); } }
      const later = new Later((done) => setTimeout(done, 1, 'done'));
      console.log(later.kind, later instanceof Later, new Stamp().isOver(), new Bag().add('a').add('a').get('a'), Row.of(1, 2).sum());
      console.log(Object.getPrototypeOf(Later) === Promise, Object.getPrototypeOf(Bag.prototype) === Map.prototype);`,
  ],
  [
    'private members, static ones too',
    `class Safe {
        static #made = 0;
        #left = 3;
        static make() { Safe.#made += 1; return new Safe(); }
        static made() { return Safe.#made; }
        static has(value) { return #left in value; }
        #take() { return this.#left--; }
        get #rest() { return this.#left; }
        take() { return [this.#take(), this.#rest]; }
      }
      const safe = Safe.make();
      setTimeout(() => console.log(safe.take(), Safe.has(safe), Safe.has({}), Safe.made()), 1);
      setTimeout(() => console.log(safe.take()), 3);`,
  ],
  [
    'members with computed keys, called from both sides',
    `import { inspect } from 'node:util';
      const name = 'say';
      class List {
        #items = ['a', 'b'];
        *[Symbol.iterator]() { yield* this.#items; }
        async *[Symbol.asyncIterator]() { for (const item of this) yield item; }
        [name + 'All'](by) { return this.#items.map((item) => by + item); }
        get [Symbol.toStringTag]() { return 'List'; }
        static [name]() { return new List(); }
        [inspect.custom]() { return 'List of ' + this.#items.length; }
        call(how) { return this.#join?.(how) ?? this.#none?.(); }
        #join(how) { return this.#items.join(how); }
        #none = undefined;
      }
      const list = List.say();
      console.log(list, [...list], list.sayAll('>'), list[Symbol.iterator]().next().value, list.call('+'), list?.call('-'));
      const by = { [name]() { return this.x; }, x: 3, [Symbol.iterator]: function* () { yield 1; } };
      setTimeout((own) => console.log(own.say(), [...own]), 1, by);
      for await (const item of list) console.log(item);`,
  ],
  [
    'accessors in data that foreign code gets, and meets first',
    `import { EventEmitter } from 'node:events';
      import { inspect } from 'node:util';
      let asked = 0;
      const lazy = { get asked() { return ++asked; }, set asked(value) { asked = value; }, plain: 1 };
      console.log(inspect(lazy), lazy.asked);
      const held = { inner: { get twice() { return this.plain * 2; }, plain: 4 } };
      const bus = new EventEmitter();
      bus.on('x', (value) => console.log(value.inner.twice, lazy.asked));
      setTimeout(() => bus.emit('x', held), 1);
      setTimeout(() => { lazy.asked = 7; console.log(inspect(held), lazy.asked); }, 3);`,
  ],
])('%s', async (_what, source) => {
  using program = new TestProgram({ 'main.mjs': source });
  const plain = await program.run(['main.mjs']);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  expect(await program.record(['main.mjs'])).toEqual(plain);
  expect(await program.check()).toMatchObject(exact);
});
