#!/usr/bin/env node
// Entry point. Plain JavaScript, so that a Node.js too old for the rest can still say so in one line.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `DS6001 devsandbox needs Node.js 24 or newer and runs on ${process.versions.node}; install it (https://nodejs.org) or run "npx -p node@24 -p devsandbox devsandbox". Targets may be Node.js 20 to 26.\n`,
  );
  process.exitCode = 1;
} else {
  const { existsSync } = await import('node:fs');
  // In a clone the sources are newer than any build, and Node.js 24 runs them as they are.
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const built = new URL('../dist/cli/main.js', import.meta.url);
  const { main } = await import((existsSync(source) ? source : built).href);
  await main(process.argv.slice(2));
}
