// Tab: the engine's completions in the form that readline wants. The cell's earlier lines count, and an answer that
// takes too long is none, so that Tab never holds the terminal.
import type { Engine } from '../magics/engine.ts';

const longest = 2000;
type Answer = [string[], string];

export const completer =
  (engine: Engine, before: () => string) =>
  (line: string, done: (error: Error | null, answer: Answer) => void): void => {
    const earlier = before();
    const code = earlier === '' ? line : `${earlier}\n${line}`;
    let answered = false;
    const answer = (result: Answer): void => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      done(null, result);
    };
    const timer = setTimeout(() => answer([[], line]), longest);
    engine.complete(code, code.length).then(
      ({ start, items }) => answer([[...new Set(items.map((item) => item.text))], code.slice(start)]),
      () => answer([[], line]),
    );
  };
