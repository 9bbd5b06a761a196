// Prints what is wrong with the architecture, for `npm run check`.
import { repoProblems } from './repo.ts';

const problems = await repoProblems();
for (const { rule, file, line, message } of problems) console.log(`${file}:${line} ${rule}: ${message}`);
process.exitCode = problems.length > 0 ? 1 : 0;
