import { FakeTarget } from '../../../src/core/targets/fake.ts';
import { targetContract } from './contract.ts';

targetContract('fake', async () => {
  const target = new FakeTarget({
    'shop.js': {
      variables: {
        visits: 3,
        rate: 2,
        stock: new Map([
          ['a', { price: 5 }],
          ['b', { price: 7 }],
        ]),
        account: {
          owner: 'ann',
          token: 'tok-123456',
          get secretly() {
            (globalThis as { getterRan?: boolean }).getterRan = true;
            return 1;
          },
        },
        guarded: new Proxy({}, { get: () => ((globalThis as { trapRan?: boolean }).trapRan = true) }),
        discount: 0,
        total: (amount: number) => amount * 2,
      },
    },
  });
  return { target, module: 'shop.js', end: () => target.exit(), dispose: () => target.detach() };
});
