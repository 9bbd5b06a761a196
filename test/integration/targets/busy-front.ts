// A devsandbox that is busy with a target until it is killed: reads, writes, stops and captures without end.
import { attachNode } from '../../../src/core/targets/node/attach.ts';

const target = await attachNode({ pid: Number(process.argv[2]) });
console.log('attached');
for (;;) {
  await target.moduleMembers('shop.js');
  await target.write({ module: 'shop.js', variable: 'visits' }, 'old + 1');
  await target.write({ module: 'shop.js', variable: 'rate' }, 'old');
  await target.write({ module: 'legacy.cjs', variable: 'calls' }, 'old');
}
