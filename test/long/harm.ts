// 200 rounds of attach, record and detach under load on each version of Node.js, killed in every third.
import { harm } from '../support/harm.ts';
import { nodeMajors } from '../support/nodes.ts';
import type { LongPart } from './part.ts';

const cyclesOfStep = 20;
const rounds = 10;

export const part: LongPart = {
  name: 'harm',
  title: 'Harm',
  steps: nodeMajors.flatMap((major) => Array.from({ length: rounds }, (_, round) => `${major} ${round + 1}`)),
  async run(step) {
    const [major, round] = step.split(' ').map(Number) as [(typeof nodeMajors)[number], number];
    // Node.js 20 runs no TypeScript.
    const kind = major === 20 || round % 2 === 0 ? 'commonjs' : 'typescript';
    const { cycles, killed, requests, problems } = await harm({ major, kind, cycles: cyclesOfStep });
    return { figures: { cycles, killed, requests }, problems };
  },
  figures(done) {
    const lines = ['| Node.js | cycles | killed | requests | harm |', '| --- | --- | --- | --- | --- |'];
    for (const major of nodeMajors) {
      const results = [...done].filter(([step]) => step.startsWith(`${major} `)).map(([, result]) => result);
      const sum = (figure: string): number => results.reduce((all, { figures }) => all + (figures[figure] ?? 0), 0);
      const problems = results.reduce((all, each) => all + each.problems.length, 0);
      lines.push(`| ${major} | ${sum('cycles')} | ${sum('killed')} | ${sum('requests')} | ${problems} |`);
    }
    return lines.join('\n');
  },
};
