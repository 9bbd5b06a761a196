// How long the target stood still for us. A busy machine takes the processor away from everybody, and that is no stop of
// ours: what counts is the time that passed, as far as the process had a processor meanwhile (that of all its threads,
// so never less than we caused).

/** Starts at once; the result gives the milliseconds until it is called. */
export type Stopwatch = () => () => number;

export function makeStopwatch(): Stopwatch {
  const clock = performance.now.bind(performance);
  // That of the thread alone is counted in whole ticks of the kernel.
  const usage = process.cpuUsage.bind(process);
  return () => {
    const before = usage();
    const start = clock();
    return () => {
      const passed = clock() - start;
      const { user, system } = usage(before);
      return Math.min(passed, (user + system) / 1000);
    };
  };
}
