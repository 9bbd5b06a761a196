import { expect, test } from 'vitest';
import type { TimeTravel } from '../../src/features/timetravel/types.ts';
import { startConversation } from './support/conversation.ts';

const check = {
  tape: 't1',
  calls: 3,
  exact: 2,
  diverged: 0,
  gapped: 1,
  byKind: { http: { calls: 3, exact: 2, diverged: 0, gapped: 1 } },
  gaps: [{ reason: 'eval', place: 'a.ts:1', calls: 1 }],
  divergences: [],
  ms: 5,
};

test('a cell of magics needs no isolate, shows each, and has the last one as its value', async () => {
  await using talk = startConversation();
  const result = await talk.engine.execute('%lsmagic\n%status', { listeners: talk.listeners });
  expect(result).toMatchObject({
    status: 'ok',
    cell: 1,
    data: { 'application/json': { access: 'read-only', target: null } },
  });
  expect(talk.shown).toHaveLength(1);
  expect(talk.shown[0]).toContain('%record');
  expect(talk.started()).toBe(0);
});

test('--json shows the data', async () => {
  await using talk = startConversation();
  const { data } = await talk.engine.execute('%status --json', { listeners: talk.listeners });
  expect(JSON.parse(String(data?.['text/plain']))).toEqual(data?.['application/json']);
});

test('a magic among code takes values of the cell, gives its data back, and is shown', async () => {
  await using talk = startConversation();
  const result = await talk.engine.execute(
    "const word = 'status';\nfound = %help $(word)\n%help $(word + 's')\nfound.name",
    { listeners: talk.listeners },
  );
  expect(result).toMatchObject({ status: 'error', error: { code: 'DS6002' } });
  const good = await talk.engine.execute("const word = 'status';\nfound = %help $(word)\n%help $(word)\nfound.name", {
    listeners: talk.listeners,
  });
  expect(good.error).toBeUndefined();
  expect(good).toMatchObject({ status: 'ok', cell: 2, data: { 'text/plain': 'status' } });
  expect(talk.shown.filter((text) => text.startsWith('%status:'))).toHaveLength(1);
});

test('the magic that ends a cell is its value', async () => {
  await using talk = startConversation();
  const result = await talk.engine.execute('1;\n%status', { listeners: talk.listeners });
  expect(result.data).toMatchObject({ 'application/json': { cells: 1 } });
  expect(talk.shown).toEqual([]);
});

test('`name = %magic` and `_` reach the cells, also before there is an isolate', async () => {
  await using talk = startConversation();
  await talk.engine.execute('kept = %lsmagic', { listeners: talk.listeners });
  expect(talk.started()).toBe(0);
  const { data } = await talk.engine.execute('kept.line.length', { listeners: talk.listeners });
  expect(Number(data?.['text/plain'])).toBeGreaterThan(10);
});

test('a method gives what the line gives', async () => {
  await using talk = startConversation();
  const line = await talk.engine.execute('%lsmagic', { listeners: talk.listeners });
  expect(await talk.engine.invoke('lsmagic', undefined, {})).toEqual(line.data?.['application/json']);
  await expect(talk.engine.call('recrod', 'start', [])).rejects.toThrow('DS6002');
  await expect(talk.engine.call('record', 'strat', [])).rejects.toThrow('did you mean session.record.start?');
});

test('errors are coded and the session goes on', async () => {
  await using talk = startConversation();
  for (const [code, coded] of [
    ['%attach', 'DS6004'],
    ['%detach', 'DS1003'],
    ['%record stop', 'DS4001'],
    ['%%replay with\n{}', 'DS6005'],
    ['%%replay with', 'DS6007'],
    ['%%status\nx', 'DS6008'],
    ['%edit a#b', 'DS1003'],
    ['?nothing', 'DS6013'],
    ['%allow everything', 'DS6005'],
    ['%allow fs for 10m', 'DS6005'],
  ] as const) {
    const result = await talk.engine.execute(code, { listeners: talk.listeners });
    expect([code, result.error?.code]).toEqual([code, coded]);
    expect(result.error?.frames).toEqual([]);
  }
  expect(await talk.engine.execute('1 + 1', { listeners: talk.listeners })).toMatchObject({
    status: 'ok',
    data: { 'text/plain': '2' },
  });
});

test('cells take turns', async () => {
  await using talk = startConversation();
  const order: string[] = [];
  talk.scope['wait'] = (text: string) =>
    new Promise((done) => setTimeout(() => done(order.push(text)), text === 'a' ? 30 : 1));
  await Promise.all(
    ['a', 'b', 'c'].map((text) => talk.engine.execute(`await wait('${text}')`, { listeners: talk.listeners })),
  );
  expect(order).toEqual(['a', 'b', 'c']);
});

test('an interrupt ends code at once, and a magic with what it has done', async () => {
  let begun: () => void = () => undefined;
  const running = new Promise<void>((done) => (begun = done));
  const replayCheck: TimeTravel['replayCheck'] = (_, work) => {
    begun();
    return new Promise((done) => work?.signal?.addEventListener('abort', () => done(check as never)));
  };
  await using talk = startConversation({
    timetravel: () => Promise.resolve({ replayCheck, listTapes: () => Promise.resolve([]) } as unknown as TimeTravel),
  });
  talk.services.session.apply({ type: 'tape.started', tape: 't1', path: '/t1.tape' });
  talk.services.session.apply({ type: 'tape.finished', tape: 't1' });
  const magic = talk.engine.execute('%replay check', { listeners: talk.listeners });
  await running;
  await talk.engine.interrupt();
  expect(await magic).toMatchObject({
    status: 'interrupted',
    error: { code: 'DS2001' },
    data: { 'application/json': { calls: 3, gapped: 1 } },
  });

  const started = new Promise<void>((done) => (talk.scope['begin'] = done));
  const code = talk.engine.execute('begin();\nawait new Promise(() => {})', { listeners: talk.listeners });
  await started;
  await talk.engine.interrupt();
  expect(await code).toMatchObject({ status: 'interrupted' });
  expect(await talk.engine.execute('7', { listeners: talk.listeners })).toMatchObject({ status: 'ok' });
});

test('%%time runs the cell and gives its value and time', async () => {
  await using talk = startConversation();
  expect(await talk.engine.execute('%%time\n6 * 7', { listeners: talk.listeners })).toMatchObject({
    status: 'ok',
    data: { 'text/plain': '42', 'application/json': { ms: expect.any(Number) } },
  });
  const wrong = await talk.engine.execute('%time missing()', { listeners: talk.listeners });
  expect(wrong).toMatchObject({ status: 'error' });
});

test('%time among code says where it can stand', async () => {
  await using talk = startConversation();
  expect(await talk.engine.execute('let a = 1;\n%time a + 1', { listeners: talk.listeners })).toMatchObject({
    status: 'error',
    error: { code: 'DS6012' },
  });
});

test('completion knows names, subcommands, options and their values', async () => {
  await using talk = startConversation();
  const at = async (code: string) => (await talk.engine.complete(code, code.length)).items.map((item) => item.text);
  expect(await at('%rec')).toEqual(['record']);
  expect(await at('x = %rep')).toEqual(['replay']);
  expect(await at('%record s')).toEqual(['start', 'stop', 'snapshot']);
  expect(await at('%record start --co')).toEqual(['--compression']);
  expect(await at('%record --compression z')).toEqual(['zstd']);
  expect(await at('%allow ed')).toEqual(['edit']);
  expect(await at('%help la')).toEqual([]);
  expect(await at('%help ls')).toEqual(['lsmagic']);
  expect(await at('a % b')).toEqual(['a % b']);
});

test('silent cells are not counted', async () => {
  await using talk = startConversation();
  expect((await talk.engine.execute('1', { listeners: talk.listeners, silent: true })).cell).toBe(0);
  expect((await talk.engine.execute('1', { listeners: talk.listeners })).cell).toBe(1);
});
