import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endpoint, type Connection } from '../../src/kernel/connection.ts';
import { Sockets } from '../../src/kernel/sockets.ts';

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function tcp(): Promise<Connection> {
  const [shell, control, stdin, iopub, hb] = (await freePorts(5)) as [number, number, number, number, number];
  return { transport: 'tcp', ip: '127.0.0.1', ports: { shell, control, stdin, iopub, hb }, key: 'k', digest: 'sha256' };
}

function ipc(): Connection {
  const folder = mkdtempSync(join(tmpdir(), 'devsandbox-ipc-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    transport: 'ipc',
    ip: join(folder, 'k'),
    ports: { shell: 1, control: 2, stdin: 3, iopub: 4, hb: 5 },
    key: 'k',
    digest: 'sha256',
  };
}

function closing<T extends { close: () => void }>(socket: T): T {
  onTestFinished(() => socket.close());
  return socket;
}

describe.each([
  ['tcp', tcp],
  ['ipc', ipc],
] as const)('sockets over %s', (_transport, make) => {
  it('carry requests in, replies out, heartbeats back, and the whole of a flood', async () => {
    const connection = await make();
    await using sockets = await Sockets.open(connection);
    const { promise: subscribed, resolve: onSubscribed } = Promise.withResolvers<void>();
    sockets.listen({
      request: (channel, [identity, ...frames]) => {
        if (channel !== 'stdin') sockets.send(channel, [identity!, Buffer.from(channel), ...frames]);
      },
      subscribed: () => onSubscribed(),
    });
    const iopub = closing(new Subscriber({ receiveHighWaterMark: 0 }));
    iopub.connect(endpoint(connection, 'iopub'));
    iopub.subscribe('');
    await subscribed;
    for (let n = 0; n < 20_000; n++) sockets.send('iopub', [Buffer.from(String(n))]);
    for (let n = 0; n < 20_000; n++) expect(String((await iopub.receive())[0])).toBe(String(n));
    for (const channel of ['shell', 'control'] as const) {
      const client = closing(new Dealer());
      client.connect(endpoint(connection, channel));
      await client.send(['hello', 'there']);
      expect((await client.receive()).map(String)).toEqual([channel, 'hello', 'there']);
    }
    const heart = closing(new Request());
    heart.connect(endpoint(connection, 'hb'));
    await heart.send('ping');
    expect((await heart.receive()).map(String)).toEqual(['ping']);
  }, 60_000);
});

it('says DS7004 for an address that is taken, and frees the others', async () => {
  const connection = await tcp();
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(connection.ports.iopub, '127.0.0.1', resolve));
  await expect(Sockets.open(connection)).rejects.toMatchObject({ code: 'DS7004' });
  await new Promise((resolve) => server.close(resolve));
  const again = await Sockets.open(connection);
  await again[Symbol.asyncDispose]();
  await again[Symbol.asyncDispose]();
});
