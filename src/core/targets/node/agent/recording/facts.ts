// Runs in the target: what a tape says of the process that it was taken from.

/** @param since milliseconds since the recording began */
export function facts(since: number) {
  const { timeZone, locale } = new Intl.DateTimeFormat().resolvedOptions();
  return {
    versions: { ...process.versions },
    platform: process.platform,
    arch: process.arch,
    argv: [...process.argv],
    execArgv: [...process.execArgv],
    cwd: process.cwd(),
    environmentNames: Object.keys(process.env),
    timeZone,
    locale,
    startedAt: Date.now() - since,
  };
}
