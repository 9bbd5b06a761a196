// Fifty generated programs in one app, which is attached to and recorded under load, on each version of Node.js.
import path from 'node:path';
import { attach } from '../../src/core/targets/index.ts';
import { replayCheck, startRecording } from '../../src/features/timetravel/index.ts';
import { writeApp } from '../support/programs/app.ts';
import { nodeMajors } from '../support/nodes.ts';
import { startTarget } from '../support/target-process.ts';
import type { LongPart } from './part.ts';

const programs = 50;
const rounds = 3;

export const part: LongPart = {
  name: 'attached-programs',
  title: 'Generated programs in one app, attached to',
  steps: nodeMajors.flatMap((major) => Array.from({ length: rounds }, (_, round) => `${major} ${round + 1}`)),
  async run(step, { seed, directory }) {
    const [major, round] = step.split(' ').map(Number) as [(typeof nodeMajors)[number], number];
    const folder = path.join(directory, 'app');
    await writeApp(folder, seed * 100 + round, programs);
    let tape: string;
    {
      await using app = await startTarget({ major, script: 'main.mjs', cwd: folder });
      await using target = await attach(String(app.pid));
      const recording = await startRecording(target, { directory });
      for (let drive = 0; drive < 4; drive++) await app.get();
      ({ path: tape } = await recording.stop());
    }
    const { calls, exact, diverged, gapped, divergences } = await replayCheck(tape);
    return {
      figures: { programs, calls, exact, diverged, gapped },
      problems: divergences
        .slice(0, 3)
        .map(({ place, what, expected, actual }) => `${what} at ${place}: expected ${expected}, got ${actual}`),
    };
  },
  figures(done) {
    const lines = [
      '| Node.js | programs | calls | exact | diverged | gapped |',
      '| --- | --- | --- | --- | --- | --- |',
    ];
    for (const major of nodeMajors) {
      const results = [...done].filter(([step]) => step.startsWith(`${major} `)).map(([, result]) => result);
      const sum = (figure: string): number => results.reduce((all, { figures }) => all + (figures[figure] ?? 0), 0);
      const columns = ['programs', 'calls', 'exact', 'diverged', 'gapped'].map(sum);
      lines.push(`| ${major} | ${columns.join(' | ')} |`);
    }
    return lines.join('\n');
  },
};
