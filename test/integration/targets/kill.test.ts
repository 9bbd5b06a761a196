// The target outlives us: devsandbox is killed with -9 while the app is under load, at whatever it was doing. What it had
// put into the target goes within seconds, the inspector that it opened closes, and no request of the app fails.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { attach } from '../../../src/core/targets/index.ts';
import { inspectorAt } from '../../../src/core/targets/node/inspector-port.ts';
import { listenersOf } from '../../../src/core/targets/node/proc.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { eventually, load, startTarget } from '../../support/target-process.ts';

const busyFront = fileURLToPath(new URL('./busy-front.ts', import.meta.url));

it('leaves nothing behind when it is killed 20 times under load', { timeout: 240_000 }, async () => {
  await using app = await startTarget();
  for (let i = 0; i < 20; i++) await app.get();
  const before = await app.get('/traces');
  const listening = (await listenersOf(app.pid))?.length;
  const traffic = load(app);
  for (let round = 0; round < 20; round++) {
    const front = spawn(nodeBinary(24), [busyFront, String(app.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise((resolve) => front.once('exit', resolve));
    let isBusy = false;
    front.stdout.on('data', (chunk: Buffer) => (isBusy ||= String(chunk).includes('busy')));
    // Some are killed while they attach, most while they hold functions, write and read.
    const early = round % 5 === 4;
    if (early) await new Promise((resolve) => setTimeout(resolve, 150 + round * 10));
    else {
      await eventually(() => expect(isBusy).toBe(true));
      await new Promise((resolve) => setTimeout(resolve, round * 7));
    }
    front.kill('SIGKILL');
    await exited;
    if (!early) await eventually(async () => expect((await listenersOf(app.pid))?.length).toBe(listening), 10_000);
  }
  const { requests, failed } = await traffic.stop();
  expect(failed).toEqual([]);
  expect(requests).toBeGreaterThan(100);
  await eventually(async () => expect(await app.get('/traces')).toEqual(before));
  expect(await inspectorAt('127.0.0.1', 9229)).toBeUndefined();
  // The traces hold no `bodyRan` either: no function was run by being held, and none of the app was cut off.
  expect(await app.get()).toMatchObject({ total: 6, discount: 0 });
  expect(app.child.exitCode).toBeNull();
});

it(
  'closes an inspector that opens just before it is killed, wherever the app opens it',
  { timeout: 60_000 },
  async () => {
    await using app = await startTarget();
    const listening = async (): Promise<number> => (await listenersOf(app.pid))!.length;
    const before = await listening();
    // From the second time on it opens where it was moved to the last time.
    for (let round = 0; round < 4; round++) {
      const front = spawn(nodeBinary(24), [busyFront, String(app.pid)], { stdio: ['ignore', 'ignore', 'inherit'] });
      const exited = new Promise((resolve) => front.once('exit', resolve));
      while ((await listening()) === before) await new Promise((resolve) => setTimeout(resolve, 1));
      front.kill('SIGKILL');
      await exited;
      await eventually(async () => expect(await listening()).toBe(before), 5000);
      // One that came further leaves its agent behind, for as long as it takes to notice.
      await (await attach(String(app.pid))).detach();
      expect(await listening()).toBe(before);
    }
  },
);
