import { describe, expect, it } from 'vitest';
import { wrapCode } from '../../../../src/core/targets/node/evaluate.ts';

const run = (code: string): unknown => (0, eval)(wrapCode(code).text)(() => 'required');

describe('wrapCode', () => {
  it('gives the last expression, without its types', () => {
    expect(run('const x: number = 20; x + 1')).toBe(21);
    expect(run('let y = 1')).toBeUndefined();
    expect(run("require('fs') // comment at the end")).toBe('required');
  });

  it('is asynchronous only where the code awaits on its own', async () => {
    expect(wrapCode('1 + 1').isAsync).toBe(false);
    expect(wrapCode('const f = async () => { await 1; }; f').isAsync).toBe(false);
    expect(wrapCode('for await (const x of []) x;').isAsync).toBe(true);
    expect(await run('const v = await Promise.resolve(3); v * 2')).toBe(6);
  });

  it('refuses what is no code', () =>
    expect(() => wrapCode('const = 1')).toThrow(expect.objectContaining({ code: 'DS1029' })));
});
