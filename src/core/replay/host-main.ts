// A replay host: a process of its own for one job, so that a lost isolate never hurts the session. Started by index.ts
// with the request as first message; answers with progress and one result.
import { fail, isDevsandboxError, messageOf } from '../common/errors.ts';
import { makeChunkDecoder } from '../tape/decode-events.ts';
import { openTape } from '../tape/tape.ts';
import type { Manifest } from '../instrument/manifest.ts';
import { execute } from './execute.ts';
import type { Execution } from './execute.ts';
import { replacedManifest, watchedManifest } from './replaced.ts';
import { summarise } from './summary.ts';
import type { ReplayRequest, ReplayResult } from './types.ts';

async function run(request: ReplayRequest): Promise<ReplayResult> {
  const began = performance.now();
  const first = openTape(request.tape, { decoder: () => ({ decode: () => [] }), upToDamage: true });
  const recorded = first.manifest as Manifest | undefined;
  first.close();
  if (!recorded) throw fail('DS3007', { path: request.tape });
  const tape = openTape(request.tape, { decoder: makeChunkDecoder(recorded), upToDamage: true });
  const manifest = request.replaced
    ? replacedManifest(recorded, request.replaced)
    : request.watch
      ? watchedManifest(recorded)
      : recorded;
  const counterfactual = request.changes !== undefined || request.replaced !== undefined;
  const means = {
    tape,
    isStopped: () => stopped,
    progress: (steps: number) => void process.send?.({ progress: steps }),
  };
  // A counterfactual follows what the checked replay learns of the tape; that one goes as far as this one is to go.
  const known = request.checked as Execution | undefined;
  const checked = counterfactual
    ? (known ?? (await execute({ ...means, manifest: recorded, request: pick(request), checked: undefined })))
    : undefined;
  const execution: Execution =
    checked && !checked.complete ? checked : await execute({ ...means, manifest, request, checked });
  const result = summarise({
    request,
    manifest,
    tape,
    ...execution,
    checked: checked?.report,
    counterfactual,
    ms: performance.now() - began,
  });
  const whole = request.until === undefined && request.stopBefore === undefined;
  return checked?.complete && whole ? { ...result, checked } : result;
}

const pick = ({ tape, until, stopBefore }: ReplayRequest): ReplayRequest => ({
  tape,
  ...(until === undefined ? {} : { until }),
  ...(stopBefore === undefined ? {} : { stopBefore }),
});

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
