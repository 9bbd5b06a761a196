// Records a running process without a restart: finds its own functions, makes instrumented copies beside them, and puts
// those where foreign code holds a reference. The front drives, the target does; everything it does is taken back when
// the recording stops, when we detach and when we die.
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../../../common/errors.ts';
import { bytes, ms, type Milliseconds } from '../../../common/units.ts';
import type { Manifest } from '../../../instrument/manifest.ts';
import { defaultExport } from '../../../instrument/transform/index.ts';
import type { RecordingManifest, RecordingOptions, RecordingStatus, TargetRecording } from '../../target.ts';
import type { InsideStatus, SwitchReport } from '../agent/recording/index.ts';
import type { Modules } from '../modules.ts';
import type { NodeSession } from '../session.ts';
import { walk } from './find.ts';
import { Inside } from './inside.ts';
import { install } from './install.ts';
import { ownCode, type Gap } from './own-modules.ts';

/** As agent/recording/index.ts sends them. */
const frames = { chunk: 2, end: 3 } as const;
const maxBytesPerSecond = 48 * 1024 * 1024;
const lastChunkWithin = 10_000;
const cancelWithin = 2000;

/** What recording needs of a target. */
export interface Recordable {
  readonly session: NodeSession;
  readonly modulesOf: Modules;
}

const recorded = new WeakSet<NodeSession>();

export async function recordNode(
  { session, modulesOf }: Recordable,
  options: RecordingOptions,
): Promise<TargetRecording> {
  if (recorded.has(session)) throw fail('DS4012', { target: session.info.name });
  recorded.add(session);
  const gaps: Gap[] = [];
  let inside: Inside | undefined;
  const listening: Disposable[] = [];
  const isDebuggerOn = session.hasScripts;
  try {
    const { own, foreign } = await ownCode(session, modulesOf, options.scope, gaps);
    const scripts = await session.scripts();
    inside = await Inside.open(session, {
      modules: own.map(({ module, plan }) => ({
        name: module.loaderName,
        source: plan.input.source,
        ranges: plan.functions.map(({ start, end }) => [start, end] as const),
      })),
      foreignModules: foreign,
      redact: [],
      maxBytesPerSecond,
    });
    let live = await walk(inside, own, scripts);
    // Closures of requests come and go: only those that a second walk finds again are worth a copy.
    if (live.some(({ module, index }) => own[module]!.plan.functions[index]!.isClosure))
      live = await walk(inside, own, scripts);
    if (await inside.call<boolean>('cut'))
      gaps.push({ reason: 'walk-cut', place: '', detail: 'the app holds more objects than were looked at' });
    const installed = await install(inside, own, live);
    gaps.push(...installed.gaps);
    const ended = Promise.withResolvers<void>();
    listening.push(
      session.link.onFrame(frames.chunk, (chunk) => options.onChunk(chunk)),
      session.link.onFrame(frames.end, () => ended.resolve()),
    );
    const [facts, report] = await Promise.all([
      inside.call<Record<string, unknown>>('facts'),
      inside.wait<SwitchReport>('go'),
    ]);
    if (report.inFlight > 0)
      gaps.push({ reason: 'in-flight-at-start', place: '', detail: `${report.inFlight} requests were being answered` });
    if (report.swapped === 0)
      gaps.push({
        reason: 'function-not-found',
        place: '',
        detail: 'nothing but own code was found to hold a function of it, so no call can be seen',
      });
    const manifest: Manifest = {
      modules: own.map(({ module, plan, original }) => ({
        id: module.id,
        url: module.url,
        format: plan.input.format,
        source: plan.input.source,
        ...(plan.input.wrapper ? { wrapper: plan.input.wrapper } : {}),
        ...(original ? { original } : {}),
        functionBase: plan.input.functionBase,
        siteBase: plan.input.siteBase,
        sites: plan.sites,
        functions: plan.functions.map(({ name, line, column, kind }) => ({
          name: name === defaultExport ? 'default' : name,
          line,
          column,
          kind,
        })),
      })),
      instances: installed.instances,
      gaps,
      meta: {
        ...facts,
        target: session.info.name,
        scope: options.scope ?? null,
        waited: report.waited,
        swapped: report.swapped,
      },
    };
    return new NodeRecording({
      inside,
      session,
      manifest,
      functions: installed.functions,
      ended: ended.promise,
      listening,
      debuggerPause: isDebuggerOn ? undefined : (await session.pauses()).debugger,
    });
  } catch (error) {
    for (const each of listening) each[Symbol.dispose]();
    await Promise.race([inside?.wait('cancel').catch(() => undefined), sleep(cancelWithin, undefined, { ref: false })]);
    await inside?.release();
    recorded.delete(session);
    throw error;
  }
}

interface NodeRecordingOptions {
  readonly inside: Inside;
  readonly session: NodeSession;
  readonly manifest: Manifest;
  readonly functions: number;
  readonly ended: Promise<void>;
  readonly listening: readonly Disposable[];
  /** What switching on V8's debugger took, where that was done for this recording. */
  readonly debuggerPause: Milliseconds | undefined;
}

class NodeRecording implements TargetRecording {
  readonly manifest: RecordingManifest;
  readonly #options: NodeRecordingOptions;
  #stopped: Promise<RecordingStatus> | undefined;

  constructor(options: NodeRecordingOptions) {
    this.#options = options;
    this.manifest = { ...options.manifest };
  }

  async status(): Promise<RecordingStatus> {
    if (this.#stopped) return this.#stopped;
    const { calls, events, bytes: size, dropped, pauses } = await this.#options.inside.call<InsideStatus>('status');
    const { manifest, functions, debuggerPause } = this.#options;
    const all = debuggerPause === undefined ? [] : [debuggerPause];
    return {
      modules: manifest.modules.length,
      functions,
      calls,
      events,
      bytes: bytes(size),
      dropped,
      pauses: {
        count: pauses.count + all.length,
        longest: ms(Math.max(pauses.longest, ...all)),
        total: ms(all.reduce((sum, each) => sum + each, pauses.total)),
        ...(debuggerPause !== undefined && { debugger: debuggerPause }),
      },
    };
  }

  mark(name: string): Promise<void> {
    return this.#options.inside.call('mark', name);
  }

  snapshot(): Promise<void> {
    return this.#options.inside.wait('snapshot');
  }

  stop(): Promise<RecordingStatus> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<RecordingStatus> {
    const { inside, session, ended, listening } = this.#options;
    try {
      await inside.wait('stop');
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, lastChunkWithin)))]);
      clearTimeout(timer);
      const status = new NodeRecording(this.#options);
      return await status.status();
    } finally {
      for (const each of listening) each[Symbol.dispose]();
      await inside.release();
      recorded.delete(session);
    }
  }
}
