// An Engine whose cells do what their text says, so that the kernel's tests need no isolate:
// `print TEXT`, `show TEXT`, `update TEXT`, `value TEXT`, `throw TEXT`, `forever`, `late` (a function to print later).
import { ms } from '../../src/core/common/units.ts';
import type { RunListeners } from '../../src/core/sandbox/ports.ts';
import type { Engine, ExecuteOptions, ExecuteResult } from '../../src/magics/engine.ts';

export class FakeEngine implements Engine {
  readonly services = {} as Engine['services'];
  readonly ran: string[] = [];
  late: RunListeners[] = [];
  disposed = false;
  #cell = 0;
  #interrupt: (() => void) | undefined;

  async execute(code: string, { listeners, silent }: ExecuteOptions): Promise<ExecuteResult> {
    this.ran.push(code);
    if (silent !== true) this.#cell++;
    let result: ExecuteResult = { status: 'ok', cell: this.#cell, duration: ms(1) };
    for (const line of code.split('\n')) {
      const [word, rest = ''] = line.trimStart().split(/ (.*)/s) as [string, string?];
      if (word === 'print') listeners.output({ stream: 'stdout', text: `${rest}\n` });
      else if (word === 'warn') listeners.output({ stream: 'stderr', text: `${rest}\n` });
      else if (word === 'show') listeners.display({ data: { 'text/plain': rest }, displayId: 'd1' });
      else if (word === 'update') listeners.display({ data: { 'text/plain': rest }, displayId: 'd1', update: true });
      else if (word === 'value') result = { ...result, data: { 'text/plain': rest } };
      else if (word === 'late') this.late.push(listeners);
      else if (word === 'crash') throw new Error('the engine broke');
      else if (word === 'throw') {
        const error = {
          name: 'TypeError',
          message: rest,
          frames: [{ file: `cell ${this.#cell}`, line: 1, column: 7, name: 'total' }],
          codeFrame: '> 1 | throw',
        };
        return { status: 'error', cell: this.#cell, error, duration: ms(1) };
      } else if (word === 'forever') {
        await new Promise<void>((resolve) => {
          this.#interrupt = resolve;
        });
        return { status: 'interrupted', cell: this.#cell, duration: ms(1) };
      }
    }
    return result;
  }

  interrupt(): Promise<void> {
    this.#interrupt?.();
    return Promise.resolve();
  }

  complete(code: string, cursor: number): ReturnType<Engine['complete']> {
    if (code === 'hang') return new Promise(() => undefined);
    return Promise.resolve({
      start: Math.max(0, cursor - 2),
      end: cursor,
      items: [
        { text: 'map', kind: 'function', detail: '(f) => T[]' },
        { text: 'max', kind: 'property' },
      ],
    });
  }

  inspect(code: string): ReturnType<Engine['inspect']> {
    return Promise.resolve({ found: code !== '', data: code === '' ? {} : { 'text/plain': `about ${code}` } });
  }

  isComplete(code: string): ReturnType<Engine['isComplete']> {
    return Promise.resolve(
      code.endsWith('{') ? { status: 'incomplete', indent: '  ' } : { status: 'complete', indent: '' },
    );
  }

  status(): ReturnType<Engine['status']> {
    return { target: undefined, access: 'read-only', recording: false };
  }

  invoke(): Promise<unknown> {
    return Promise.resolve(undefined);
  }

  reset(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }
}
