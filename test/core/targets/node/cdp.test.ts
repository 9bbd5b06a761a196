import { describe, expect, it } from 'vitest';
import { CdpClient, CdpError, workerCdp, type CdpTransport } from '../../../../src/core/targets/node/cdp.ts';

function clientWith(): { client: CdpClient; sent: { id: number; method: string; params?: unknown }[] } {
  const sent: { id: number; method: string; params?: unknown }[] = [];
  const transport: CdpTransport = { write: (text) => void sent.push(JSON.parse(text)), close: () => client.goneDown() };
  const client: CdpClient = new CdpClient(transport, () => new Error('it is over'));
  return { client, sent };
}

describe('CdpClient', () => {
  it('writes at once, so that a burst pipelines, and matches answers that come in any order', async () => {
    const { client, sent } = clientWith();
    const first = client.send('Runtime.evaluate', { expression: '1' });
    const second = client.send('Runtime.enable');
    expect(sent.map((each) => each.method)).toEqual(['Runtime.evaluate', 'Runtime.enable']);
    client.receive(JSON.stringify({ id: sent[1]!.id, result: {} }));
    client.receive(JSON.stringify({ id: sent[0]!.id, result: { result: { type: 'number', value: 1 } } }));
    expect((await first).result.value).toBe(1);
    await second;
  });

  it('gives a refusal the method, the code, and the stack of whoever asked', async () => {
    const { client, sent } = clientWith();
    const whoAsked = () => client.send('Debugger.enable', {});
    const asked = whoAsked();
    client.receive(JSON.stringify({ id: sent[0]!.id, error: { code: -32000, message: 'not now', data: 'later' } }));
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CdpError);
    expect(error).toMatchObject({
      method: 'Debugger.enable',
      code: -32000,
      message: 'Debugger.enable: not now (later)',
      stack: expect.stringContaining('whoAsked'),
    });
  });

  it('fails everything pending, and everything later, when the line goes down', async () => {
    const { client } = clientWith();
    const pending = client.send('Runtime.enable');
    let closed = 0;
    client.onClosed(() => closed++);
    client.close();
    client.goneDown();
    await expect(pending).rejects.toThrow('it is over');
    await expect(client.send('Runtime.enable')).rejects.toThrow('it is over');
    expect(closed).toBe(1);
  });

  it('hands events to listeners until they are disposed', () => {
    const { client } = clientWith();
    const seen: string[] = [];
    const listening = client.on('Debugger.scriptParsed', (event) => void seen.push(event.url));
    client.receive(JSON.stringify({ method: 'Debugger.scriptParsed', params: { url: 'a.js' } }));
    listening[Symbol.dispose]();
    client.receive(JSON.stringify({ method: 'Debugger.scriptParsed', params: { url: 'b.js' } }));
    expect(seen).toEqual(['a.js']);
  });

  it('provokes an acknowledgement only while answers are due, and not without end', async () => {
    const { client, sent } = clientWith();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    client.receive(JSON.stringify({ method: 'Debugger.resumed' }));
    await turn();
    expect(sent).toHaveLength(0);
    const pending = client.send('Runtime.enable');
    client.receive(JSON.stringify({ method: 'Debugger.resumed' }));
    const answered = new Set<number>();
    for (let i = 0; i < 50; i++) {
      await turn();
      const probe = sent.find((each) => each.method === '-' && !answered.has(each.id));
      if (!probe) continue;
      answered.add(probe.id);
      client.receive(JSON.stringify({ id: probe.id, error: { code: -32601, message: "'-' wasn't found" } }));
    }
    expect(sent.filter((each) => each.method === '-').length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThan(10);
    client.receive(JSON.stringify({ id: sent[0]!.id, result: {} }));
    await pending;
  });

  it('provokes them too while a worker thread owes an answer, whose requests are answered by the carrier', async () => {
    const { client, sent } = clientWith();
    const worker = workerCdp(client, 'w', () => new Error('it is over'));
    const pending = worker.send('Runtime.enable');
    client.receive(JSON.stringify({ id: sent[0]!.id, result: {} }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.map(({ method }) => method)).toEqual(['NodeWorker.sendMessageToWorker', '-']);
    const message = JSON.stringify({ id: 1, result: {} });
    client.receive(
      JSON.stringify({ method: 'NodeWorker.receivedMessageFromWorker', params: { sessionId: 'w', message } }),
    );
    await pending;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toHaveLength(2);
  });
});
