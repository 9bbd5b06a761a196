// `echo … | devsandbox repl`: cells from a pipe, each run as soon as it is complete, without prompt or colours. The
// first error ends it with exit code 1, as in a script.
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { styleOf } from '../magics/display/style.ts';
import type { Engine } from '../magics/engine.ts';
import { Show } from './show.ts';

export async function runPiped(engine: Engine, input: Readable): Promise<void> {
  const show = new Show({
    output: process.stdout,
    errors: process.stderr,
    style: () => styleOf(process.stdout),
    redraws: false,
  });
  const onInterrupt = (): void => void engine.interrupt();
  process.on('SIGINT', onInterrupt);
  const run = async (code: string): Promise<boolean> => {
    if (code.trim() === '') return true;
    const result = await engine.execute(code, { listeners: show.listeners });
    show.result(result);
    if (result.status !== 'ok') process.exitCode = 1;
    return result.status === 'ok';
  };
  const lines = createInterface({ input, crlfDelay: Infinity });
  let cell = '';
  try {
    for await (const line of lines) {
      // As in a script, `// %%` begins a new cell.
      if (/^\/\/ ?%%(?:\s.*)?$/.test(line)) {
        if (!(await run(cell))) return;
        cell = '';
        continue;
      }
      if (cell === '' && line.trim() === '') continue;
      cell = cell === '' ? line : `${cell}\n${line}`;
      const isBody = /^\s*%%/.test(cell);
      // A cell magic takes what follows up to a blank line; everything else is run once it can be.
      if (isBody ? line.trim() !== '' : (await engine.isComplete(cell)).status === 'incomplete') continue;
      if (!(await run(cell))) return;
      cell = '';
    }
    await run(cell);
  } finally {
    lines.close();
    process.off('SIGINT', onInterrupt);
  }
}
