import { describe, expect, it, onTestFinished } from 'vitest';
import { Kernel, type KernelOptions } from '../../src/kernel/kernel.ts';
import type { Content, Message } from '../../src/kernel/wire.ts';
import { FakeEngine } from './fake-engine.ts';

interface Sent {
  readonly channel: string;
  readonly type: string;
  readonly parent: string | undefined;
  readonly content: Content;
}

/** A kernel over a fake engine, and everything it sends. */
class Bench {
  readonly engine = new FakeEngine();
  readonly sent: Sent[] = [];
  readonly kernel: Kernel;
  restarts: boolean[] = [];
  #asked = 0;

  constructor(options: Partial<KernelOptions> = {}) {
    this.kernel = new Kernel({
      engine: () => Promise.resolve(this.engine),
      send: (channel, message) => this.note(channel, message),
      session: 's',
      version: '0.0.0',
      shutdown: (restart) => void this.restarts.push(restart),
      ...options,
    });
  }

  note(channel: string, message: Pick<Message, 'header' | 'parent' | 'content'>): void {
    const parent = message.parent.msg_id as string | undefined;
    this.sent.push({ channel, type: message.header.msg_type, parent, content: message.content });
  }

  ask(type: string, content: Content = {}, extra: { channel?: 'shell' | 'control'; date?: string } = {}): string {
    const id = `q${++this.#asked}`;
    const header = {
      msg_id: id,
      msg_type: type,
      session: 'c',
      username: '',
      date: extra.date ?? new Date().toISOString(),
      version: '5.4',
    };
    const request: Message = {
      identities: [Buffer.from('me')],
      header,
      parent: {},
      metadata: {},
      content,
      buffers: [],
    };
    this.kernel.handle(extra.channel ?? 'shell', request);
    return id;
  }

  run(code: string, content: Content = {}, extra: { date?: string } = {}): string {
    return this.ask(
      'execute_request',
      { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, ...content },
      extra,
    );
  }

  of(id: string): Sent[] {
    return this.sent.filter((message) => message.parent === id);
  }

  reply(id: string): Content | undefined {
    return this.of(id).find((message) => message.channel !== 'iopub')?.content;
  }

  /** Everything about a request, once its idle is out. */
  async done(id: string): Promise<Sent[]> {
    await expect
      .poll(() => this.of(id).some(({ content }) => content['execution_state'] === 'idle'), {
        timeout: 10_000,
        interval: 2,
      })
      .toBe(true);
    return this.of(id);
  }
}

/** Type, and what a person would look at first in its content. */
function brief(messages: readonly Sent[]): string[] {
  return messages.map(({ type, content }) => {
    const { execution_state: state, text, status, evalue, data, code } = content;
    const told = [state, text, status, evalue, (data as Content | undefined)?.['text/plain'], code].find(
      (value): value is string => typeof value === 'string',
    );
    return `${type} ${told ?? ''}`.trim();
  });
}

describe('execute', () => {
  it('says busy, input, output in order, result, reply, idle', async () => {
    const bench = new Bench();
    const id = bench.run('print a\nwarn b\nshow first\nupdate second\nprint c\nvalue 2');
    expect(brief(await bench.done(id))).toEqual([
      'status busy',
      'execute_input print a\nwarn b\nshow first\nupdate second\nprint c\nvalue 2',
      'stream a',
      'stream b',
      'display_data first',
      'update_display_data second',
      'stream c',
      'execute_result 2',
      'execute_reply ok',
      'status idle',
    ]);
    expect(bench.reply(id)).toEqual({ status: 'ok', execution_count: 1, user_expressions: {}, payload: [] });
    const result = bench.of(id).find(({ type }) => type === 'execute_result')!;
    expect(result.content).toEqual({ execution_count: 1, data: { 'text/plain': '2' }, metadata: {} });
  });

  it('counts cells; silent ones, ones without history and empty ones do not count, silent ones show nothing', async () => {
    const bench = new Bench();
    await bench.done(bench.run('value 1'));
    const silent = await bench.done(bench.run('print x\nvalue 2', { silent: true }));
    expect(brief(silent)).toEqual(['status busy', 'execute_reply ok', 'status idle']);
    await bench.done(bench.run('value 3', { store_history: false }));
    await bench.done(bench.run('  \n'));
    const last = bench.run('value 4');
    await bench.done(last);
    expect(bench.reply(last)?.['execution_count']).toBe(2);
    const history = bench.ask('history_request', { hist_access_type: 'tail', n: 10, output: true, raw: true });
    await bench.done(history);
    expect(bench.reply(history)?.['history']).toEqual([
      [1, 1, ['value 1', '1']],
      [1, 2, ['value 4', '4']],
    ]);
  });

  it('reports an error with frames and code, and aborts the cells behind it', async () => {
    const bench = new Bench();
    const [bad, waiting, later] = [
      bench.run('print before\nthrow no price'),
      bench.run('value 1'),
      bench.run('value 2', { stop_on_error: false }),
    ];
    await bench.done(later);
    expect(brief(bench.of(bad))).toEqual([
      'status busy',
      'execute_input print before\nthrow no price',
      'stream before',
      'error no price',
      'execute_reply error',
      'status idle',
    ]);
    const reply = bench.reply(bad)!;
    expect(reply['ename']).toBe('TypeError');
    expect((reply['traceback'] as string[]).join('\n')).toMatch(
      /TypeError.*no price[\s\S]*> 1 \| throw[\s\S]*at total \(cell 1:1:7\)/,
    );
    expect(brief(bench.of(waiting))).toEqual(['status busy', 'execute_reply aborted', 'status idle']);
    expect(bench.reply(later)?.['status']).toBe('aborted');
    expect(bench.engine.ran).toHaveLength(1);
  });

  it('goes on after an error when the client says so, and with what was sent after it', async () => {
    const bench = new Bench();
    const [, next] = [bench.run('throw x', { stop_on_error: false }), bench.run('value 1')];
    await bench.done(next);
    expect(bench.reply(next)?.['status']).toBe('ok');
    await bench.done(bench.run('throw y'));
    const answered = bench.run('value 2', {}, { date: new Date(Date.now() + 1).toISOString() });
    await bench.done(answered);
    expect(bench.reply(answered)?.['status']).toBe('ok');
  });

  it('aborts a cell that was on its way when the one before it failed', async () => {
    const bench = new Bench();
    const sent = new Date(Date.now() - 5).toISOString();
    await bench.done(bench.run('throw x'));
    const onItsWay = bench.run('value 1', {}, { date: sent });
    await bench.done(onItsWay);
    expect(bench.reply(onItsWay)?.['status']).toBe('aborted');
  });

  it('runs what the client sends the moment it is answered', async () => {
    let upon: string | undefined;
    const bench: Bench = new Bench({
      // The socket may read the next request before the sender of the answer has done its next step.
      send: (channel, message) => {
        bench.note(channel, message);
        if (message.header.msg_type === 'execute_reply') upon ??= bench.run('value 1');
      },
    });
    await bench.done(bench.run('throw x'));
    await bench.done(upon!);
    expect(bench.reply(upon!)?.['status']).toBe('ok');
  });

  it('parents late output to the cell that started it', async () => {
    const bench = new Bench();
    const first = bench.run('late');
    await bench.done(first);
    await bench.done(bench.run('value 2'));
    bench.engine.late[0]!.output({ stream: 'stdout', text: 'at last\n' });
    await expect.poll(() => brief(bench.of(first)).at(-1)).toBe('stream at last');
  });

  it('answers user expressions one by one', async () => {
    const bench = new Bench();
    const id = bench.run('value 1', { user_expressions: { good: 'value 7', bad: 'throw no' } });
    await bench.done(id);
    expect(bench.reply(id)?.['user_expressions']).toEqual({
      good: { status: 'ok', data: { 'text/plain': '7' }, metadata: {} },
      bad: expect.objectContaining({ status: 'error', ename: 'TypeError', evalue: 'no' }) as unknown,
    });
  });

  it('survives an engine that does not start, or breaks', async () => {
    const engine = new FakeEngine();
    let starts = 0;
    const bench = new Bench({
      engine: () => (++starts === 1 ? Promise.reject(new Error('no host process')) : Promise.resolve(engine)),
    });
    const failed = bench.run('value 1');
    await bench.done(failed);
    expect(bench.reply(failed)).toMatchObject({ status: 'error', evalue: 'no host process' });
    const later = { date: new Date(Date.now() + 1).toISOString() };
    const broken = bench.run('crash', { stop_on_error: false }, later);
    await bench.done(broken);
    expect(bench.reply(broken)).toMatchObject({ status: 'error', evalue: 'the engine broke' });
    const fine = bench.run('value 3', {}, { date: new Date(Date.now() + 50).toISOString() });
    await bench.done(fine);
    expect(bench.reply(fine)?.['status']).toBe('ok');
  });

  it('says what is wrong with a request without code', async () => {
    const bench = new Bench();
    const id = bench.ask('execute_request', { code: 7 });
    await bench.done(id);
    expect(bench.reply(id)).toMatchObject({
      status: 'error',
      evalue: expect.stringMatching(/^DS7005 .*execute_request.*code = 7/) as unknown,
    });
  });
});

describe('while a cell runs', () => {
  it('answers questions, and the newest status stays busy', async () => {
    const bench = new Bench();
    const cell = bench.run('forever');
    onTestFinished(() => bench.kernel.interrupt());
    for (const [type, content] of [
      ['kernel_info_request', {}],
      ['complete_request', { code: 'arr.ma', cursor_pos: 6 }],
      ['inspect_request', { code: 'arr', cursor_pos: 3, detail_level: 0 }],
      ['is_complete_request', { code: 'if (1) {' }],
      ['comm_info_request', {}],
      ['history_request', { hist_access_type: 'tail', n: 1 }],
    ] as const) {
      const id = bench.ask(type, content);
      await bench.done(id);
      expect(bench.reply(id)?.['status'], type).toBe(type === 'is_complete_request' ? 'incomplete' : 'ok');
    }
    const states = bench.sent.filter(({ type }) => type === 'status');
    expect(states.at(-1)).toMatchObject({ parent: cell, content: { execution_state: 'busy' } });
  });

  it('interrupts it, and aborts what waits', async () => {
    const bench = new Bench();
    const [cell, waiting] = [bench.run('forever'), bench.run('value 1')];
    await expect.poll(() => bench.engine.ran.length).toBe(1);
    const interrupt = bench.ask('interrupt_request', {}, { channel: 'control' });
    await bench.done(cell);
    await bench.done(waiting);
    await bench.done(interrupt);
    expect(bench.reply(cell)).toMatchObject({ status: 'error', ename: 'Interrupted' });
    expect(bench.reply(waiting)?.['status']).toBe('aborted');
    expect(bench.reply(interrupt)).toEqual({ status: 'ok' });
    expect(bench.of(interrupt).find(({ type }) => type === 'interrupt_reply')?.channel).toBe('control');
  });

  it('lets a question wait for a cell that is nearly done, so that it sees what the cell defines', async () => {
    const bench = new Bench();
    const cell = bench.run('value 1');
    const question = bench.ask('complete_request', { code: 'a', cursor_pos: 1 });
    await bench.done(question);
    const order = bench.sent.filter(({ channel }) => channel === 'shell').map(({ parent }) => parent);
    expect(order).toEqual([cell, question]);
  });

  it('gives up on an answer that does not come', async () => {
    const bench = new Bench({ answerLimitMs: 20 });
    const id = bench.ask('complete_request', { code: 'hang', cursor_pos: 4 });
    await bench.done(id);
    expect(bench.reply(id)).toEqual({ status: 'ok', matches: [], cursor_start: 4, cursor_end: 4, metadata: {} });
  });
});

describe('questions', () => {
  it('counts cursors in code points', async () => {
    const bench = new Bench();
    const id = bench.ask('complete_request', { code: '"😀😀".ma', cursor_pos: 7 });
    await bench.done(id);
    expect(bench.reply(id)).toMatchObject({ matches: ['map', 'max'], cursor_start: 5, cursor_end: 7 });
  });

  it('describes the language', async () => {
    const bench = new Bench();
    const id = bench.ask('kernel_info_request');
    await bench.done(id);
    expect(bench.reply(id)).toMatchObject({
      protocol_version: '5.4',
      implementation: 'devsandbox',
      language_info: { name: 'typescript', file_extension: '.ts' },
      supported_features: [],
    });
  });

  it('closes a comm that nobody listens to', async () => {
    const bench = new Bench();
    const id = bench.ask('comm_open', { comm_id: 'c1', target_name: 'unknown', data: {} });
    expect((await bench.done(id)).find(({ type }) => type === 'comm_close')?.content).toEqual({
      comm_id: 'c1',
      data: {},
    });
  });

  it('answers a bad question with an error, and an unknown one with nothing', async () => {
    const bench = new Bench();
    const bad = bench.ask('history_request', { hist_access_type: 'everything' });
    await bench.done(bad);
    expect(bench.reply(bad)).toMatchObject({ status: 'error', evalue: expect.stringContaining('DS7005') as unknown });
    const unknown = bench.ask('make_coffee_request');
    expect(brief(await bench.done(unknown))).toEqual(['status busy', 'status idle']);
  });

  it('shuts down after the reply, and says whether it comes back', async () => {
    for (const restart of [true, false]) {
      const bench = new Bench();
      const id = bench.ask('shutdown_request', { restart }, { channel: 'control' });
      await bench.done(id);
      expect(bench.reply(id)).toEqual({ status: 'ok', restart });
      await expect.poll(() => bench.restarts).toEqual([restart]);
    }
  });
});
