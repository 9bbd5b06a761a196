// Records this process from its first line: own modules are instrumented while they are loaded, so nothing is missed and
// nothing has to be looked for. Loaded by `node --import devsandbox/register`, on Node.js 20 to 26. What it needs it has
// before the program begins, and it leaves little in the process: a recorder, a pipe, and the loader's hooks.
import Module from 'node:module';
import { basename, resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { fail } from '../common/errors.ts';
import { setExtra } from '../instrument/runtime/marks.ts';
import { createRecorder } from '../instrument/runtime/recorder.ts';
import { programSymbol } from '../instrument/transform/index.ts';
import { listenToChannels } from './node/agent/recording/requests.ts';
import { instrumentCommonJs } from './preload/commonjs.ts';
import { ForeignExports } from './preload/foreign.ts';
import { FrameKind, type GapFrame, type StartFrame } from './preload/frames.ts';
import { Output } from './preload/output.ts';
import { Imports } from './preload/imports.ts';
import { instrumentModules, Resolutions, sharedNumbers } from './preload/modules.ts';
import { mainScript, OwnCode, type OwnCodeOptions } from './preload/own-code.ts';

const maxBytesPerSecond = 48 * 1024 * 1024;

export interface PreloadOptions {
  /** Path of the tape. */
  readonly out?: string | undefined;
  /** Globs, separated by commas. */
  readonly scope?: string | undefined;
  readonly compression?: string | undefined;
  /** File in which the writer leaves word of the tape. */
  readonly report?: string | undefined;
}

/**
 * Returns when the program may begin.
 * @throws DS3010 when the tape cannot be written
 */
export async function recordThisProgram(options: PreloadOptions): Promise<void> {
  if (!isMainThread) return;
  const clock = performance.now.bind(performance);
  const nextTick = process.nextTick.bind(process);
  const later = setImmediate;
  const start = clock();
  const scope = (options.scope ?? '').split(',').filter((each) => each !== '');
  const main = mainScript(process.cwd(), process.argv[1]);
  const { output, answer } = await Output.open(startFrame(options, scope, main));
  if ('error' in answer)
    throw answer.code ? fail(answer.code, answer.details) : fail('DS4031', { problem: answer.error });

  const sendJson = (kind: (typeof FrameKind)[keyof typeof FrameKind], value: unknown): void =>
    output.send(kind, Buffer.from(JSON.stringify(value)));
  const gap = (reason: string, place: string, detail: string): void =>
    sendJson(FrameKind.gap, { reason, place, detail } satisfies GapFrame);
  let isPending = false;
  let catchUp = (): void => undefined;
  const foreign: ForeignExports = new ForeignExports((value) => recorder.markForeign(value), cacheOf());
  const flushLater = (): void => {
    if (isPending) return;
    isPending = true;
    Reflect.apply(later, undefined, [
      () => {
        isPending = false;
        recorder.flush();
      },
    ]);
  };
  const sources: string[] = [];
  const recorder = createRecorder({
    sources,
    now: () => Math.round((clock() - start) * 1000),
    send: (chunk) => output.send(FrameKind.chunk, chunk),
    defer: (callback) => nextTick(callback),
    redact: [],
    maxBytesPerSecond,
    program: {
      variables(module, accessors) {
        catchUp();
        recorder.addState(own.indexOf(module), () =>
          accessors.flatMap(([name, get]) => {
            try {
              return [[name, get()] as const];
            } catch {
              // Not initialised yet: no state.
              return [];
            }
          }),
        );
      },
      unbegun(fn) {
        const number = own.declaredBy(fn);
        if (number > 0) setExtra(fn, number);
        return number > 0;
      },
      began(module, [, require]) {
        catchUp();
        own.began(module);
        if (own.byNumber(module)?.format === 'commonjs') foreign.addLoader(require);
      },
      ended: () => undefined,
      answered: (parts, value) => foreign.answered(parts, value),
      linked: (module, link) => imports.linked(module, link),
      importing: (module, specifier, promise) => imports.importing(module, specifier, promise),
      wrote: flushLater,
    },
  });
  const numbers = sharedNumbers();
  const ownOptions: OwnCodeOptions = {
    cwd: process.cwd(),
    mainScript: main,
    scope,
    gap,
    loaded(module) {
      sources.push(module.module.source);
      sendJson(FrameKind.module, module);
    },
    ...(numbers ? { numbers } : {}),
  };
  const own: OwnCode = new OwnCode(ownOptions);
  const resolutions = new Resolutions();
  const name = (namespace: object, as: string): void => recorder.nameNamespace(namespace, as);
  const imports = new Imports({ own, resolutions, foreign, cache: cacheOf(), gap, name });
  foreign.onNamespace = (loader, specifier, namespace) => imports.required(loader, specifier, namespace);
  output.onLost = () => recorder.stop();
  Object.defineProperty(globalThis, Symbol.for(programSymbol), { value: recorder.helpers, configurable: true });
  for (const name of Module.builtinModules) if (isLoadedBuiltin(name)) foreign.add(process.getBuiltinModule(name));
  recorder.markForeign(process.env);
  listenToChannels(recorder, (name) => process.getBuiltinModule(name));
  instrumentCommonJs(own);
  catchUp = instrumentModules(own, resolutions, ownOptions);
  process.on('worker', (worker) => {
    // The loader's own is no thread of the program.
    if (worker.constructor.name !== 'InternalWorker') gap('worker', '', 'worker threads are not recorded');
  });
  process.on('exit', () => {
    recorder.snapshot(true);
    recorder.flush();
    output.send(FrameKind.end, new Uint8Array(0));
  });
  recorder.start();
}

const cacheOf = (): Record<string, unknown> =>
  (Module as unknown as { readonly _cache: Record<string, unknown> })._cache;

/** Looking at a builtin loads it, and the program has a right to a process in which it is not. */
function isLoadedBuiltin(name: string): boolean {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? false;
}

function startFrame({ out, report, compression }: PreloadOptions, scope: readonly string[], main: string): StartFrame {
  const { timeZone, locale } = new Intl.DateTimeFormat().resolvedOptions();
  const codecs = ['lz4', 'zstd', 'none'] as const;
  const codec = codecs.find((each) => each === (compression ?? 'lz4'));
  if (!codec) throw fail('DS6020', { problem: `${compression} is no compression`, hint: `use ${codecs.join(', ')}` });
  return {
    header: {
      createdAt: new Date().toISOString(),
      target: {
        name: basename(main).replace(/\.[cm]?[jt]s$/, '') || 'node',
        pid: process.pid,
        runtime: `node ${process.versions.node}`,
        mainScript: main,
      },
      zone: timeZone,
      locale,
      scope,
      compression: codec,
      clockBase: Date.now(),
      meta: { cwd: process.cwd(), preload: true },
    },
    meta: {
      versions: { ...process.versions },
      platform: process.platform,
      arch: process.arch,
      argv: [...process.argv],
      execArgv: [...process.execArgv],
      cwd: process.cwd(),
      environmentNames: Object.keys(process.env),
      timeZone,
      locale,
    },
    ...(out === undefined ? {} : { out: resolve(out) }),
    ...(report === undefined ? {} : { report }),
  };
}
