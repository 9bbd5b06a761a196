// A replay host: a process of its own for one job, so that a lost isolate never hurts the session. Started by index.ts
// with the request as first message; answers with progress and one result.
import ivm from 'isolated-vm';
import { bundleInjected } from '../common/bundle.ts';
import { isDevsandboxError, messageOf } from '../common/errors.ts';
import { makeChunkDecoder } from '../tape/decode-events.ts';
import { openTape } from '../tape/tape.ts';
import type { Manifest } from '../instrument/manifest.ts';
import { replacedManifest, watchedManifest } from './replaced.ts';
import { summarise } from './summary.ts';
import type { RawReport, RawState } from './summary.ts';
import type { ReplayRequest, ReplayResult } from './types.ts';

const stepLimit = 20_000;
const memory = 1024;

async function run(request: ReplayRequest): Promise<ReplayResult> {
  const began = performance.now();
  const first = openTape(request.tape, { decoder: () => ({ decode: () => [] }), upToDamage: true });
  const recorded = first.manifest as unknown as Manifest;
  first.close();
  const tape = openTape(request.tape, { decoder: makeChunkDecoder(recorded), upToDamage: true });
  const manifest = request.replaced
    ? replacedManifest(recorded, request.replaced)
    : request.watch
      ? watchedManifest(recorded)
      : recorded;
  const counterfactual = request.changes !== undefined || request.replaced !== undefined;
  const isolate = new ivm.Isolate({ memoryLimit: memory });
  const context = isolate.createContextSync();
  const { code } = await bundleInjected(new URL('./inside/index.ts', import.meta.url), { name: 'replay' });
  const inside = context.evalClosureSync(`return { ...(${code.replace(/;\s*$/, '')}) };`, [], {
    result: { reference: true },
    filename: 'devsandbox:replay',
  }) as ivm.Reference<Record<string, () => unknown>>;
  const fn = (name: string): ivm.Reference<(...args: unknown[]) => unknown> =>
    inside.getSync(name, { reference: true }) as unknown as ivm.Reference<(...args: unknown[]) => unknown>;
  const [open, feed, prepare, step, goOn] = ['open', 'feed', 'prepare', 'step', 'goOn'].map(fn) as [
    ivm.Reference<(...args: unknown[]) => unknown>,
    ivm.Reference<(...args: unknown[]) => unknown>,
    ivm.Reference<(...args: unknown[]) => unknown>,
    ivm.Reference<(...args: unknown[]) => unknown>,
    ivm.Reference<(...args: unknown[]) => unknown>,
  ];
  const strip = (value: Manifest): Manifest => ({
    ...value,
    modules: value.modules.map((module) => ({ ...module, source: '', sites: [] })),
  });
  open.applySync(undefined, [
    JSON.stringify({
      manifest: strip(manifest),
      changes: request.changes ?? {},
      changesAt: request.changesAt ?? 0,
      until: request.until ?? 0,
      watch: request.watch ?? 0,
      stopBefore: request.stopBefore ?? Number.MAX_SAFE_INTEGER,
      counterfactual,
      redact: [],
      timed: functionNumber(recorded, request.timed),
    }),
    new ivm.Callback(() => performance.now()),
  ]);
  for (const chunk of tape.chunks()) {
    const bytes = new Uint8Array(chunk.bytes);
    feed.applySync(undefined, [new ivm.ExternalCopy(bytes.buffer).copyInto({ transferIn: true })]);
  }
  prepare.applySync(undefined, [], { timeout: stepLimit });
  let complete = true;
  let steps = 0;
  let reported = performance.now();
  let crash: string | undefined;
  for (;;) {
    try {
      step.applySync(undefined, [], { timeout: stepLimit });
    } catch (error) {
      // A rejection that nobody handled: the entry itself was run.
      if (isolate.isDisposed) throw error;
      if (/timed out/.test(messageOf(error))) {
        crash = 'an entry ran longer than 20 s';
        complete = false;
        break;
      }
      crash = messageOf(error);
    }
    steps += 1;
    if (goOn.applySync() !== true) break;
    if (performance.now() - reported > 200) {
      reported = performance.now();
      process.send?.({ progress: steps });
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (stopped) {
        complete = false;
        break;
      }
    }
  }
  const report = JSON.parse(fn('report').applySync(undefined, [], { timeout: stepLimit }) as string) as RawReport;
  const state = JSON.parse(fn('state').applySync(undefined, [], { timeout: stepLimit }) as string) as RawState;
  return summarise({
    request,
    manifest,
    tape,
    report,
    state,
    counterfactual,
    complete,
    crash,
    ms: performance.now() - began,
  });
}

/** Number of a function by its name in its module; 0 when the tape has none. */
function functionNumber(manifest: Manifest, timed: ReplayRequest['timed']): number {
  const module = manifest.modules.find(({ id }) => id === timed?.module);
  const at = module?.functions.findIndex(({ name, kind }) => name === timed?.fn && kind !== 'class') ?? -1;
  return module && at >= 0 ? module.functionBase + at : 0;
}

let stopped = false;
process.on('message', (message: { readonly request?: ReplayRequest; readonly stop?: true }) => {
  if (message.stop) stopped = true;
  if (!message.request) return;
  run(message.request).then(
    (result) => process.send?.({ result }, () => process.exit(0)),
    (error: unknown) =>
      process.send?.(
        {
          failure: isDevsandboxError(error)
            ? { code: error.code, details: error.details }
            : { message: messageOf(error) },
        },
        () => process.exit(1),
      ),
  );
});
process.on('disconnect', () => process.exit(0));
