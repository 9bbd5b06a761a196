import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { installKernel, listKernels, removeKernel } from '../../src/kernel/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'devsandbox-jupyter-'));
  for (const [name, value] of Object.entries({
    JUPYTER_DATA_DIR: '',
    JUPYTER_PATH: '',
    XDG_DATA_HOME: '',
    HOME: home,
    VIRTUAL_ENV: join(home, 'env'),
  }))
    vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });
});

const spec = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as Record<string, unknown>;

describe('kernel install', () => {
  it('writes a kernelspec that needs no PATH, no npx and no cwd', () => {
    const { folder } = installKernel();
    expect(folder).toBe(join(home, '.local/share/jupyter/kernels/devsandbox'));
    const {
      argv,
      language,
      interrupt_mode: mode,
    } = spec(folder) as { argv: string[]; language: string; interrupt_mode: string };
    expect(argv.slice(2)).toEqual(['kernel', 'run', '{connection_file}']);
    for (const path of argv.slice(0, 2)) expect([isAbsolute(path), existsSync(path)]).toEqual([true, true]);
    expect({ language, mode }).toEqual({ language: 'typescript', mode: 'message' });
    expect(readFileSync(join(folder, 'logo-64x64.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(join(folder, 'logo-svg.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('goes where it is told, is listed, and is removed', () => {
    const own = installKernel({ where: 'sys-prefix' });
    const shop = installKernel({ where: { prefix: join(home, 'p') }, attach: ':8080' });
    expect(own.folder).toBe(join(home, 'env/share/jupyter/kernels/devsandbox'));
    expect(shop).toMatchObject({ name: 'devsandbox-8080', attach: ':8080', broken: undefined });
    expect(spec(shop.folder)['argv']).toEqual([...(spec(own.folder)['argv'] as string[]), '--attach', ':8080']);
    const ours = (): string[] =>
      listKernels({ prefix: join(home, 'p') })
        .filter(({ folder }) => folder.startsWith(home))
        .map(({ name }) => name);
    expect(ours()).toEqual(['devsandbox-8080', 'devsandbox']);
    removeKernel('devsandbox-8080', { prefix: join(home, 'p') });
    expect(ours()).toEqual(['devsandbox']);
    expect(existsSync(shop.folder)).toBe(false);
    expect(() => removeKernel('devsandbox-8080', { prefix: join(home, 'p') })).toThrow(
      expect.objectContaining({ code: 'DS7013' }),
    );
  });

  it('replaces its own kernel and no other', () => {
    installKernel({ name: 'mine' });
    expect(installKernel({ name: 'mine', attach: '42' }).attach).toBe('42');
    const foreign = join(home, '.local/share/jupyter/kernels/python3');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'kernel.json'), '{"argv":["python"],"display_name":"Python"}');
    expect(() => installKernel({ name: 'python3' })).toThrow(expect.objectContaining({ code: 'DS7014' }));
    expect(() => removeKernel('python3')).toThrow(expect.objectContaining({ code: 'DS7014' }));
    expect(spec(foreign)['display_name']).toBe('Python');
  });

  it('says when what it starts is gone', () => {
    const { folder } = installKernel();
    const broken = { ...spec(folder), argv: ['/nowhere/node', '/nowhere/bin.js'] };
    writeFileSync(join(folder, 'kernel.json'), JSON.stringify(broken));
    expect(listKernels().find((kernel) => kernel.folder === folder)?.broken).toBe('/nowhere/node');
  });

  it.each(['../up', '', 'a b', '..'])('refuses the name %j', (name) => {
    expect(() => installKernel({ name })).toThrow(expect.objectContaining({ code: 'DS7010' }));
  });

  it('says DS7012 where it may not write', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(() => installKernel({ where: { prefix: file } })).toThrow(expect.objectContaining({ code: 'DS7012' }));
  });
});
