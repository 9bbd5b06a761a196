// A runner with everything that its cells show collected.
import { createCellRunner } from '../../../src/core/cells/index.ts';
import type { CellRunnerOptions, TestableRunner } from '../../../src/core/cells/index.ts';
import { fail } from '../../../src/core/common/errors.ts';
import type { CellResult, DisplayOutput, RunOptions } from '../../../src/core/sandbox/ports.ts';

export interface Ran extends CellResult {
  readonly number: number;
  readonly out: string[];
  readonly displays: DisplayOutput[];
}

export interface Bench extends AsyncDisposable {
  readonly runner: TestableRunner;
  run(code: string, options?: Partial<RunOptions>): Promise<Ran>;
  /** JSON of the value; fails with the cell's error. */
  value(code: string): Promise<unknown>;
  /** Runs, interrupts once `until` has been printed, gives the result. */
  interrupted(code: string, until: string): Promise<Ran>;
}

export async function bench(options: Partial<CellRunnerOptions> = {}): Promise<Bench> {
  const front = {
    request: (method: string): Promise<unknown> => Promise.reject(fail('DS2023', { operation: method })),
  };
  const runner = (await createCellRunner({ front, ...options })) as TestableRunner;
  let number = 0;
  const start = (code: string, extra: Partial<RunOptions>, heard: (text: string) => void): Promise<Ran> => {
    const mine = (number += 1);
    const out: string[] = [];
    const displays: DisplayOutput[] = [];
    const listeners = {
      output: ({ stream, text }: { stream: string; text: string }) => {
        out.push(`${stream}: ${text}`);
        heard(text);
      },
      display: (output: DisplayOutput) => void displays.push(output),
    };
    return runner
      .run(code, { name: `cell ${mine}`, listeners, ...extra })
      .then((result) => ({ ...result, number: mine, out, displays }));
  };
  return {
    runner,
    run: (code, extra = {}) => start(code, extra, () => undefined),
    async value(code) {
      const { error, value } = await start(code, {}, () => undefined);
      if (error) throw new Error(`${error.name}: ${error.message}\n${error.codeFrame}`);
      return value && 'application/json' in value ? value['application/json'] : value?.['text/plain'];
    },
    async interrupted(code, until) {
      let ready = (): void => undefined;
      const printed = new Promise<void>((resolve) => (ready = resolve));
      const running = start(code, {}, (text) => text.includes(until) && ready());
      await printed;
      await runner.interrupt();
      return running;
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

export const until = async (condition: () => boolean): Promise<void> => {
  for (let left = 1000; left > 0 && !condition(); left -= 1) await new Promise((resolve) => setTimeout(resolve, 10));
  if (!condition()) throw new Error('it did not come about');
};
