// Re-executes the calls of a tape in an isolate of a child process, from the tape alone, and says for each whether it
// was exact.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fail } from '../common/errors.ts';
import type { ErrorCode } from '../common/errors.ts';
import type { ReplayOptions, ReplayRequest, ReplayResult } from './types.ts';

export type { ReplayDivergence, ReplayedCall, ReplayOptions, ReplayRequest, ReplayResult } from './types.ts';

interface HostMessage {
  readonly progress?: number;
  readonly result?: ReplayResult;
  readonly failure?: {
    readonly code?: ErrorCode;
    readonly details?: Record<string, unknown>;
    readonly message?: string;
  };
}

/**
 * Runs a replay in a host process of its own.
 * @returns calls in recorded order; when `signal` aborts, what was done so far, with `complete: false`
 * @throws DS30xx when the tape cannot be read, DS4013 when the host process is lost
 */
export function replay(request: ReplayRequest, options: ReplayOptions = {}): Promise<ReplayResult> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? './host-main.ts' : './host-main.js', import.meta.url),
    );
    const host = fork(path, [], {
      execArgv: ['--no-node-snapshot', '--no-warnings', '--stack-size=4000'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    let said = '';
    let done = false;
    host.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
    const stop = (): void => void (host.connected && host.send({ stop: true }));
    options.signal?.addEventListener('abort', stop, { once: true });
    const end = (settle: () => void): void => {
      if (done) return;
      done = true;
      options.signal?.removeEventListener('abort', stop);
      settle();
    };
    host.on('message', (message: HostMessage) => {
      if (message.progress !== undefined) options.progress?.('replaying', message.progress);
      if (message.result) {
        const { result } = message;
        end(() => resolve(result));
      }
      if (message.failure) {
        const { code, details, message: text } = message.failure;
        end(() => reject(code ? fail(code, details) : fail('DS4013', { problem: text ?? 'it stopped' })));
      }
    });
    host.on('error', (error) => end(() => reject(fail('DS4013', { problem: error.message }))));
    host.on('exit', (code, signal) =>
      end(() =>
        reject(
          fail('DS4013', {
            problem: `it ended with ${signal ?? code}${said ? `: ${said.trim().split('\n').at(-1)}` : ''}`,
          }),
        ),
      ),
    );
    host.send({ request });
  });
}
