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
