import { transformSync } from 'oxc-transform';
import { describe, expect, it } from 'vitest';
import type { ManifestModule } from '../../../src/core/instrument/manifest.ts';
import { writtenModule } from '../../../src/core/instrument/original.ts';

const empty = {
  id: 'a.ts',
  url: '',
  format: 'module',
  functionBase: 1,
  siteBase: 1,
  sites: [],
  functions: [],
} as const;

describe('writtenModule', () => {
  const source = `interface A {\n  a: number;\n}\n\nexport const f = (a: A): number =>\n  a.a;\n\n// end\n`;
  const { code, map } = transformSync('a.ts', source, { sourcemap: true });
  const module: ManifestModule = { ...empty, source: code, original: { source, mappings: map!.mappings } };

  it('leads from the code that ran to the line that was written', () => {
    const line = code.split('\n').findIndex((each) => each.includes('f = ')) + 1;
    expect(line).not.toBe(5);
    expect(writtenModule(module).line(line)).toBe(5);
    const column = code.split('\n')[line - 1]!.indexOf('a.a') + 1;
    expect(writtenModule(module).line(line, column)).toBe(6);
    expect(writtenModule(module).source).toBe(source);
  });

  it('has no line for a place that nobody wrote', () => {
    expect(writtenModule(module).line(code.split('\n').length + 5, 1)).toBeUndefined();
  });

  it('names imports as they were written', () => {
    const written = `import { wait as pause } from 'x';\npause(1);\n`;
    const running = `const __vite_ssr_import_0__ = await __vite_ssr_import__("x");\n(0,__vite_ssr_import_0__.wait)(1);\n`;
    const start = running.indexOf('(0,');
    // Line 2, column 0 of the code is line 2, column 0 of the source.
    const made: ManifestModule = { ...empty, source: running, original: { source: written, mappings: ';AACA' } };
    expect(writtenModule(made).text(start, running.length - 2)).toBe('pause(1)');
    const unmapped: ManifestModule = { ...made, original: { source: written, mappings: '' } };
    expect(writtenModule(unmapped).text(start, running.length - 2)).toBe('wait(1)');
  });

  it('shows code that was not transformed as it is', () => {
    const same = writtenModule({ ...empty, source: 'a\nb' });
    expect([same.line(2, 1), same.text(2, 3), same.source]).toEqual([2, 'b', 'a\nb']);
  });
});
