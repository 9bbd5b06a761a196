// The contract of a target on each supported version of Node that is installed, and the parts that only a process has.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/core/targets/index.ts';
import { targetContract } from '../../core/targets/contract.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';
import { load, startTarget } from '../../support/target-process.ts';

for (const major of nodeMajors.filter((each) => existsSync(nodeBinary(each)))) {
  targetContract(`Node ${major}`, async () => {
    const app = await startTarget({ major });
    try {
      const target = await attach(String(app.pid));
      return {
        target,
        module: 'shop.js',
        end: () => void app.child.kill('SIGKILL'),
        dispose: async () => {
          await target.detach();
          await app[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await app[Symbol.asyncDispose]();
      throw error;
    }
  });

  describe(`live state of a Node ${major} process under load`, () => {
    it('writes let, const, exports and #private members; hot code sees it; no function body runs by it', async () => {
      await using app = await startTarget({ major });
      await using target = await attach(`:${app.port}`);
      const traffic = load(app);
      try {
        await target.write({ module: 'shop.js', variable: 'rate' }, '10');
        expect((await app.get())['total']).toBe(30);
        await target.write({ module: 'shop.js', exported: 'discount' }, '4');
        expect(await app.get()).toMatchObject({ total: 26, discount: 4 });
        await target.write({ module: 'legacy.cjs', variable: 'step' }, '1000000');
        expect(Number((await app.get())['calls'])).toBeGreaterThan(1_000_000);
        await target.write({ module: 'legacy.cjs', exported: 'limits' }, '({ max: 11 })');
        expect(await target.read({ module: 'legacy.cjs', exported: 'limits' })).toMatchObject({
          preview: '{ max: 11 }',
        });
        const counter = await target.read({ module: 'shop.js', variable: 'counter' });
        if (!('handle' in counter)) throw new Error(counter.kind);
        await target.write({ handle: counter.handle, step: '#count' }, 'old + 41');
        expect(await target.read({ handle: counter.handle, step: '#count' })).toEqual({ kind: 'number', value: 42 });
        expect((await target.members(counter.handle)).map((each) => each.step)).toEqual(
          expect.arrayContaining(['next', '#count']),
        );
      } finally {
        const { requests, failed } = await traffic.stop();
        expect(failed).toEqual([]);
        expect(requests).toBeGreaterThan(0);
      }
      expect(await target.evaluate('globalThis.defaultRan', 5000 as never)).toEqual({ kind: 'undefined' });
    });
  });
}
