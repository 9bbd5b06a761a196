// The terminal. On node:readline, not node:repl: of node:repl we would use the line editor only, which is readline's,
// while its own evaluation, context, commands and error printing would have to be switched off one by one; its editor
// also takes a whole input for one line, which makes multi-line cells in its history unreadable.
import { createEngine, type EngineOptions } from '../magics/compose.ts';
import { paint, styleOf } from '../magics/display/style.ts';
import { runPiped } from './piped.ts';
import { Terminal } from './terminal.ts';

export async function startRepl(options: EngineOptions): Promise<void> {
  const style = () => styleOf(process.stdout);
  await using engine = await createEngine({ ...options, style });
  if (!process.stdin.isTTY) {
    await runPiped(engine, process.stdin);
    return;
  }
  const { state } = engine.services.session;
  if (state.target) {
    const { name, runtime, pid } = state.target;
    process.stdout.write(`attached  ${name} (Node ${runtime}, pid ${pid}, ${engine.services.session.access()})\n`);
  }
  process.stdout.write(
    `${paint(style(), 'dim', 'devsandbox: TypeScript cells and %magics; %help, Tab completes, Ctrl-D leaves')}\n`,
  );
  await new Terminal({ engine, input: process.stdin, output: process.stdout }).run();
}
