// One pass over a tape in an isolate of this process.
import ivm from 'isolated-vm';
import { bundleInjected } from '../common/bundle.ts';
import { messageOf } from '../common/errors.ts';
import type { Manifest } from '../instrument/manifest.ts';
import type { Tape } from '../tape/tape.ts';
import type { RawReport, RawState } from './summary.ts';
import type { ReplayRequest } from './types.ts';

const stepLimit = 20_000;
const memory = 1024;

export interface Execution {
  readonly report: RawReport;
  readonly state: RawState;
  /** What a counterfactual of the same tape needs to know of this one. */
  readonly trace: Float64Array;
  readonly answers: readonly number[];
  readonly complete: boolean;
}

export interface ExecutionInput {
  readonly tape: Tape;
  /** Of the code that runs: the recorded one, or one with a replacement. */
  readonly manifest: Manifest;
  readonly request: ReplayRequest;
  /** The checked replay of the same tape: given for a counterfactual, and only for one. */
  readonly checked: Execution | undefined;
  readonly isStopped: () => boolean;
  readonly progress: (steps: number) => void;
}

type Inside = ivm.Reference<(...args: unknown[]) => unknown>;

export async function execute({
  tape,
  manifest,
  request,
  checked,
  isStopped,
  progress,
}: ExecutionInput): Promise<Execution> {
  const isolate = new ivm.Isolate({ memoryLimit: memory });
  const context = isolate.createContextSync();
  const { code } = await bundleInjected(new URL('./inside/index.ts', import.meta.url), { name: 'replay' });
  const inside = context.evalClosureSync(`return { ...(${code.replace(/;\s*$/, '')}) };`, [], {
    result: { reference: true },
    filename: 'devsandbox:replay',
  }) as ivm.Reference<Record<string, () => unknown>>;
  const fn = (name: string): Inside => inside.getSync(name, { reference: true }) as unknown as Inside;
  const [step, goOn, feed] = [fn('step'), fn('goOn'), fn('feed')];
  const input = JSON.stringify({
    manifest: { ...manifest, modules: manifest.modules.map((module) => ({ ...module, source: '', sites: [] })) },
    // Asked of heirs only: objects of own classes that extend foreign ones.
    sources: manifest.instances.some(({ code: unit }) => /\$\.(?:base|ext)\(/.test(unit))
      ? manifest.modules.map(({ source }) => source)
      : [],
    changes: request.changes ?? {},
    changesAt: request.changesAt ?? 0,
    until: request.until ?? 0,
    watch: request.watch ?? 0,
    stopBefore: request.stopBefore ?? Number.MAX_SAFE_INTEGER,
    counterfactual: checked !== undefined,
    endsEarly: tape.cut !== undefined || tape.gaps().some(({ reason }) => reason === 'dropped'),
    redact: [],
    timed: functionNumber(manifest, request.timed),
    ownAnswers: checked?.answers ?? [],
  });
  fn('open').applySync(undefined, [
    input,
    new ivm.Callback(() => performance.now()),
    ...(checked ? [new ivm.ExternalCopy(checked.trace.slice().buffer).copyInto({ transferIn: true })] : []),
  ]);
  for (const chunk of tape.chunks()) {
    const bytes = new Uint8Array(chunk.bytes);
    feed.applySync(undefined, [new ivm.ExternalCopy(bytes.buffer).copyInto({ transferIn: true })]);
  }
  fn('prepare').applySync(undefined, [], { timeout: stepLimit });
  let complete = true;
  let steps = 0;
  let rejected = false;
  let reported = performance.now();
  for (;;) {
    try {
      step.applySync(undefined, [rejected], { timeout: stepLimit });
      rejected = false;
    } catch (error) {
      rejected = true;
      // A rejection that nobody handled: the entry itself was run.
      if (isolate.isDisposed) throw error;
      if (/timed out/.test(messageOf(error))) {
        complete = false;
        break;
      }
    }
    steps += 1;
    if (goOn.applySync() !== true) break;
    if (performance.now() - reported > 200) {
      reported = performance.now();
      progress(steps);
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (isStopped()) {
        complete = false;
        break;
      }
    }
  }
  const text = (name: string): unknown =>
    JSON.parse(fn(name).applySync(undefined, [], { timeout: stepLimit }) as string) as unknown;
  const execution: Execution = {
    report: text('report') as RawReport,
    state: text('state') as RawState,
    trace: fn('trace').applySync(undefined, [], { result: { copy: true } }) as Float64Array,
    answers: text('answers') as number[],
    complete,
  };
  isolate.dispose();
  return execution;
}

/** Number of a function by its name in its module; 0 when the tape has none. */
function functionNumber(manifest: Manifest, timed: ReplayRequest['timed']): number {
  const module = manifest.modules.find(({ id }) => id === timed?.module);
  const at = module?.functions.findIndex(({ name, kind }) => name === timed?.fn && kind !== 'class') ?? -1;
  return module && at >= 0 ? module.functionBase + at : 0;
}
