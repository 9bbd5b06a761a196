// Code that runs where our modules cannot be loaded (inside a target, inside an isolate) is ordinary TypeScript of this
// repo, bundled here into one classic-script expression: an IIFE whose value is the entry's exports.
//
// In a clone esbuild makes the bundle when it is first needed and keeps it under node_modules/.cache, valid as long as
// every input has the same content. The published package has no esbuild and no sources: `npm run build` finds the
// calls of `bundleInjected` in the sources and makes the same bundles into dist/injected. So that it can, each call
// must be literal: `bundleInjected(new URL('./agent/index.ts', import.meta.url), { name: 'agent' })`.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, BuildResult } from 'esbuild';
import { fail } from './errors.ts';

export interface BundleOptions {
  /**
   * Source URL is `devsandbox:<name>`, by which stepping and stack traces skip the code; unique, a file name.
   * (`node:vm` and isolates use the `filename` they are given instead: pass the same there.)
   */
  readonly name: string;
  /** `node` (default) leaves Node's builtins to a `require` in scope; `isolate` has none: everything must be bundled. */
  readonly platform?: 'node' | 'isolate';
  /** Packages to take in place of others: `{ buffer: 'unenv/node/buffer' }`. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Constant expressions to put in place of global names: `{ 'process.env.NODE_ENV': '"production"' }`. */
  readonly define?: Readonly<Record<string, string>>;
}

export interface Bundle {
  /** One expression, without a semicolon, ended by a line with the source URL: `const agent = ${code}` is a script. */
  readonly code: string;
  /** SHA-256 of the code, hex. */
  readonly hash: string;
}

interface CachedBundle extends Bundle {
  readonly inputs: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** @internal */
export const cacheFolder = join(root, 'node_modules', '.cache', 'devsandbox');
const prebuiltFolder = join(root, 'dist', 'injected');
// Part of the cache's key: raise it when the form of the output changes.
const formatVersion = 1;

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

// In the published package an entry is there too, but as JavaScript: what is injected was bundled by the build.
const inClone = import.meta.url.endsWith('.ts');

const made = new Map<string, Promise<Bundle>>();

/** Bundles `entry` (a file, or its URL) for injection; each bundle is made once in a process. */
export function bundleInjected(entry: URL | string, options: BundleOptions): Promise<Bundle> {
  const file = entry instanceof URL || entry.startsWith('file:') ? fileURLToPath(entry) : entry;
  const key = JSON.stringify([formatVersion, relative(root, file), options]);
  let bundle = made.get(key);
  if (!bundle) {
    bundle = inClone && existsSync(file) ? bundleFromSource(file, options, key) : prebuilt(options.name);
    bundle.catch(() => made.delete(key));
    made.set(key, bundle);
  }
  return bundle;
}

/** Bundles without looking at the cache; for the build and for tests. */
export async function makeBundle(file: string, options: BundleOptions): Promise<CachedBundle> {
  const isolate = options.platform === 'isolate';
  const result = await runEsbuild({
    entryPoints: [file],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: '__devsandbox',
    target: 'node20',
    platform: isolate ? 'neutral' : 'node',
    ...(isolate && { mainFields: ['browser', 'module', 'main'] }),
    alias: { ...options.alias },
    define: { ...options.define },
    legalComments: 'none',
    logLevel: 'silent',
  });
  const warning = result.warnings.find((w) => !w.location?.file.includes('node_modules'));
  if (warning) throw new Error(`${warning.location?.file}:${warning.location?.line} ${warning.text}`);
  const body = result.outputFiles[0]!.text.trimEnd();
  const code = `(() => {"use strict";\n${body}\nreturn __devsandbox;\n})()\n//# sourceURL=devsandbox:${options.name}\n`;
  const inputs: Record<string, string> = {};
  for (const input of Object.keys(result.metafile.inputs)) {
    const content = await contentHash(input);
    if (content !== undefined) inputs[input] = content;
  }
  return { code, hash: sha256(code), inputs };
}

async function bundleFromSource(file: string, options: BundleOptions, key: string): Promise<Bundle> {
  const cacheFile = join(cacheFolder, `${options.name}-${sha256(key).slice(0, 16)}.json`);
  const cached = await readCached(cacheFile);
  if (cached) return { code: cached.code, hash: cached.hash };
  const bundle = await makeBundle(file, options);
  await mkdir(cacheFolder, { recursive: true });
  const draft = `${cacheFile}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(bundle));
  await rename(draft, cacheFile);
  return { code: bundle.code, hash: bundle.hash };
}

let building = 0;

/** One build; esbuild's service process does not outlive the last of those that run at a time. */
async function runEsbuild<Options extends BuildOptions>(options: Options): Promise<BuildResult<Options>> {
  const { build, stop } = await import('esbuild');
  building++;
  try {
    return await build<Options>(options as never);
  } finally {
    if (--building === 0) await stop();
  }
}

/** The kept bundle, when none of its inputs has changed since. */
async function readCached(cacheFile: string): Promise<CachedBundle | undefined> {
  try {
    const cached = JSON.parse(await readFile(cacheFile, 'utf8')) as CachedBundle;
    const inputs = Object.entries(cached.inputs);
    const present = await Promise.all(inputs.map(([input]) => contentHash(input)));
    const valid = inputs.length > 0 && inputs.every(([, hash], index) => hash === present[index]);
    return valid && sha256(cached.code) === cached.hash ? cached : undefined;
  } catch {
    return undefined; // none yet, or damaged: it is made anew
  }
}

/** Hash of an input of a bundle, named as esbuild does: relative to the root; undefined for what is no file. */
async function contentHash(input: string): Promise<string | undefined> {
  return readFile(join(root, input)).then(sha256, () => undefined);
}

async function prebuilt(name: string): Promise<Bundle> {
  const path = join(prebuiltFolder, `${name}.js`);
  const code = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fail('DS6090', { name, path }, error);
  });
  return { code, hash: sha256(code) };
}
