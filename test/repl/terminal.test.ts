import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/magics/engine.ts';
import { History } from '../../src/repl/history.ts';
import { Terminal } from '../../src/repl/terminal.ts';
import { FakeEngine } from '../kernel/fake-engine.ts';

/** A terminal whose keys a test presses; `screen` is what was written, `until` waits for a text in it. */
function open(engine: Engine) {
  const input = new PassThrough();
  const output = new PassThrough();
  let written = '';
  const heard = new PassThrough();
  output.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    heard.emit('more');
  });
  const terminal = new Terminal({
    engine,
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    history: new History('/dev/null'),
  });
  return {
    ended: terminal.run(),
    press: (keys: string) => void input.write(keys),
    screen: () => written,
    async until(text: string) {
      while (!written.includes(text)) await once(heard, 'more');
    },
  };
}

/** An engine without a target: what the terminal asks of its services is when the session changes. */
function engine(): FakeEngine {
  const fake = new FakeEngine();
  const changed = () => ({ [Symbol.dispose]: () => undefined });
  return Object.assign(fake, { services: { session: { changed } } as unknown as Engine['services'] });
}

test('lines that are pasted get no indent of ours, and leave nothing in the line after them', async () => {
  const cells = engine();
  const terminal = open(cells);
  terminal.press('if (x) {\n  print {\n  value pasted');
  await terminal.until('value pasted');
  terminal.press('\n');
  await terminal.until('\npasted');
  terminal.press('value next\n');
  await terminal.until('\nnext');
  terminal.press('\u0004');
  await terminal.ended;
  expect(cells.ran).toEqual(['if (x) {\n  print {\n  value pasted', 'value next']);
});

test('a line that is typed is indented as what stands before it asks', async () => {
  const cells = engine();
  const terminal = open(cells);
  terminal.press('if (x) {\n');
  await terminal.until('... ');
  terminal.press('value typed\n');
  await terminal.until('\ntyped');
  terminal.press('\u0004');
  await terminal.ended;
  expect(cells.ran).toEqual(['if (x) {\n  value typed']);
});
