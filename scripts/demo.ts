// `npm run demo`: the main job on a real process in about half a minute: a running shop fails now and then; attach
// without a restart, record, find the first failed call, replay it, try a change, compare a fix with the present code
// on the recorded inputs, put it into the running process, take it back, leave nothing behind. Every number printed is
// measured in this run. Everything is done through the library, as a program of yours would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTraffic, type Traffic } from '../examples/load.ts';
import { startShop } from '../examples/start.ts';
import { attach, isDevsandboxError } from '../src/api/index.ts';
import type { ComparisonReport } from '../src/features/experiments/types.ts';
import type { EditReport, UndoReport } from '../src/features/livestate/types.ts';
import type { CallReport, CheckReport, TapeReport, WithReport } from '../src/features/timetravel/types.ts';
import { bad, block, fact, good, heading, serverErrors, traffic } from './demo/print.ts';
import { leftovers, look, witnessOptions } from './demo/witness.ts';

const place = 'src/cart.ts#total';
const fixed = `function total(lines, items) {
  const gone = lines.find((line, index) => items[index] === undefined);
  if (gone) throw notFound(\`product \${gone.sku}\`);
  return lines.reduce((sum, line, index) => sum + items[index]!.price * line.quantity, 0);
}`;

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Lets customers go on for a while and tells how they fared. */
async function observe(customers: Traffic, milliseconds: number) {
  customers.lap();
  await wait(milliseconds);
  return customers.lap();
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'devsandbox-demo-'));
  const failures: string[] = [];
  const expectThat = (holds: boolean, what: string): void => void (holds || failures.push(what));
  try {
    heading('A shop with real traffic');
    await using shop = await startShop({ nodeOptions: witnessOptions });
    await using customers = startTraffic(shop.url, { concurrency: 24, rate: 500 });
    fact('shop', `${shop.url}, pid ${shop.pid}, Node ${process.versions.node}`);
    await wait(1_000);
    const untouched = await look(shop);
    const before = await observe(customers, 3_000);
    fact('before', traffic(before));

    heading('Attach to it, without a restart');
    const beginning = performance.now();
    await using session = await attach(shop.pid, { directory: folder });
    const own = (await session.app.list()).filter((module) => module.own);
    fact(
      'attached',
      `in ${Math.round(performance.now() - beginning)} ms, ${own.length} own modules, ${(await session.status()).access}`,
    );

    heading('Record');
    const on = (await session.record.start!()) as { functions: number; prepared: number; gaps: number };
    fact('recording', `${on.functions} functions, on after ${Math.round(on.prepared)} ms`);
    const during = await observe(customers, 3_000);
    const tape = (await session.record.stop!()) as TapeReport;
    const recordedSight = await look(shop);
    fact('while on', traffic(during));
    fact(
      'tape',
      `${tape.calls} calls, ${tape.failed} failed, ${Math.round(tape.bytes / 1_024)} KiB, ${tape.gaps} gaps`,
    );
    fact('longest stop', `${recordedSight.longestStopMs.toFixed(1)} ms, seen from inside the shop`);
    expectThat(tape.failed > 0, 'no failed call was recorded');

    heading('The first call that failed, re-executed in an isolate from the tape alone');
    const first = (await session.replay.first!('failed')) as CallReport;
    fact('call', `#${first.call.call} ${first.call.name}  ${bad(first.call.error ?? `HTTP ${first.call.status}`)}`);
    fact('replay', `${first.outcome}, ${first.asks} asks answered from the tape, ${Math.round(first.ms)} ms`);
    if (first.error)
      block(first.error.codeFrame || `${first.error.name}: ${first.error.message}\n  at ${first.error.place}`);
    for (const local of first.locals.slice(0, 6)) fact(local.name, local.preview);
    const check = (await session.replay.check!()) as CheckReport;
    fact(
      'whole tape',
      `${check.exact} of ${check.calls} calls exact, ${check.diverged} diverged, ${check.gapped} gapped, ${Math.round(check.ms)} ms`,
    );

    heading('The same tape with a change: sold-out products stay listed');
    const changed = (await session.replay.with!({ 'src/stock.ts': { keepSoldOut: true } })) as WithReport;
    fact('original', `${changed.original.failed} failed`);
    fact('modified', `${changed.modified.failed} failed`);
    if (changed.divergence)
      fact('they part', `${changed.divergence.position} ${changed.divergence.place}: ${changed.divergence.what}`);
    fact('results', `${changed.changedResults} calls end otherwise`);

    heading(`A fix of ${place}, compared with the present code on the recorded inputs`);
    block(fixed);
    await session.variant('fixed', fixed, { of: place });
    const report = (await session.variant.compare!('fixed', 'current', { rounds: 3 })) as ComparisonReport;
    fact(
      'failed',
      `${report.a.name} ${report.a.failed}, ${report.b.name} ${report.b.failed} of ${report.pairs} calls; same result in ${report.others.same} of ${report.others.calls} others`,
    );
    fact(
      'no result',
      `${report.a.unanswered + report.a.unfinished} and ${report.b.unanswered + report.b.unfinished} calls; ${report.a.borrowed} of ${report.a.name} used an answer of another call`,
    );
    expectThat(report.b.failed === tape.failed, `the present code failed ${report.b.failed} times in the comparison`);
    expectThat(report.b.unanswered + report.b.unfinished === 0, 'calls of the present code have no result');
    fact(
      'time',
      report.ratio
        ? `${report.ratio.median.toFixed(2)}x [${report.ratio.low.toFixed(2)}, ${report.ratio.high.toFixed(2)}]`
        : 'too few runs',
    );
    fact('choose', `${report.recommendation.choose ?? 'neither'}: ${report.recommendation.reason}`);

    heading('The fix in the running process');
    await session.allow('edit', { for: '1m' });
    const edit = (await session.edit.code!(place, fixed)) as EditReport;
    block(edit.diff);
    fact(
      'edit',
      `${edit.state}, ${edit.references.length} references, pause ${Math.round(edit.pause)} ms, backup on disk`,
    );
    await wait(300);
    const repaired = await observe(customers, 3_000);
    fact('traffic', traffic(repaired));
    expectThat(serverErrors(repaired) === 0, 'calls still failed after the edit');

    heading('Undo it and leave');
    const undo = (await session.edit.undo!()) as UndoReport;
    fact('undo', `${undo.verified ? good('read back and as before') : bad('not verified')}`);
    const broken = await observe(customers, 2_000);
    fact('traffic', `${traffic(broken)}: the bug is back, as it was`);
    await session.detach();
    await wait(200);
    await look(shop);
    const after = await observe(customers, 3_000);
    const left = leftovers(untouched, await look(shop));
    expectThat(left.length === 0, `left behind: ${left.join(', ')}`);
    fact(
      'left behind',
      left.length === 0
        ? good('nothing: no globals, listeners or replaced functions, inspector closed')
        : bad(left.join(', ')),
    );
    await customers.stop();

    heading('Throughput');
    fact('before', traffic(before));
    fact('recording', traffic(during));
    fact('after', traffic(after));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log();
  for (const failure of failures) console.log(bad(`not as promised: ${failure}`));
  if (failures.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(
    `\n${isDevsandboxError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  process.exitCode = 1;
}
