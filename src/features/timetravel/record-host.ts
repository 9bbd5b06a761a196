// The child process of record-function.ts: attaches to its parent, records it from `start` to `stop`, and leaves.
import { dirname } from 'node:path';
import { isDevsandboxError, messageOf } from '../../core/common/errors.ts';
import { makeChunkDecoder } from '../../core/tape/decode-events.ts';
import { attach } from '../../core/targets/index.ts';
import type { Target } from '../../core/targets/target.ts';
import type { FromHost, ToHost } from './record-function.ts';
import { startRecording } from './recording.ts';
import type { Recording } from './types.ts';

const send = (message: FromHost): void => void process.send?.(message);
let target: Target | undefined;
let recording: Recording | undefined;

async function obey(request: ToHost): Promise<FromHost> {
  if (request.type === 'start') {
    const { selector, out, scope } = request;
    target = await attach(selector);
    recording = await startRecording(
      target,
      { directory: dirname(out), out, ...(scope ? { scope } : {}) },
      makeChunkDecoder,
    );
    return { type: 'on' };
  }
  if (!recording) throw new Error('nothing was started');
  const report = await recording.stop();
  await target?.detach();
  return { type: 'done', report };
}

process.on('message', (request: ToHost) => {
  obey(request).then(send, (error: unknown) =>
    send({
      type: 'failed',
      message: messageOf(error),
      ...(isDevsandboxError(error) ? { code: error.code, details: error.details } : {}),
    }),
  );
});

// The parent is done with us, or gone.
process.once('disconnect', () => {
  void Promise.resolve(target?.detach())
    .catch(() => undefined)
    .finally(() => process.exit());
});
