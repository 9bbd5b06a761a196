// `node --import devsandbox/register app.js`: records a program from its first line. Modules would have to be
// instrumented as they are loaded, which this version cannot do; it says so instead of running the program unrecorded.
import { fail } from './core/common/errors.ts';

process.stderr.write(`${fail('DS4031').message}\n`);
process.exit(1);
