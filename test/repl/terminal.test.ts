import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { Session } from '../../src/core/session/session.ts';
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

/** An engine with a session of its own: of its services the terminal asks for nothing else. */
function engine(): FakeEngine & { readonly session: Session } {
  const session = new Session({ auditPath: '/dev/null' });
  return Object.assign(new FakeEngine(), { session, services: { session } as unknown as Engine['services'] });
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

test('that the target has ended is told at once, and what was typed stays', async () => {
  const cells = engine();
  const target = { name: 'shop', pid: 42, runtime: '24.0.0', selector: '42' };
  cells.session.apply({ type: 'target.attached', target });
  cells.session.apply({ type: 'tape.started', tape: 'ab12cd', path: '/tmp/ab12cd.tape' });
  const terminal = open(cells);
  terminal.press('value ty');
  await terminal.until('value ty');
  cells.session.apply({ type: 'target.detached', reason: 'exited' });
  await terminal.until('shop (pid 42) has ended; tape ab12cd holds what was recorded until then\n');
  terminal.press('ped\n');
  await terminal.until('\ntyped');
  // Leaving on purpose is told by who does it.
  cells.session.apply({ type: 'target.attached', target });
  cells.session.apply({ type: 'target.detached', reason: 'detached' });
  terminal.press('\u0004');
  await terminal.ended;
  expect(cells.ran).toEqual(['value typed']);
  expect(terminal.screen().match(/has ended/g)).toHaveLength(1);
});
