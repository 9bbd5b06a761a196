// Generated programs, one after another by number: each is checked, and one that fails is made as small as it goes and
// shown with its number, so that it can be run again alone.
import fc from 'fast-check';
import { checkRecorded, problemOf, recorderMaker } from './check.ts';
import { fixedSource, program } from './generate.ts';
import type { Program } from './generate.ts';
import { play } from './play.ts';
import type { Mode } from './schedule.ts';

export type Check = (program: Program) => Promise<string | undefined>;

/** Recorded and replayed, every call must be exact. */
export async function exactness(mode: Mode): Promise<Check> {
  const makeRecorder = await recorderMaker();
  return async (given) => {
    const { recorded } = await play(given, { mode, makeRecorder: makeRecorder() });
    return problemOf(await checkRecorded(recorded!));
  };
}

/**
 * What the engine says of a value that cannot be called, constructed or gone through names the text of the place, which in
 * a copy is another one: the class and the rest of the error are compared (docs/determinism.md).
 */
const withoutText = (line: string | undefined): string | undefined =>
  line?.replaceAll(
    /message!: "[^"]* is not (?:a function|iterable|a constructor)[^"]*"|message!: "Cannot destructure [^"]*"/g,
    'message!: (of a place)',
  );

/** With and without a recording everything that can be seen from outside must be the same. */
export async function neutrality(): Promise<Check> {
  const makeRecorder = await recorderMaker();
  return async (given) => {
    const plain = await play(given, { mode: 'ordered' });
    const { trace } = await play(given, { mode: 'ordered', makeRecorder: makeRecorder() });
    const at = Math.max(plain.trace.length, trace.length) - 1;
    for (let i = 0; i <= at; i++)
      if (withoutText(plain.trace[i]) !== withoutText(trace[i]))
        return `line ${i}\n  plain    ${plain.trace[i]}\n  recorded ${trace[i]}`;
    return undefined;
  };
}

export interface Found {
  readonly number: number;
  readonly problem: string;
}

const most = 40_000;

/** Checks the program of a number; what it finds is the smallest program that still fails. */
export async function checkProgram(number: number, check: Check): Promise<Found | undefined> {
  const end = performance.now() + most;
  let failed = false;
  let last = '';
  const { counterexample } = await fc.check(
    fc.asyncProperty(program, async (given) => {
      // A failure that is still to be made smaller when the time is over stays as it is.
      if (failed && performance.now() > end) return;
      const problem = await check(given).catch((error: Error) => `it broke: ${error.stack ?? error.message}`);
      if (problem === undefined) return;
      failed = true;
      last = problem;
      throw new Error(problem);
    }),
    { seed: number, numRuns: 1 },
  );
  if (!counterexample) return undefined;
  const [{ source, steps, seed }] = counterexample;
  return {
    number,
    problem: `program ${number}: ${last}\n${source.slice(fixedSource.length)}\ndriven by ${JSON.stringify(steps)}, world ${seed}`,
  };
}

/** Checks the programs from one number to another; gives those that fail. */
export async function checkPrograms(from: number, count: number, check: Check): Promise<readonly string[]> {
  const problems: string[] = [];
  for (let number = from; number < from + count; number++) {
    const found = await checkProgram(number, check);
    if (found) problems.push(found.problem);
  }
  return problems;
}
