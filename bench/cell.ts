// Round trip of a cell: from `1+1` handed over to its value, in devsandbox (TypeScript compiled, run in an isolate of the
// sandbox host, displayed) and in node:repl of a process of its own. Interleaved, each cell of its own text.
//
//   node bench/cell.ts [cells]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createEngine } from '../src/magics/compose.ts';
import { ratio, spread } from './support/measures.ts';

const cells = Number(process.argv[2] ?? 300);
const warmUp = 50;

const repl = spawn(process.execPath, ['--interactive'], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, NODE_REPL_HISTORY: '', NO_COLOR: '1' },
});
let printed = '';
let waiting: (() => void) | undefined;
repl.stdout.setEncoding('utf8').on('data', (text: string) => {
  printed += text;
  waiting?.();
});

async function untilPrinted(wanted: string): Promise<void> {
  while (!printed.includes(wanted)) await new Promise<void>((resolve) => (waiting = resolve));
  printed = '';
}

async function inRepl(code: string, value: string): Promise<number> {
  const start = performance.now();
  repl.stdin.write(`${code}\n`);
  await untilPrinted(`${value}\n> `);
  return performance.now() - start;
}

const engine = await createEngine();
const listeners = { output: () => undefined, display: () => undefined };

async function inCell(code: string, value: string): Promise<number> {
  const start = performance.now();
  const { status, data } = await engine.execute(code, { listeners });
  const took = performance.now() - start;
  if (status !== 'ok' || data?.['text/plain'] !== value)
    throw new Error(`${code} gave ${status} ${String(data?.['text/plain'])}`);
  return took;
}

try {
  await untilPrinted('> ');
  const kinds: Readonly<Record<string, (nth: number) => readonly [code: string, value: string]>> = {
    'a sum': (nth: number) => [`${nth} + 1`, String(nth + 1)],
    'an await': (nth: number) => [`await Promise.resolve(${nth})`, String(nth)],
    'a value kept': (nth: number) => [`var kept = ${nth}; kept * 2`, String(nth * 2)],
  };
  console.log(
    `median (10 % to 90 %) of ${cells} cells, interleaved, Node.js ${process.versions.node}; ratio to node:repl`,
  );
  for (const [name, make] of Object.entries(kinds)) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let nth = 0; nth < cells + warmUp; nth++) {
      const [code, value] = make(nth);
      const times =
        nth % 2 === 0
          ? [await inCell(code, value), await inRepl(code, value)]
          : [await inRepl(code, value), await inCell(code, value)].toReversed();
      if (nth < warmUp) continue;
      ours.push(times[0]!);
      theirs.push(times[1]!);
    }
    console.log(
      `${name.padEnd(14)} devsandbox ${spread(ours, 'ms', 2)}   node:repl ${spread(theirs, 'ms', 2)}   ratio ${ratio(ours, theirs)}`,
    );
  }
} finally {
  await engine[Symbol.asyncDispose]();
  repl.stdin.end();
  if (repl.exitCode === null) await once(repl, 'exit');
}
