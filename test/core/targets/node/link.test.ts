import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { openLink } from '../../../../src/core/targets/node/agent/link.ts';
import { FrontLink } from '../../../../src/core/targets/node/link.ts';
import { eventually } from '../../../support/target-process.ts';

const connect = (front: FrontLink, onClose = () => {}, token = front.token) =>
  openLink({ net, port: front.port, token, budget: 1 << 20, onClose });

describe('the lifeline', () => {
  it('carries frames of any size in order, both ways', async () => {
    using front = await FrontLink.open();
    const seen: [number, number][] = [];
    front.onFrame(7, (bytes) => void seen.push([bytes.length, bytes.at(-1) ?? -1]));
    const agent = connect(front);
    await front.connected;
    const sizes = [0, 1, 5, 4095, 4097, 70_000, 300_000, 3];
    for (const [i, size] of sizes.entries()) agent.send(7, new Uint8Array(size).fill(i));
    await eventually(() => expect(seen).toEqual(sizes.map((size, i) => [size, size === 0 ? -1 : i])));
    let back = '';
    agent.onFrame(9, (bytes) => (back += Buffer.from(bytes).toString()));
    front.send(9, Buffer.from('to the agent'));
    await eventually(() => expect(back).toBe('to the agent'));
    agent.close();
  });

  it('tells the agent once when the front is gone', async () => {
    const front = await FrontLink.open();
    let ended = 0;
    const agent = connect(front, () => void ended++);
    await front.connected;
    front[Symbol.dispose]();
    await eventually(() => expect(ended).toBe(1));
    expect(agent.open).toBe(false);
    expect(agent.send(7, new Uint8Array(1))).toBe(false);
    expect(agent.dropped).toBe(1);
  });

  it('hangs up on whoever does not know the token', async () => {
    using front = await FrontLink.open();
    let heard = 0;
    front.onFrame(7, () => void heard++);
    let ended = false;
    const stranger = connect(front, () => (ended = true), 'guess');
    stranger.send(7, new Uint8Array(1));
    await eventually(() => expect(ended).toBe(true));
    expect(heard).toBe(0);
  });
});
