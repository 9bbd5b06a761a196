// A devsandbox that is busy with a target until it is killed: reads, writes, stops and captures without end.
import { attachNode } from '../../../src/core/targets/node/attach.ts';

const target = await attachNode({ pid: Number(process.argv[2]) });
const hold = async (): Promise<void> => {
  await target.write({ module: 'held.cjs', variable: 'fixed' }, 'old + 1');
  await target.write({ module: 'held.cjs', variable: 'loose' }, 'old + 1');
};
await hold();
console.log('busy');
for (;;) {
  // Mostly what is most delicate: the stop in which a `const` is written.
  for (let i = 0; i < 10; i++) await hold();
  await target.moduleMembers('shop.js');
  await target.write({ module: 'shop.js', variable: 'visits' }, 'old + 1');
  await target.write({ module: 'shop.js', variable: 'rate' }, 'old');
  await target.write({ module: 'legacy.cjs', variable: 'calls' }, 'old');
}
