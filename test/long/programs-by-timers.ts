// Generated programs whose foreign code is driven by timers of the system: no two runs are the same.
import { programsPart, total } from '../support/programs/long.ts';

export const part = programsPart({
  name: 'programs-by-timers',
  title: 'Generated programs, driven by timers',
  kind: 'wild',
  programs: 500,
  first: 2_000_000,
  figures: (done) => `${total(done, 'good')} of ${total(done, 'programs')} programs replay exactly in every call.`,
});
