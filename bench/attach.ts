// Attach to first value: from the call to the value of an export, and of a module variable, in hand, in a shop that serves
// customers. A variable needs V8's debugger, an export does not. Beside it the least that any debugger has to do: signal, connect, evaluate a number. Interleaved; the shop's longest stop is
// seen from inside it.
//
//   node bench/attach.ts [rounds]
import { WebSocket } from 'ws';
import { startTraffic } from '../examples/load.ts';
import { type RunningShop, startShop } from '../examples/start.ts';
import { attach } from '../src/core/targets/index.ts';
import { longestStop, ratio, spread, wait, witnessOptions } from './support/measures.ts';

const rounds = Number(process.argv[2] ?? 15);

interface Reply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** The inspector's own way, without anything of ours; closes it behind itself. */
async function bareInspector(shop: RunningShop): Promise<number> {
  const { pid } = shop;
  const lines = (): readonly string[] => shop.output().match(/^Debugger listening on ws:.*$/gm) ?? [];
  const known = new Set(lines());
  const start = performance.now();
  process.kill(pid, 'SIGUSR1');
  let url: string | undefined;
  while (url === undefined) {
    await wait(1);
    url = lines()
      .find((line) => !known.has(line))
      ?.slice('Debugger listening on '.length);
  }
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const ask = (id: number, expression: string): Promise<Reply> =>
    new Promise((resolve) => {
      const read = (data: Buffer): void => {
        const reply = JSON.parse(data.toString()) as Reply;
        if (reply.id !== id) return;
        socket.off('message', read);
        resolve(reply);
      };
      socket.on('message', read);
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }));
    });
  const { result } = await ask(1, 'process.pid');
  const took = performance.now() - start;
  if (result?.result?.value !== pid) throw new Error('another process answered');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await ask(2, "setTimeout(() => process.getBuiltinModule('node:inspector').close(), 1), 0");
  await closed;
  return took;
}

interface Attached {
  readonly attached: number;
  readonly exported: number;
  readonly value: number;
  readonly detached: number;
  readonly stopBefore: number;
  readonly stopAfter: number;
  readonly counted: number;
}

async function attachAndRead(shop: RunningShop): Promise<Attached> {
  const start = performance.now();
  const target = await attach(String(shop.pid));
  const attached = performance.now() - start;
  const stock = await target.read({ module: 'src/stock.ts', exported: 'stock' });
  const exported = performance.now() - start;
  if (stock.kind !== 'object') throw new Error(`stock is ${stock.kind}`);
  const stopBefore = await longestStop(shop);
  const reading = performance.now();
  const read = await target.read({ module: 'src/stock.ts', variable: 'deliveries' });
  const value = exported + performance.now() - reading;
  if (read.kind !== 'number') throw new Error(`deliveries is ${read.kind}`);
  const stopAfter = await longestStop(shop);
  const counted = target.pauses().longest;
  const leaving = performance.now();
  await target.detach();
  return { attached, exported, value, detached: performance.now() - leaving, stopBefore, stopAfter, counted };
}

await using shop = await startShop({ nodeOptions: [...witnessOptions, '--inspect-port=0'] }); // 9229 may be taken by another process
await using customers = startTraffic(shop.url, { concurrency: 8, rate: 200 });
await wait(1_500);
const ours: Record<keyof Attached, number[]> = {
  attached: [],
  exported: [],
  value: [],
  detached: [],
  stopBefore: [],
  stopAfter: [],
  counted: [],
};
const bare: number[] = [];
const stops = { plain: [] as number[], bare: [] as number[] };
// The first round loads code on both sides and does not count.
for (let round = 0; round <= rounds; round++) {
  await longestStop(shop);
  await wait(300);
  const plain = await longestStop(shop);
  const times = await attachAndRead(shop);
  await wait(100);
  await longestStop(shop);
  const least = await bareInspector(shop);
  const leastStop = await longestStop(shop);
  await wait(100);
  if (round === 0) continue;
  for (const key of Object.keys(ours) as (keyof Attached)[]) ours[key].push(times[key]);
  bare.push(least);
  stops.plain.push(plain);
  stops.bare.push(leastStop);
}
await customers.stop();
console.log(
  `median (10 % to 90 %) of ${rounds} attaches, interleaved, Node.js ${process.versions.node}, shop under 200 requests/s`,
);
console.log(
  `attach to an export      devsandbox ${spread(ours.exported, 'ms')}   bare inspector ${spread(bare, 'ms')}   ratio ${ratio(ours.exported, bare)}`,
);
console.log(`attach to a variable     devsandbox ${spread(ours.value, 'ms')}   ratio ${ratio(ours.value, bare)}`);
console.log(`of it attached           devsandbox ${spread(ours.attached, 'ms')}`);
console.log(`detach                   devsandbox ${spread(ours.detached, 'ms')}`);
console.log(
  `longest stop inside      until the export ${spread(ours.stopBefore, 'ms')}   then until the variable ${spread(ours.stopAfter, 'ms')}   bare inspector ${spread(stops.bare, 'ms')}   neither, 300 ms ${spread(stops.plain, 'ms')}`,
);
console.log(`longest pause counted    devsandbox ${spread(ours.counted, 'ms')}`);
