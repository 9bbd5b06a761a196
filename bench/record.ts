// What recording costs a shop at full load: requests a second never attached, attached, recording, and after detach.
// Customers, shop and recorder are processes of their own. Two shops run side by side and only one has customers at a
// time: one is never attached, the other goes through all states in every round, so that each ratio is of neighbours in
// time. Stops are seen from inside the shop (examples/witness.mjs). On a machine with few cores all of them share these.
//
//   node bench/record.ts [rounds] [seconds of each measurement]
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadReport } from '../examples/load.ts';
import { type RunningShop, startShop } from '../examples/start.ts';
import { attach } from '../src/core/targets/index.ts';
import { startRecording } from '../src/features/timetravel/index.ts';
import { longestStop, ratio, spread, wait, witnessOptions } from './support/measures.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 3);
const load = fileURLToPath(new URL('../examples/load.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'devsandbox-bench-'));
const states = ['never attached', 'before', 'attached', 'recording', 'after detach'] as const;
type State = (typeof states)[number];
const perSecond: Record<State, number[]> = {
  'never attached': [],
  before: [],
  attached: [],
  recording: [],
  'after detach': [],
};
const p99: Record<State, number[]> = {
  'never attached': [],
  before: [],
  attached: [],
  recording: [],
  'after detach': [],
};
const stops: Record<State, number[]> = {
  'never attached': [],
  before: [],
  attached: [],
  recording: [],
  'after detach': [],
};
const tapes: { calls: number; bytes: number; dropped: number; gaps: number; prepared: number; requests: number }[] = [];
const switches = { on: [] as number[], off: [] as number[] };

async function drive(url: string): Promise<LoadReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    load,
    url,
    '--concurrency',
    '16',
    '--seconds',
    String(seconds),
  ]);
  return JSON.parse(stdout) as LoadReport;
}

async function measure(state: State, shop: RunningShop): Promise<LoadReport> {
  await longestStop(shop);
  const report = await drive(shop.url);
  if (report.broken > 0) throw new Error(`${report.broken} requests had no answer while ${state}`);
  perSecond[state].push(report.perSecond);
  p99[state].push(report.latency.p99);
  stops[state].push(await longestStop(shop));
  return report;
}

try {
  await using plain = await startShop({ nodeOptions: witnessOptions });
  await using shop = await startShop({ nodeOptions: witnessOptions });
  for (const each of [plain, shop]) await drive(each.url); // compiled code and caches
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) await measure('never attached', plain);
    await measure('before', shop);
    await using target = await attach(String(shop.pid));
    await measure('attached', shop);
    // Capturing closures needs calls, as in an app that is in use.
    const traffic = drive(shop.url);
    await longestStop(shop);
    const recording = await startRecording(target, { directory: folder });
    switches.on.push(await longestStop(shop));
    await traffic;
    const report = await measure('recording', shop);
    const tape = await recording.stop();
    switches.off.push(await longestStop(shop));
    tapes.push({ ...tape, prepared: recording.prepared, requests: report.requests });
    rmSync(tape.path, { force: true });
    await target.detach();
    await wait(100);
    await measure('after detach', shop);
    if (round % 2 === 1) await measure('never attached', plain);
  }
  console.log(
    `median (10 % to 90 %) of ${rounds} rounds of ${seconds} s, 16 customers as fast as they are answered, Node.js ${process.versions.node}, ${availableParallelism()} cores`,
  );
  for (const state of states) {
    const beside =
      state === 'never attached'
        ? ''
        : `   ratio to never attached ${ratio(perSecond[state], perSecond['never attached'])}`;
    console.log(
      `${state.padEnd(15)} ${spread(perSecond[state], 'requests/s', 0)}   p99 ${spread(p99[state], 'ms')}   longest stop ${spread(stops[state], 'ms')}${beside}`,
    );
  }
  const of = (name: 'calls' | 'bytes' | 'dropped' | 'gaps' | 'prepared'): number[] => tapes.map((tape) => tape[name]);
  console.log(
    `recording against before ${ratio(perSecond.recording, perSecond.before)}, after against before ${ratio(perSecond['after detach'], perSecond.before)}`,
  );
  console.log(
    `longest stop while it was switched on ${spread(switches.on, 'ms')}, switched off ${spread(switches.off, 'ms')}; on after ${spread(of('prepared'), 'ms', 0)}`,
  );
  console.log(
    `tapes: ${spread(of('calls'), 'calls', 0)}, ${spread(
      of('bytes').map((size) => size / 1_024),
      'KiB',
      0,
    )}, ${spread(of('dropped'), 'events dropped', 0)}, ${spread(of('gaps'), 'gaps', 0)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
