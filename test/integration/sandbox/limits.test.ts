import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ms } from '../../../src/core/common/units.ts';
import { bench, until } from './harness.ts';
import type { Bench } from './harness.ts';

const front = { request: (): Promise<unknown> => new Promise(() => undefined) };

describe('interrupt', () => {
  let cells: Bench;
  beforeAll(async () => void (cells = await bench({ front, patience: ms(30_000) })));
  afterAll(() => cells[Symbol.asyncDispose]());

  test.each([
    ['a busy loop', 'console.log("go"); while (true) {}'],
    ['a busy loop after an await', 'await 0; console.log("go"); while (true) {}'],
    ['a promise that never settles', 'console.log("go"); await new Promise(() => {})'],
    ['a loop of microtasks', 'console.log("go"); for (;;) await 0'],
    ['a loop of timers', 'console.log("go"); for (;;) await new Promise((done) => setTimeout(done, 1))'],
    [
      'an allocating loop',
      'console.log("go"); let q = []; for (;;) { q = []; for (let i = 0; i < 1000; i++) q.push({ i }) }',
    ],
    ['a request that waits for the front', 'console.log("go"); await session.slow()'],
    ['a synchronous read that waits for the front', 'console.log("go"); app.modules.x'],
    ['a loop that prints', 'for (;;) console.log("go")'],
    ['code that refuses to end', 'console.log("go"); try { while (true) {} } finally { while (true) {} }'],
  ])('%s', async (_what, code) => {
    await cells.run('let kept = 42');
    const { status, error } = await cells.interrupted(code, 'go');
    expect(status).toBe('interrupted');
    expect(error?.code).toBe('DS2001');
    expect(await cells.value('kept')).toBe(42);
  });

  test('fifty times in a row, values kept', async () => {
    const pid = await cells.runner.hostPid();
    await cells.run('let count = 0');
    for (let round = 1; round <= 50; round += 1) {
      const { status } = await cells.interrupted('count += 1; console.log("go"); while (true) {}', 'go');
      expect(status).toBe('interrupted');
      expect(await cells.value('count')).toBe(round);
    }
    expect(await cells.runner.hostPid()).toBe(pid);
  });

  test('what an interrupted cell started stops with it', async () => {
    const cell = await cells.interrupted(
      'setInterval(() => console.log("tick"), 5); await new Promise(() => {})',
      'tick',
    );
    const printed = cell.out.length;
    await cells.run('await new Promise((done) => setTimeout(done, 100))');
    expect(cell.out.length).toBe(printed);
  });

  test('with nothing running it does nothing', async () => {
    await cells.runner.interrupt();
    expect(await cells.value('1 + 1')).toBe(2);
  });
});

test('a time limit ends the cell and keeps the values', async () => {
  await using cells = await bench({ timeLimit: ms(200) });
  await cells.run('let kept = 1');
  for (const code of ['while (true) {}', 'await new Promise(() => {})']) {
    const { status, error } = await cells.run(code);
    expect(status).toBe('error');
    expect(error?.code).toBe('DS2002');
  }
  expect(await cells.value('kept')).toBe(1);
});

test.each([
  ['objects', 'const hog = []; for (;;) hog.push(new Array(1000).fill(hog.length))'],
  ['after an await', 'await 0; const hog = []; for (;;) hog.push({ text: "x".repeat(10) + hog.length })'],
])('a memory limit ends the cell, the session goes on: %s', async (_what, code) => {
  await using cells = await bench({ memoryLimit: 48 });
  const { status, error } = await cells.run(code);
  expect(status).toBe('error');
  expect(error).toMatchObject({ code: 'DS2003', message: expect.stringContaining('48 MB') as string });
  expect(await cells.value('typeof hog + (1 + 1)')).toBe('undefined2');
});

test('buffers over the limit are an error of the cell', async () => {
  await using cells = await bench({ memoryLimit: 48 });
  const { status } = await cells.run('(() => { const all = []; for (;;) all.push(new Uint8Array(10_000_000)) })()');
  expect(status).toBe('error');
  expect(await cells.value('1 + 1')).toBe(2);
});

test('a host that dies is a coded error, and the next cell runs in a new one', async () => {
  await using cells = await bench();
  await cells.run('let lost = 1');
  const first = await cells.runner.hostPid();
  process.kill(first!, 'SIGKILL');
  await until(() => !alive(first!));
  let started = false;
  const running = cells.runner.run('console.log("go"); await new Promise(() => {})', {
    name: 'cell 500',
    listeners: { output: () => void (started = true), display: () => undefined },
  });
  await until(() => started);
  process.kill((await cells.runner.hostPid())!, 'SIGKILL');
  const { status, error } = await running;
  expect(status).toBe('error');
  expect(error).toMatchObject({ code: 'DS2004', message: expect.stringContaining('SIGKILL') as string });
  expect(await cells.value('typeof lost')).toBe('undefined');
});

test('a cell that cannot be stopped loses its process, not the session', async () => {
  await using cells = await bench({ patience: ms(300) });
  let started = false;
  const running = cells.runner.run('console.log("go"); await new Promise(() => {})', {
    name: 'cell 500',
    listeners: { output: () => void (started = true), display: () => undefined },
  });
  await until(() => started);
  const pid = (await cells.runner.hostPid())!;
  process.kill(pid, 'SIGSTOP'); // a host that hears nothing
  await cells.runner.interrupt();
  expect(await running).toMatchObject({ status: 'interrupted', error: { code: 'DS2005' } });
  expect(await cells.value('1 + 1')).toBe(2);
  expect(alive(pid)).toBe(false);
});

test('reset forgets everything', async () => {
  await using cells = await bench();
  await cells.run('let gone = 1; setInterval(() => {}, 10)');
  await cells.runner.reset();
  expect(await cells.value('typeof gone')).toBe('undefined');
});

test('disposal ends the host; afterwards cells are refused', async () => {
  const cells = await bench();
  const pid = (await cells.runner.hostPid())!;
  await cells[Symbol.asyncDispose]();
  await cells[Symbol.asyncDispose]();
  await until(() => !alive(pid));
  expect((await cells.run('1')).error?.code).toBe('DS2007');
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
