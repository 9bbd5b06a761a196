import { expect, test } from 'vitest';
import { injectedCalls } from '../../scripts/injected-calls.ts';

const at = (text: string): ReturnType<typeof injectedCalls> =>
  injectedCalls('/repo/src/core/targets/node/attach.ts', text);

test('finds literal calls and resolves their entries', () => {
  const text = `import { bundleInjected } from '../../common/bundle.ts';
    const agent = await bundleInjected(new URL('./agent/index.ts', import.meta.url), { name: 'agent' });
    const other = () => bundleInjected(new URL("../inside.ts", import.meta.url), {
      name: 'inside', platform: 'isolate', alias: { a: 'b' },
    });`;
  expect(at(text)).toEqual([
    { entry: '/repo/src/core/targets/node/agent/index.ts', options: { name: 'agent' } },
    { entry: '/repo/src/core/targets/inside.ts', options: { name: 'inside', platform: 'isolate', alias: { a: 'b' } } },
  ]);
});

test('a mention in a comment or a declaration is no call', () => {
  expect(at(`// bundleInjected(entry, {})\nexport function bundleInjected(entry: URL): void {}`)).toEqual([]);
});

test.each([
  `const entry = new URL('./a.ts', import.meta.url); bundleInjected(entry, { name: 'a' });`,
  `bundleInjected(new URL('./a.ts', import.meta.url), { name: nameOfAgent });`,
  `bundleInjected(new URL('./a.ts', import.meta.url));`,
])('what is not literal is refused: %s', (text) => {
  expect(() => at(text)).toThrow(/not literal/);
});
