// Requests of the inspector interrupt an app anywhere, within the bookkeeping of its own queues too. An app that ticks
// all the time is hit there within a few attaches; one whose queue of ticks was lost never answers again.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/core/common/units.ts';
import { attach } from '../../../src/core/targets/index.ts';
import { nodeBinary, nodeMajors } from '../../support/nodes.ts';
import { startTarget } from '../../support/target-process.ts';

const ticking = `
  const { createServer } = require('node:http');
  globalThis.jobs = { done: 0 };
  globalThis.add = (n) => { process.nextTick(() => { jobs.done += n; }); return jobs.done; };
  const turn = () => { for (let i = 0; i < 5; i++) process.nextTick(() => {}); setImmediate(turn); };
  createServer((request, response) => process.nextTick(() => response.end('{"ticks":true}')))
    .listen(0, '127.0.0.1', function () { console.log('listening ' + this.address().port); turn(); });
`;
const answers = (app: Awaited<ReturnType<typeof startTarget>>) =>
  Promise.race([app.get(), new Promise((resolve) => setTimeout(resolve, 5000, 'no answer').unref())]);

describe.each(nodeMajors.filter((each) => existsSync(nodeBinary(each))))('Node %i', (major) => {
  it('keeps answering while it is attached to, while its code is run, and when it is left', async () => {
    await using app = await startTarget({ major, code: ticking, options: ['--no-opt', '--no-maglev'] });
    for (let round = 0; round < 12; round++) {
      const target = await attach(String(app.pid));
      for (let i = 0; i < 25; i++) await target.evaluate('add(1)', ms(5000));
      await target.detach();
      expect(await answers(app)).toEqual({ ticks: true });
    }
    const target = await attach(String(app.pid));
    expect(await target.evaluate('jobs.done', ms(5000))).toEqual({ kind: 'number', value: 300 });
    await target.detach();
  });

  it('ends code that does not end, and the app goes on', async () => {
    await using app = await startTarget({ major, code: ticking, options: ['--no-opt', '--no-maglev'] });
    const target = await attach(String(app.pid));
    await expect(target.evaluate('for (;;);', ms(200))).rejects.toMatchObject({ code: 'DS1028' });
    await expect(target.evaluate('await new Promise(() => {})', ms(200))).rejects.toMatchObject({
      code: expect.stringMatching(/^DS10(28|29)$/),
    });
    await expect(target.evaluate('null.x', ms(200))).rejects.toMatchObject({ code: 'DS1029' });
    expect(await answers(app)).toEqual({ ticks: true });
    await target.detach();
    expect(await answers(app)).toEqual({ ticks: true });
  });
});
