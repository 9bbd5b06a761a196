import { expect, it, vi } from 'vitest';
import { Iopub } from '../../src/kernel/iopub.ts';
import type { Content, MessageHeader } from '../../src/kernel/wire.ts';

const header = (id: string): MessageHeader => ({
  msg_id: id,
  msg_type: 'execute_request',
  session: 's',
  username: '',
  date: '',
  version: '5.4',
});

function recorded(gatherMs = 20): { iopub: Iopub; sent: [type: string, parent: string, content: Content][] } {
  const sent: [string, string, Content][] = [];
  const iopub = new Iopub({
    gatherMs,
    send: (type, parent, content) => void sent.push([type, String(parent.msg_id), content]),
  });
  return { iopub, sent };
}

it('gathers lines into one message and sends them before what comes after', () => {
  const { iopub, sent } = recorded();
  const parent = header('1');
  for (const text of ['a\n', '', 'b\n']) iopub.stream(parent, { stream: 'stdout', text });
  expect(sent).toEqual([]);
  iopub.status(parent, 'idle');
  expect(sent).toEqual([
    ['stream', '1', { name: 'stdout', text: 'a\nb\n' }],
    ['status', '1', { execution_state: 'idle' }],
  ]);
});

it('keeps the order of two streams and of two cells', () => {
  const { iopub, sent } = recorded();
  const [one, two] = [header('1'), header('2')];
  iopub.stream(one, { stream: 'stdout', text: 'out' });
  iopub.stream(one, { stream: 'stderr', text: 'err' });
  iopub.stream(two, { stream: 'stderr', text: 'other cell' });
  iopub.flush();
  expect(sent.map(([, parent, content]) => [parent, content['text']])).toEqual([
    ['1', 'out'],
    ['1', 'err'],
    ['2', 'other cell'],
  ]);
});

it('sends text that waits long enough, or is long enough', () => {
  vi.useFakeTimers();
  try {
    const { iopub, sent } = recorded();
    iopub.stream(header('1'), { stream: 'stdout', text: 'late' });
    vi.advanceTimersByTime(19);
    expect(sent).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(sent).toHaveLength(1);
    iopub.stream(header('1'), { stream: 'stdout', text: 'x'.repeat(64 * 1024) });
    expect(sent).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

it('writes text types as text and JSON types as JSON', () => {
  const { iopub, sent } = recorded();
  iopub.display(header('1'), {
    data: { 'text/plain': 3, 'application/vnd.vegalite.v5+json': {} },
    displayId: 'd',
    update: true,
  });
  expect(sent).toEqual([
    [
      'update_display_data',
      '1',
      {
        data: { 'text/plain': '3', 'application/vnd.vegalite.v5+json': {} },
        metadata: {},
        transient: { display_id: 'd' },
      },
    ],
  ]);
});
